"""From an id in a request to a persona or a part of one: a member of its workspace, with the role."""

from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest

from cxmap.workspaces.access import row_for
from cxmap.workspaces.models import Role
from personas.models import Persona, Section, Trait, TraitEvidence


def _persona(request: HttpRequest, pk: UUID, role: Role) -> Persona:
    rows = Persona.objects.filter(pk=pk, deleted_at=None)
    return row_for(request, rows, role)


def persona_for_view(request: HttpRequest, pk: UUID) -> Persona:
    return _persona(request, pk, Role.VIEWER)


def persona_for_edit(request: HttpRequest, pk: UUID) -> Persona:
    return _persona(request, pk, Role.EDITOR)


def persona_in_trash_for_edit(request: HttpRequest, pk: UUID) -> Persona:
    rows = Persona.objects.filter(pk=pk).exclude(deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def trait_for_edit(request: HttpRequest, pk: int) -> Trait:
    rows = Trait.objects.select_related("persona").filter(pk=pk, deleted_at=None, persona__deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def section_for_edit(request: HttpRequest, pk: int) -> Section:
    rows = Section.objects.select_related("persona").filter(pk=pk, deleted_at=None, persona__deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def evidence_for_edit(request: HttpRequest, pk: int) -> TraitEvidence:
    """Return evidence, also removed one: removing and restoring are both harmless twice."""
    of_field = Q(trait__deleted_at=None, trait__persona__deleted_at=None, section=None)
    of_section = Q(section__deleted_at=None, section__persona__deleted_at=None, trait=None)
    rows = TraitEvidence.objects.select_related("trait__persona", "section__persona")
    return row_for(request, rows.filter(of_field | of_section, pk=pk), Role.EDITOR)
