"""What files of personas would do, and doing it: looked at first, written in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override

from cxmap.lib.errors import StaleRevision
from cxmap.lib.text import fold
from cxmap.workspaces.models import User, Workspace
from personas.api import PersonaIn, persona_write
from personas.channels import channels
from personas.interchange.documents import documents_of
from personas.interchange.reading import Found, PersonaFileUnreadable
from personas.interchange.words import IDENTITY_FIELDS, KINDS, LANGUAGES, QUADRANTS, TRAITS
from personas.interchange.writing import answer_of
from personas.models import Persona

OTHERS: dict[str, Any] = {
    "segments": _lazy("Segments"),
    "dimensions": _lazy("Which data are this persona's"),
    "colour": _lazy("Colour"),
    "portrait": _lazy("Portrait"),
}
UPDATE, COPY, SKIP = "update", "copy", "skip"


@dataclass(frozen=True, slots=True)
class Difference:
    """One text of a sheet: before (empty for a new persona) and after."""

    label: str
    before: str
    after: str


@dataclass(slots=True)
class Planned:
    """One persona of a file. existing: the one of the workspace with its name; errors keep it from being written."""

    found: Found
    existing: Persona | None
    differences: Sequence[Difference]
    errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.found.document.get("name") or self.found.place)

    @property
    def unchanged(self) -> bool:
        return self.existing is not None and not self.differences and not self.errors


@dataclass(frozen=True, slots=True)
class Plan:
    personas: Sequence[Planned]

    @property
    def good(self) -> int:
        return sum(not one.errors and not one.unchanged for one in self.personas)


def channel_words(workspace: Workspace) -> dict[str, str]:
    """Return the codes of a workspace's channels by their folded names in both languages, and by themselves."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with override(language):
            for code, name in channels(workspace).items():
                found.setdefault(fold(name), code)
                found.setdefault(fold(code), code)
    return found


def _context(workspace: Workspace) -> dict[str, Any]:
    """Return what PersonaIn asks of a request: whose workspace it is."""
    return {
        "request": SimpleNamespace(auth=SimpleNamespace(workspace=workspace)),
        "view": SimpleNamespace(workspace=lambda: workspace),
    }


