"""Dashboards: made, found, described, copied, deleted, undone."""

from cxmap.history.models import Change
from dashboards.models import Dashboard, Tile
from dashboards.services import boards
from tests.dashboards.base import BoardTestCase


class ListTests(BoardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.list_url = f"/w/{self.workspace.slug}/dashboards/"
        self.own = boards.dashboard_create(workspace=self.workspace, actor=self.ana, name="Only Ana's")

    def test_one_finds_ones_own_and_the_shared(self) -> None:
        self.client.force_login(self.ana)
        page = self.client.get(self.list_url)
        self.assertContains(page, "Only Ana&#x27;s")
        self.assertContains(page, "Weekly")

    def test_an_own_one_exists_for_nobody_else_not_even_an_owner(self) -> None:
        for person in (self.ed, self.olga, self.vi):
            self.client.force_login(person)
            self.assertNotContains(self.client.get(self.list_url), "Only Ana")
            for address in (self.own.get_absolute_url(), f"{self.own.get_absolute_url()}dashboard.pdf"):
                self.assertEqual(self.client.get(address).status_code, 404)
        self.client.force_login(self.olga)
        self.assertNotContains(self.client.get(f"/w/{self.workspace.slug}/history/"), "Only Ana")

    def test_an_address_of_another_workspace_finds_nothing(self) -> None:
        self.client.force_login(self.otto)
        address = f"/w/{self.elsewhere.slug}/dashboards/{self.dashboard.pk}/"
        self.assertEqual(self.client.get(address).status_code, 404)

    def test_query_count_does_not_grow(self) -> None:
        few = self.query_count(self.list_url)
        for number in range(9):
            made = boards.dashboard_create(workspace=self.workspace, actor=self.ed, name=f"N{number}", shared=True)
            boards.tile_add(dashboard=made, actor=self.ed, kind="coverage", settings={}, width=6)
        self.assertEqual(self.query_count(self.list_url), few)


class EditTests(BoardTestCase):
    def test_a_new_one_begins_with_tiles_of_what_is_measured(self) -> None:
        self.client.force_login(self.ana)
        data = {"name": "Shop", "period": "12w", "starter": "yes"}
        response = self.client.post(f"/w/{self.workspace.slug}/dashboards/new/", data)
        made = Dashboard.objects.get(name="Shop")
        self.assertEqual(response["Location"], f"{made.get_absolute_url()}?edit=1")
        self.assertEqual((made.owner, made.shared), (self.ana, False))
        kinds = set(made.tiles.values_list("kind", flat=True))
        self.assertLessEqual({"kpi", "trend", "worst", "coverage", "freshness"}, kinds)
        self.assertContains(self.client.get(response["Location"]), "Purchase rate")

    def test_an_empty_one_says_what_to_do(self) -> None:
        self.assertContains(self.client.get(self.url), "No tile yet")

    def test_an_old_revision_is_refused_and_keeps_what_was_typed(self) -> None:
        boards.dashboard_update(dashboard=self.dashboard, actor=self.olga, name="Theirs")
        data = {"name": "Mine", "period": "closed", "shared": "on", "revision": "1"}
        page = self.client.post(f"{self.url}edit/", data)
        self.assertContains(page, "Mine", status_code=409)
        self.assertEqual(Dashboard.objects.get(pk=self.dashboard.pk).name, "Theirs")

    def test_a_filter_from_elsewhere_is_no_choice(self) -> None:
        category = self.elsewhere.pk
        data = {"name": "X", "period": "closed", "category": category * 1000, "revision": "1"}
        self.assertEqual(self.client.post(f"{self.url}edit/", data).status_code, 422)

    def test_a_copy_is_ones_own(self) -> None:
        self.tile("text", text="Words")
        self.client.force_login(self.ana)
        self.client.post(f"{self.url}duplicate/")
        copy = Dashboard.objects.get(name="Copy of Weekly")
        self.assertEqual((copy.owner, copy.shared, copy.tiles.count()), (self.ana, False, 1))

    def test_deleted_and_restored(self) -> None:
        self.client.post(f"{self.url}delete/")
        self.assertEqual(self.client.get(self.url).status_code, 404)
        self.assertContains(self.client.get(f"/w/{self.workspace.slug}/dashboards/"), "Restore Weekly")
        self.client.post(f"{self.url}restore/")
        self.assertEqual(self.client.get(self.url).status_code, 200)

    def test_the_log_names_a_shared_one(self) -> None:
        self.tile("text", text="Words")
        self.assertContains(
            self.client.get(f"/w/{self.workspace.slug}/history/"), "added the tile “Text” to a dashboard"
        )


class ArrangeTests(BoardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.tiles = [self.tile("text", text=name, title=name) for name in ("A", "B", "C")]

    def order(self) -> list[str]:
        return [tile.settings["title"] for tile in boards.live_tiles(self.dashboard)]

    def test_moved_by_place_and_by_step(self) -> None:
        first = self.tiles[0]
        answer = self.client.post(f"/tiles/{first.pk}/move/", {"index": "2"}, headers={"X-Requested-With": "fetch"})
        self.assertEqual((answer.json(), self.order()), ({"index": 2}, ["B", "C", "A"]))
        self.client.post(f"/tiles/{first.pk}/move/", {"to": "earlier"})
        self.assertEqual(self.order(), ["B", "A", "C"])
        self.client.post(f"/tiles/{self.tiles[1].pk}/move/", {"to": "earlier"})
        self.assertEqual(self.order(), ["B", "A", "C"])

    def test_moved_again_and_again_there_is_always_room(self) -> None:
        for _number in range(60):
            boards.tile_move(tile=boards.live_tiles(self.dashboard)[2], actor=self.ed, index=1)
        self.assertEqual(sorted(self.order()), ["A", "B", "C"])
        self.assertEqual(self.order()[0], "A")

    def test_sized_copied_removed_and_brought_back(self) -> None:
        tile = self.tiles[1]
        self.client.post(f"/tiles/{tile.pk}/resize/", {"width": "12"})
        self.client.post(f"/tiles/{tile.pk}/resize/", {"width": "5"})
        self.assertEqual(Tile.objects.get(pk=tile.pk).width, 12)
        self.client.post(f"/tiles/{tile.pk}/duplicate/")
        self.assertEqual(self.order(), ["A", "B", "Copy of B", "C"])
        self.client.post(f"/tiles/{tile.pk}/delete/")
        self.assertEqual(self.order(), ["A", "Copy of B", "C"])
        self.client.post(f"{self.url}undo/")
        self.assertEqual(self.order(), ["A", "B", "Copy of B", "C"])
        self.client.post(f"{self.url}undo/", {"redo": "1"})
        self.assertEqual(self.order(), ["A", "Copy of B", "C"])

    def test_undo_never_takes_the_dashboard_itself_away(self) -> None:
        made = boards.dashboard_create(workspace=self.workspace, actor=self.ed, name="New", shared=True, starter=True)
        number = made.tiles.count()
        self.client.post(f"{made.get_absolute_url()}undo/")
        self.assertEqual(self.client.get(made.get_absolute_url()).status_code, 200)
        self.assertEqual(made.tiles.filter(deleted_at=None).count(), number)

    def test_a_move_to_where_it_stands_is_no_change(self) -> None:
        before = Change.objects.count()
        boards.tile_move(tile=self.tiles[1], actor=self.ed, index=1)
        self.assertEqual(Change.objects.count(), before)

    def test_nobody_undoes_what_somebody_else_did(self) -> None:
        boards.tile_delete(tile=self.tiles[2], actor=self.olga)
        self.client.post(f"{self.url}undo/")  # takes Ed's own tile C back, which Olga changed since
        self.assertEqual(Change.objects.filter(undone_at__isnull=False).count(), 0)
        self.assertEqual(self.order(), ["A", "B"])

    def test_an_analyst_arranges_only_what_is_theirs(self) -> None:
        self.client.force_login(self.ana)
        self.assertNotContains(self.client.get(f"{self.url}?edit=1"), "data-grip")
        self.assertEqual(self.client.post(f"/tiles/{self.tiles[0].pk}/delete/").status_code, 403)

    def test_forty_tiles_and_no_more(self) -> None:
        for _number in range(37):
            self.tile("text", text="x")
        page = self.client.post(f"{self.url}tiles/new/?kind=coverage", {"width": "6"})
        self.assertContains(page, "40 tiles at most", status_code=409)
        self.assertEqual(len(boards.live_tiles(self.dashboard)), 40)
