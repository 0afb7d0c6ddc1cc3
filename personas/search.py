"""What of personas can be found: names and quotations, and what their fields say."""

from django.db.models import Case, F, Func, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxmap.search.registry import Group, Source, register
from cxmap.workspaces.models import User, Workspace
from cxmap.workspaces.places import register_items
from personas.models import Persona, Quadrant, Section, Trait, TraitField

# Every text in a JSON value, as a path of SQL; names and numbers are none.
TEXTS = 'strict $.** ? (@.type() == "string")'
PERSONAS = Group("personas", _("Personas"), 20)


def _personas(workspace: Workspace, _user: User | None) -> QuerySet[Persona]:
    return Persona.objects.filter(workspace=workspace, deleted_at=None)


def _traits(workspace: Workspace, _user: User | None) -> QuerySet[Trait]:
    return Trait.objects.filter(workspace=workspace, deleted_at=None, persona__deleted_at=None).exclude(text="")


def _field_name(_language: str) -> Case:
    """Return the name of a field, which stands in code and not in a row."""
    known = [When(field=field.value, then=Value(str(field.label))) for field in TraitField]
    return Case(*known, default=F("label"), output_field=TextField())


def _sections(workspace: Workspace, _user: User | None) -> QuerySet[Section]:
    return Section.objects.filter(workspace=workspace, deleted_at=None, persona__deleted_at=None)


def _section_name(_language: str) -> Case:
    known = [When(quadrant=quadrant.value, then=Value(str(quadrant.label))) for quadrant in Quadrant]
    return Case(*known, default=F("title"), output_field=TextField())


def _section_text(_language: str) -> Func:
    """Return the texts of a section without the signs of JSON around them, as its search column has them (0005)."""
    texts = Func(F("content"), Value(TEXTS), function="jsonb_path_query_array")
    return Func(Cast(texts, TextField()), Value('[]"'), Value(""), function="translate", output_field=TextField())


def _href(_workspace: Workspace, key: str) -> str:
    return reverse("personas:detail", args=[key])


register_items("personas", Persona)
register(
    Source(
        group=PERSONAS,
        rows=_personas,
        title=lambda _language: F("name"),
        context=lambda _language: F("tagline"),
        body=lambda _language: Concat(F("quote"), Value(" "), F("summary"), output_field=TextField()),
        key=F("id"),
        href=_href,
    ),
    Source(
        group=PERSONAS,
        rows=_traits,
        title=lambda _language: F("persona__name"),
        context=_field_name,
        body=lambda _language: F("text"),
        key=F("persona_id"),
        href=_href,
    ),
    Source(
        group=PERSONAS,
        rows=_sections,
        title=lambda _language: F("persona__name"),
        context=_section_name,
        body=_section_text,
        key=F("persona_id"),
        href=_href,
    ),
)