def _filled(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document without what is empty in it: texts, lists, evidence."""
    found = {name: value for name, value in document.items() if value not in (None, "", [], {})}
    for name in ("traits", "sections", "empathy"):
        rows = found.get(name)
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            kept = [{key: value for key, value in row.items() if value not in (None, "", [])} for row in rows]
            found[name] = [row for row in kept if {"text", "items", "content", "evidence"} & set(row)]
    return found


def _with_ids(document: Mapping[str, Any], persona: Persona) -> dict[str, Any]:
    """Return the document with the ids of sections that the persona has already: those of the same kind and title."""
    known: dict[tuple[str, str], list[int]] = {}
    for section in persona.sections.filter(deleted_at=None).order_by("-rank", "-id"):
        known.setdefault((section.kind, fold(section.title)), []).append(section.pk)
    rows = document.get("sections", [])
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        return dict(document)  # refused by PersonaIn
    sections = []
    for one in rows:
        # Of several with one title, the first of the file is the first of the sheet.
        found = known.get((str(one.get("kind")), fold(str(one.get("title", "")))))
        sections.append({**one, "id": found.pop()} if found else one)
    return {**document, "sections": sections}


def _said(errors: Any, name: str = "") -> list[str]:
    """Return the errors of a serializer as sentences."""
    if isinstance(errors, Mapping):
        return [text for key, value in errors.items() for text in _said(value, str(key))]
    if isinstance(errors, list):
        return [text for value in errors for text in _said(value, name)]
    label = IDENTITY_FIELDS.get(name) or TRAITS.get(name) or ""
    return [_("%(label)s: %(error)s") % {"label": label, "error": errors} if label else str(errors)]


def _leaves(document: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return every text of a document by a key of its own: (label, text). Evidence is one text a field."""
    found: dict[str, tuple[str, str]] = {}
    for name, label in IDENTITY_FIELDS.items():
        if document.get(name) not in (None, ""):
            found[name] = (str(label), str(document[name]))
    for name, label in OTHERS.items():
        if document.get(name) not in (None, "", [], {}):
            found[name] = (str(label), str(document[name]))
    entries = [
        (f"trait:{row.get('field') or fold(row.get('label', ''))}", str(TRAITS.get(row.get("field", ""), row.get("label", ""))), row.get("text", ""), row)
        for row in document.get("traits", [])
    ]  # fmt: skip
    entries += [
        (f"empathy:{row['quadrant']}", str(QUADRANTS[row["quadrant"]]), "\n".join(row.get("items", ())), row)
        for row in document.get("empathy", [])
    ]
    entries += [
        (f"section:{row['kind']}:{fold(row['title'])}", f"{KINDS[row['kind']]} · {row['title']}", answer_of(row["kind"], row["content"], names), row)
        for row in document.get("sections", [])
    ]  # fmt: skip
    for first, label, text, row in entries:
        key = first
        while key in found or f"{key}:evidence" in found:
            key += "'"
        if text:
            found[key] = (label, text)
        proofs = [
            " · ".join(str(one[name]) for name in ("kind", "title", "gathered_on", "n", "link") if one.get(name) not in (None, ""))
            for one in row.get("evidence", ())
        ]  # fmt: skip
        if proofs:
            found[f"{key}:evidence"] = (_("%(field)s: evidence") % {"field": label}, "\n".join(sorted(proofs)))
    return found


def plan_of(workspace: Workspace, found: Sequence[Found]) -> Plan:
    """Say what every persona would do to the workspace; a constant number of queries and some for every persona."""
    living = Persona.objects.filter(workspace=workspace, deleted_at=None).prefetch_related("segments")
    by_name = {fold(persona.name): persona for persona in living}
    names = channels(workspace)
    seen: dict[str, str] = {}
    planned = []
    for one in found:
        name = fold(str(one.document.get("name") or ""))
        existing = by_name.get(name)
        errors = list(one.errors)
        if not name:
            errors.append(_("The name is missing: write it beside “%(field)s”.") % {"field": IDENTITY_FIELDS["name"]})
        elif name in seen:
            errors.append(_("The same persona stands in %(place)s already.") % {"place": seen[name]})
        seen.setdefault(name, one.place)
        # On a sheet that exists what is empty leaves what is there, as the page says.
        document = _with_ids(_filled(one.document), existing) if existing else one.document
        given = PersonaIn(existing, data=document, partial=existing is not None, context=_context(workspace))
        if not errors and not given.is_valid():
            errors = _said(given.errors)
        differences: list[Difference] = []
        if not errors:
            # What the serializer has tidied is what is compared.
            after = _leaves(_as_document(given.validated_data, document), names)
            before = _leaves(documents_of([existing])[0], names) if existing else {}
            differences = [
                Difference(label, before[key][1] if key in before else "", text)
                for key, (label, text) in after.items()
                if key not in before or before[key][1] != text
            ]
        planned.append(Planned(one, existing, differences, errors))
    return Plan(planned)


def _as_document(data: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what will be written, with texts for what PersonaIn has made objects of."""
    proofs = {
        "traits": [row.get("evidence", ()) for row in data.get("traits", ())],
        "empathy": [row.get("evidence", ()) for row in data.get("empathy", ())],
        "sections": [row.get("evidence", ()) for row in data.get("sections", ())],
    }
    found = {**data, "segments": document.get("segments"), "dimensions": data.get("dimensions")}
    for name, rows in proofs.items():
        found[name] = [{**row, "evidence": evidence} for row, evidence in zip(data.get(name, ()), rows, strict=True)]
    return found


@transaction.atomic
def plan_apply(
    *,
    workspace: Workspace,
    actor: User,
    found: Sequence[Found],
    choices: Mapping[int, str],
    revisions: Mapping[int, int],
) -> list[Persona]:
    """Write the personas of files, all or none, and return those that were written.

    choices: what to do with the persona at each place (UPDATE, COPY, SKIP); revisions: those that were looked at. Those with
    errors and those that change nothing are left out. Raises StaleRevision.
    """
    written = []
    for number, planned in enumerate(plan_of(workspace, found).personas):
        choice = choices.get(number, UPDATE)
        if choice == UPDATE and (planned.existing is None) != (number not in revisions):
            raise StaleRevision(current=planned.existing)  # the name was given or freed since the plan was looked at
        if planned.errors or choice == SKIP or (planned.unchanged and choice == UPDATE):
            continue
        existing = planned.existing if choice == UPDATE else None
        document = dict(planned.found.document)
        if existing is not None:
            document = _with_ids(_filled(document), existing)
        elif planned.existing is not None:
            document["name"] = _free_name(workspace, planned.name)
        given = PersonaIn(existing, data=document, partial=existing is not None, context=_context(workspace))
        if not given.is_valid():
            raise PersonaFileUnreadable(f"{planned.name}: {' '.join(_said(given.errors))}")
        persona = persona_write(
            given.validated_data,
            workspace=workspace,
            actor=actor,
            persona=existing,
            revision=revisions.get(number) if existing is not None else None,
        )
        written.append(persona)
    return written


def _free_name(workspace: Workspace, name: str) -> str:
    taken = {
        fold(known)
        for known in Persona.objects.filter(workspace=workspace, deleted_at=None).values_list("name", flat=True)
    }
    name = name[:190]
    number = 2
    while fold(f"{name} ({number})") in taken:
        number += 1
    return f"{name} ({number})"
