"""The central property: a document that was written comes back as it was."""

import json
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis.extra.django import TestCase as ExampleTestCase

from journeys import interchange
from journeys.interchange.document import to_dict
from journeys.services.journeys import history_step
from tests.base import CastTestCase
from tests.journeys.interchange.strategies import documents

quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def bare(document: interchange.Document) -> dict[str, Any]:
    """Return the content without where it is from."""
    return to_dict(msgspec.structs.replace(document, origin=None))


@contextmanager
def undone() -> Any:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class IdentityTest(CastTestCase, ExampleTestCase):
    @quick
    @given(data=documents())
    def test_export_import_export(self, data: dict[str, Any]) -> None:
        with undone():
            document = interchange.document_from(data)
            first = interchange.journey_import(workspace=self.workspace, document=document, actor=self.ed).journey
            exported = interchange.document_of(first)
            self.assertEqual(len(exported.cards), len(document.cards))
            self.assertEqual(len(exported.curve), len(document.curve))
            self.assertEqual(len(exported.evidence), len(document.evidence))
            for key, rows in document.content.items():
                if key != "kpis" and rows:
                    self.assertEqual(len(exported.content[key]), len(rows), key)
            again = interchange.document_read(interchange.to_json(exported))
            self.assertEqual(again, exported)
            other = interchange.journey_import(workspace=self.elsewhere, document=again, actor=self.otto).journey
            self.assertEqual(bare(interchange.document_of(other)), bare(exported))

    @quick
    @given(before=documents(), after=documents())
    def test_any_document_replaces_any_other(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        with undone():
            old = interchange.document_from(before)
            journey = interchange.journey_import(workspace=self.workspace, document=old, actor=self.ed).journey
            twin = interchange.journey_import(
                workspace=self.elsewhere, document=interchange.document_from(after), actor=self.otto
            ).journey
            wanted = interchange.document_of(twin)
            interchange.document_apply(journey=journey, document=wanted, actor=self.ed)
            found = interchange.document_of(journey)
            for name in ("journey", "stages", "steps", "lanes", "cards", "curve", "evidence", "attachments"):
                self.assertEqual(getattr(found, name), getattr(wanted, name), name)
            for key in ("pains", "solutions"):
                self.assertEqual(found.content.get(key), wanted.content.get(key), key)
            self.assertEqual(
                [persona.name for persona in found.personas], [persona.name for persona in wanted.personas]
            )

    @quick
    @given(before=documents(), after=documents())
    def test_undo_takes_any_replacement_back(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        with undone():
            old = interchange.document_from(before)
            journey = interchange.journey_import(workspace=self.workspace, document=old, actor=self.ed).journey
            first = interchange.document_of(journey)
            interchange.document_apply(
                journey=journey, document=interchange.document_from(after), actor=self.ed, library="keep"
            )
            second = interchange.document_of(journey)
            if bare(first) == bare(second):
                return
            history_step(journey=journey, actor=self.ed)
            self.assertEqual(on_map(interchange.document_of(journey)), on_map(first))
            history_step(journey=journey, actor=self.ed, redo=True)
            self.assertEqual(on_map(interchange.document_of(journey)), on_map(second))


def on_map(document: interchange.Document) -> dict[str, Any]:
    """Return what belongs to the map: the library is added to and not taken back."""
    found = bare(document)
    for name in ("personas", "touchpoints", "channels", "categories"):
        found.pop(name, None)
    found.get("content", {}).pop("kpis", None)
    return found


class SchemaTest(ExampleTestCase):
    def published(self) -> dict[str, Any]:
        return json.loads((Path(django_settings.BASE_DIR) / "docs" / "journey.schema.json").read_text())

    def test_the_published_schema_is_that_of_the_code(self) -> None:
        self.assertEqual(self.published(), interchange.journey_schema())
        jsonschema.Draft202012Validator.check_schema(self.published())

    @settings(max_examples=15, deadline=None)
    @given(data=documents())
    def test_documents_of_the_code_keep_to_it(self, data: dict[str, Any]) -> None:
        jsonschema.validate(json.loads(interchange.to_json(interchange.document_from(data))), self.published())
