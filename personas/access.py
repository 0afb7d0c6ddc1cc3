"""From an id in a request to a persona or a part of one: a member of its workspace, with the role."""

from uuid import UUID

from django.http import Http404, HttpRequest

from cxmap.workspaces.access import require
from cxmap.workspaces.models import Role
from personas.models import Persona, Trait, TraitEvidence


def _persona(request: HttpRequest, pk: UUID, role: Role) -> Persona:
    persona = Persona.objects.filter(pk=pk, deleted_at=None).first()
    if persona is None:
        raise Http404
    require(request, persona.workspace_id, role)
    return persona


def persona_for_view(request: HttpRequest, pk: UUID) -> Persona:
    return _persona(request, pk, Role.VIEWER)


def persona_for_edit(request: HttpRequest, pk: UUID) -> Persona:
    return _persona(request, pk, Role.EDITOR)


def persona_in_trash_for_edit(request: HttpRequest, pk: UUID) -> Persona:
    persona = Persona.objects.filter(pk=pk).exclude(deleted_at=None).first()
    if persona is None:
        raise Http404
    require(request, persona.workspace_id, Role.EDITOR)
    return persona


def trait_for_edit(request: HttpRequest, pk: int) -> Trait:
    trait = Trait.objects.select_related("persona").filter(pk=pk, deleted_at=None, persona__deleted_at=None).first()
    if trait is None:
        raise Http404
    require(request, trait.workspace_id, Role.EDITOR)
    return trait


def evidence_for_edit(request: HttpRequest, pk: int) -> TraitEvidence:
    """Return evidence, also removed one: removing and restoring are both harmless twice."""
    evidence = (
        TraitEvidence.objects.select_related("trait__persona")
        .filter(pk=pk, trait__deleted_at=None, trait__persona__deleted_at=None)
        .first()
    )
    if evidence is None:
        raise Http404
    require(request, evidence.workspace_id, Role.EDITOR)
    return evidence
