"""Personas, channels and touchpoints that a document names, found in a workspace or added to it."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from cxmap.lib.text import fold
from cxmap.workspaces.models import User, Workspace
from journeys.interchange.document import ChannelPart, Document, PersonaPart, TouchpointPart
from personas.models import Persona, TraitField
from personas.services import OwnField, persona_create
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import channel_create, touchpoint_create

Note = Callable[[str], None]


class Shelf:
    """What the rows of a document point to, by the document's names and codes."""

    def __init__(self, workspace: Workspace, document: Document, actor: User | None, note: Note) -> None:
        self.workspace, self.actor, self.note = workspace, actor, note
        self.personas = self._personas(document.personas)
        self._categories = {row.code: row for row in Category.objects.filter(workspace=workspace).order_by("rank")}
        self.channels = self._channels(document.channels)
        self.touchpoints = self._touchpoints(document)

    def _personas(self, parts: list[PersonaPart]) -> dict[str, Persona]:
        rows = list(Persona.objects.filter(workspace=self.workspace).order_by("-deleted_at", "id"))
        live = {row.name: row for row in rows if row.deleted_at is None}
        folded = {fold(name): row for name, row in live.items()}
        gone: dict[str, Persona] = {}
        for former in rows:
            if former.deleted_at is not None:
                gone.setdefault(former.name, former)
        found = {}
        for part in parts:
            row: Persona | None = gone.get(part.name) if part.deleted else None
            row = row or live.get(part.name) or folded.get(fold(part.name))
            if row is None and not part.deleted:
                row = self._persona_new(part)
                live[row.name] = folded[fold(row.name)] = row
                self.note(_("The persona “%(name)s” was added to the workspace.") % {"name": row.name})
            if row is not None:
                found[part.name] = row
        return found

    def _persona_new(self, part: PersonaPart) -> Persona:
        known = set(TraitField.values)
        return persona_create(
            workspace=self.workspace,
            actor=self.actor,
            name=part.name,
            tagline=part.tagline,
            quote=part.quote,
            summary=part.summary,
            share_percent=part.share_percent,
            colour=part.colour,
            traits={trait.field: trait.text for trait in part.traits if trait.field in known},
            own_fields=[
                OwnField(group=trait.group, label=trait.label or trait.field, text=trait.text)
                for trait in part.traits
                if trait.field not in known and (trait.label or trait.field)
            ],
        )

    def _channels(self, parts: list[ChannelPart]) -> dict[str, Channel]:
        rows = list(Channel.objects.filter(workspace=self.workspace).order_by("rank", "id"))
        by_code = {row.code: row for row in rows}
        found = {}
        for part in parts:
            row = by_code.get(part.code) or next(
                (
                    row
                    for row in rows
                    if fold(part.name_fr) == fold(row.name_fr) or fold(part.name_en) == fold(row.name_en)
                ),
                None,
            )
            if row is None:
                row = channel_create(
                    workspace=self.workspace,
                    actor=self.actor,
                    code=part.code,
                    name_fr=part.name_fr,
                    name_en=part.name_en,
                    icon=part.icon,
                    online=part.online,
                )
                by_code[row.code] = row
                rows.append(row)
                self.note(_("The channel “%(name)s” was added to the workspace.") % {"name": row.name})
            found[part.code] = row
        return found

    def _touchpoints(self, document: Document) -> dict[str, Touchpoint]:
        rows = list(Touchpoint.objects.filter(workspace=self.workspace).order_by("created_at", "id"))
        by_code = {row.code: row for row in rows}
        by_name = {fold(row.name): row for row in reversed(rows) if row.deleted_at is None}
        found: dict[str, Touchpoint] = {}
        for part in document.touchpoints:
            row = by_code.get(part.code)
            if row is None or (row.deleted_at is not None and fold(row.name) != fold(part.name)):
                row = by_name.get(fold(part.name))
            if row is None:
                row = self._touchpoint_new(part, taken=set(by_code))
                by_code[row.code] = by_name[fold(row.name)] = row
                self.note(_("The touchpoint “%(name)s” was added to the library.") % {"name": row.name})
            found[part.code] = row
        return found

    def _touchpoint_new(self, part: TouchpointPart, *, taken: set[str]) -> Touchpoint:
        category = self._categories.get(part.category) or next(iter(self._categories.values()))
        if category.code != part.category:
            self.note(
                _("The category “%(code)s” is not known here: “%(name)s” went to “%(category)s”.")
                % {"code": part.category, "name": part.name, "category": category.name}
            )
        values: dict[str, Any] = {} if part.code in taken else {"code": part.code}
        return touchpoint_create(
            workspace=self.workspace,
            actor=self.actor,
            name=part.name,
            category=category,
            channel=self.channels[part.channel],
            presence=part.presence,
            phase=part.phase,
            owner=part.owner,
            description=part.description,
            kind=part.kind,
            initiator=part.initiator,
            receiver=part.receiver,
            **values,
        )
