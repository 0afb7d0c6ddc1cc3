"""Many touchpoints at once: one transaction, one history row each, nothing of a colleague's overwritten, one undo."""

import uuid
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cxmap.history.models import Change
from cxmap.history.services import NothingToUndo
from personas.services import persona_create
from tests.touchpoints.base import LibraryTestCase
from touchpoints import services
from touchpoints.bulk import changes_undo
from touchpoints.models import Touchpoint


class BulkTests(LibraryTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("touchpoints:bulk", args=["acme"])

    def marks(self, *rows: Touchpoint) -> list[str]:
        return [f"{row.pk}:{row.revision}" for row in rows]

    def apply(self, *rows: Touchpoint, **fields: Any) -> Any:
        data = {"rows": " ".join(self.marks(*rows)), "apply": "1", **fields}
        return self.client.post(self.url, data, follow=True)

    def test_it_works(self) -> None:
        page = self.client.post(self.url, {"pk": self.marks(self.page, self.desk), "query": "q=e"})
        self.assertContains(page, "Change 2 touchpoints")
        self.assertContains(page, "Page produit")
        data = {"rows": page.context["rows"], "apply": "1", "query": "q=e"}
        data |= {"owner": "Relation client", "phase": "after", "personalisation": "segment"}
        answer = self.client.post(self.url, data, follow=True)
        self.assertContains(answer, "2 touchpoints were changed.")
        self.assertEqual(answer.request["QUERY_STRING"].partition("&")[0], "q=e")
        for row in (self.page, self.desk):
            row.refresh_from_db()
            self.assertEqual((row.owner, row.phase, row.personalisation), ("Relation client", "after", "segment"))
            self.assertEqual(row.revision, 2)
            self.assertEqual(Change.objects.filter(action="touchpoint.updated", target_id=str(row.pk)).count(), 1)
        self.assertEqual((self.page.category.code, self.page.channel.code), ("sales", "website"))
        self.assertEqual(Change.objects.filter(action="touchpoint.updated").values("gesture").distinct().count(), 1)

    def test_the_search_finds_the_new_owner(self) -> None:
        self.apply(self.page, owner="Équipe Numérique")
        found = self.client.get(reverse("touchpoints:list", args=["acme"]), {"q": "equipe numerique"})
        self.assertEqual([row.name for row in found.context["library"].touchpoints], ["Page produit"])

    def test_a_filter_that_became_void_means_nothing(self) -> None:
        """All that an owner had, who has nothing any more: not everything."""
        before = Touchpoint.objects.live().count()
        for query, count in (("owner=Gone", "1"), ("q=page", "99")):
            self.client.post(self.url, {"all": "1", "do": "delete", "query": query, "count": count}, follow=True)
            self.assertEqual(Touchpoint.objects.live().count(), before)
        self.client.post(self.url, {"all": "1", "do": "delete", "query": "q=page", "count": "1"}, follow=True)
        self.assertEqual(Touchpoint.objects.live().count(), before - 1)

    def test_undo_is_of_touchpoints_only(self) -> None:
        gesture = uuid.uuid4()
        persona = persona_create(workspace=self.workspace, actor=self.ed, name="Claire")
        Change.objects.filter(target_id=str(persona.pk)).update(gesture=gesture)
        with self.assertRaises(NothingToUndo):
            changes_undo(workspace=self.workspace, actor=self.ed, gesture=gesture)

    def test_undo(self) -> None:
        answer = self.apply(self.page, self.desk, owner="X")
        gesture = Change.objects.filter(action="touchpoint.updated")[0].gesture
        self.assertContains(answer, reverse("touchpoints:undo", args=["acme", gesture]))
        answer = self.client.post(reverse("touchpoints:undo", args=["acme", gesture]), follow=True)
        self.assertContains(answer, "2 touchpoints are as before.")
        self.page.refresh_from_db()
        self.assertEqual(self.page.owner, "E-commerce")
        again = self.client.post(reverse("touchpoints:undo", args=["acme", gesture]), follow=True)
        self.assertContains(again, "There is nothing of yours left to undo here.")

    def test_undo_reverts_nobody_elses_work(self) -> None:
        self.apply(self.page, self.desk, owner="X")
        services.touchpoint_update(touchpoint=self.desk, actor=self.olga, owner="Olga's")
        gesture = Change.objects.filter(action="touchpoint.updated", actor=self.ed)[0].gesture
        answer = self.client.post(reverse("touchpoints:undo", args=["acme", gesture]), follow=True)
        self.assertContains(answer, "Someone changed this after you")
        self.page.refresh_from_db()
        self.assertEqual(self.page.owner, "X")

    def test_only_the_one_who_did_it_undoes_it(self) -> None:
        self.apply(self.page, owner="X")
        gesture = Change.objects.get(action="touchpoint.updated").gesture
        self.client.force_login(self.olga)
        self.client.post(reverse("touchpoints:undo", args=["acme", gesture]))
        self.page.refresh_from_db()
        self.assertEqual(self.page.owner, "X")

    def test_what_someone_else_changed_meanwhile_stays(self) -> None:
        marks = " ".join(self.marks(self.page, self.desk))
        services.touchpoint_update(touchpoint=self.page, actor=self.olga, owner="Olga's")
        answer = self.client.post(self.url, {"rows": marks, "apply": "1", "owner": "X"}, follow=True)
        self.assertContains(answer, "1 touchpoint was changed by someone else meanwhile")
        self.assertContains(answer, "1 touchpoint was changed.")
        self.page.refresh_from_db()
        self.desk.refresh_from_db()
        self.assertEqual((self.page.owner, self.desk.owner), ("Olga's", "X"))

    def test_what_is_so_already_gets_no_history(self) -> None:
        answer = self.apply(self.page, owner="E-commerce")
        self.assertContains(answer, "1 touchpoint was so already.")
        self.page.refresh_from_db()
        self.assertEqual(self.page.revision, 1)

    def test_all_found_and_an_owner_renamed_everywhere(self) -> None:
        for number in range(3):
            self.make(f"T{number}", "sales", "chat", owner="Ancien nom")
        page = self.client.get(self.url, {"all": "1", "owner": "Ancien nom"})
        self.assertContains(page, "Change 3 touchpoints")
        data = {"rows": page.context["rows"], "apply": "1", "owner": "Nouveau nom"}
        self.client.post(self.url, data)
        self.assertEqual(Touchpoint.objects.filter(owner="Nouveau nom").count(), 3)
        self.page.refresh_from_db()
        self.assertEqual(self.page.owner, "E-commerce")

    def test_the_owner_taken_away(self) -> None:
        self.apply(self.page, no_owner="on")
        self.page.refresh_from_db()
        self.assertEqual(self.page.owner, "")

    def test_refusals(self) -> None:
        for fields in ({}, {"owner": "X", "no_owner": "on"}, {"phase": "never"}, {"category": "0"}):
            with self.subTest(fields=fields):
                data = {"rows": self.marks(self.page)[0], "apply": "1", **fields}
                self.assertEqual(self.client.post(self.url, data).status_code, 422)
        nothing = self.client.post(self.url, {}, follow=True)
        self.assertContains(nothing, "Tick at least one touchpoint first.")
        self.assertFalse(Change.objects.filter(action="touchpoint.updated").exists())

    def test_touchpoints_of_others_are_not_there(self) -> None:
        theirs = services.touchpoint_create(
            workspace=self.elsewhere,
            actor=self.otto,
            name="Theirs",
            category=self.elsewhere_row("category"),
            channel=self.elsewhere_row("channel"),
        )
        answer = self.apply(theirs, owner="X")
        self.assertContains(answer, "1 touchpoint was no longer there.")
        theirs.refresh_from_db()
        self.assertEqual(theirs.owner, "")

    def elsewhere_row(self, field: str) -> Any:
        model = Touchpoint._meta.get_field(field).related_model
        return model.objects.filter(workspace=self.elsewhere)[0]  # type: ignore[union-attr]

    def test_delete_restore_and_a_name_that_is_taken(self) -> None:
        data = {"pk": self.marks(self.page, self.desk), "do": "delete"}
        self.assertContains(self.client.post(self.url, data, follow=True), "2 touchpoints are in the trash.")
        self.make("Page produit", "sales", "website")
        gone = Touchpoint.objects.exclude(deleted_at=None)
        data = {"pk": self.marks(*gone), "do": "restore"}
        answer = self.client.post(self.url, data, follow=True)
        self.assertContains(answer, "1 touchpoint is back in the library.")
        self.assertContains(answer, "because another one has its name by now: “Page produit”")
        gesture = Change.objects.filter(action="touchpoint.deleted")[0].gesture
        undone = self.client.post(reverse("touchpoints:undo", args=["acme", gesture]), follow=True)
        self.assertEqual(undone.status_code, 200)
        self.assertEqual(Touchpoint.objects.filter(deleted_at=None).count(), 2)

    def test_undo_of_a_deletion_whose_name_is_taken(self) -> None:
        self.client.post(self.url, {"pk": self.marks(self.page), "do": "delete"})
        self.make("Page produit", "sales", "website")
        gesture = Change.objects.get(action="touchpoint.deleted").gesture
        answer = self.client.post(reverse("touchpoints:undo", args=["acme", gesture]), follow=True)
        self.assertContains(answer, "Another touchpoint has this name by now")

    def test_the_number_of_queries_does_not_grow(self) -> None:
        def queries(rows: list[Touchpoint], owner: str) -> int:
            with CaptureQueriesContext(connection) as found:
                self.client.post(self.url, {"rows": " ".join(self.marks(*rows)), "apply": "1", "owner": owner})
            return len(found)

        few = queries([self.page], "A")
        many = [self.make(f"T{number}", "sales", "chat") for number in range(30)]
        self.assertEqual(queries(many, "B"), few)
        self.assertEqual(Touchpoint.objects.filter(owner="B").count(), 30)
