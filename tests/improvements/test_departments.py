"""Departments: who owns what, as a filter and as a matrix."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxmap.history.models import Change
from improvements.models import Pain
from improvements.ownership import ownership
from improvements.services import pain_add, solution_add
from journeys.services import cards
from journeys.services.approval import journey_publish
from journeys.services.journeys import journey_create
from kpis.models import Flag, Kpi
from kpis.services import binding_create
from tests.journeys.base import MapTestCase
from touchpoints.departments import department_add, department_delete
from touchpoints.models import Category, Channel, Department, Touchpoint
from touchpoints.services import touchpoint_create, touchpoint_update


class DepartmentsTest(MapTestCase):
    url: str
    care: Department
    web: Department

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.url = f"/w/{cls.workspace.slug}/departments/"
        cls.care = department_add(workspace=cls.workspace, actor=cls.ed, name="Customer service")
        cls.web = department_add(workspace=cls.workspace, actor=cls.ed, name="Éditions web")

    def setUp(self) -> None:
        self.client.force_login(self.ed)

    def another(self, name: str, department: Department | None = None) -> Touchpoint:
        return touchpoint_create(
            workspace=self.workspace,
            actor=self.ed,
            name=name,
            category=Category.objects.filter(workspace=self.workspace).first(),
            channel=Channel.objects.filter(workspace=self.workspace).first(),
            department=department,
        )

    def place(self, touchpoint: Touchpoint, step: int = 0) -> None:
        cards.card_add(lane=self.lane("touchpoints"), step=self.steps()[step], actor=self.ed, touchpoint=touchpoint)

    def test_add_and_the_same_name_again(self) -> None:
        self.assertEqual(self.client.post(self.url, {"name": "  Sales   team "}).status_code, 302)
        self.assertTrue(Department.objects.filter(name="Sales team").exists())
        again = self.client.post(self.url, {"name": "sales TEAM"})
        self.assertContains(again, "There is a department of this name already.", status_code=422)
        self.assertEqual(self.client.post(self.url, {"name": ""}).status_code, 422)

    def test_who_owns_what(self) -> None:
        hotline, shop, nobody = self.another("Hotline", self.care), self.another("Shop", self.web), self.another("Sign")
        for step, touchpoint in enumerate((hotline, shop, nobody)):
            self.place(touchpoint, step)
        self.place(hotline, 3)
        binding = binding_create(
            touchpoint=hotline, kpi=Kpi.objects.get(workspace=self.workspace, code="csat"), actor=self.ed
        )
        Flag.objects.create(workspace=self.workspace, binding=binding, kind="worse", opened_period="2026-11-09")
        step = self.steps()[0]
        pain_add(workspace=self.workspace, actor=self.ed, title="Nobody answers", step=step, touchpoint=hotline)
        pain_add(
            workspace=self.workspace,
            actor=self.ed,
            title="Prices differ",
            step=step,
            touchpoint=hotline,
            department=self.web,
        )
        pain_add(workspace=self.workspace, actor=self.ed, title="Cold", step=step)
        found = ownership(self.workspace)
        by_name = {row.department.name if row.department else "": row for row in found.rows}
        columns = [column.key for column in found.columns]
        here = columns.index(str(self.journey.pk))
        care, web, left = by_name["Customer service"], by_name["Éditions web"], by_name[""]
        counts = [
            (len(cell.touchpoints), len(cell.signals), len(cell.pains)) for cell in (care.cells[here], web.cells[here])
        ]
        self.assertEqual(counts, [(1, 1, 1), (1, 0, 1)])
        self.assertIn(nobody.pk, left.total.touchpoints)
        self.assertEqual(len(left.cells[here].pains), 1)
        stages = ownership(self.workspace, self.journey)
        row = next(row for row in stages.rows if row.department == self.care)
        self.assertEqual(sum(len(cell.touchpoints) for cell in row.cells), 2)  # at two stages
        self.assertEqual(len(row.total.touchpoints), 1)
        page = self.client.get(self.url)
        for text in ("Customer service", "Éditions web", "no department yet", "1 pain point"):
            self.assertContains(page, text)

    def test_queries_do_not_grow(self) -> None:
        self.place(self.another("Hotline", self.care))
        self.client.get(self.url)
        with CaptureQueriesContext(
            connection,
        ) as few:
            self.client.get(self.url)
        for number in range(6):
            department = department_add(workspace=self.workspace, actor=self.ed, name=f"Department {number}")
            self.place(self.another(f"Touchpoint {number}", department))
            pain_add(workspace=self.workspace, actor=self.ed, title=f"Pain {number}", department=department)
            journey_create(workspace=self.workspace, actor=self.ed, name=f"Map {number}", no_persona_yet=True)
        with CaptureQueriesContext(connection) as many:
            self.client.get(self.url)
        self.assertEqual(len(few), len(many))

    def test_lists_by_department(self) -> None:
        hotline = self.another("Hotline", self.care)
        self.another("Shop", self.web)
        pain = pain_add(workspace=self.workspace, actor=self.ed, title="Nobody answers", touchpoint=hotline)
        pain_add(workspace=self.workspace, actor=self.ed, title="Cold in winter")
        solution_add(workspace=self.workspace, actor=self.ed, title="Call back", pain=pain)
        base = f"/w/{self.workspace.slug}"
        library = self.client.get(f"{base}/touchpoints/", {"department": self.care.pk})
        self.assertContains(library, "Hotline")
        self.assertNotContains(library, ">Shop<")
        nobody = self.client.get(f"{base}/touchpoints/", {"department": "-"})
        self.assertNotContains(nobody, ">Hotline<")
        pains = self.client.get(f"{base}/improvements/", {"department": self.care.pk})
        self.assertContains(pains, "Nobody answers")
        self.assertContains(pains, "Call back")
        self.assertNotContains(pains, "Cold in winter")
        rest = self.client.get(f"{base}/improvements/", {"department": "-"})
        self.assertContains(rest, "Cold in winter")
        self.assertNotContains(rest, "Nobody answers")
        matrix = self.client.get(f"{base}/matrix/", {"department": self.care.pk})
        self.assertContains(matrix, "Hotline")
        self.assertNotContains(matrix, ">Shop<")
        self.assertContains(matrix, "Department: Customer service")

    def test_the_map_names_who_is_in_charge(self) -> None:
        hotline = self.another("Hotline", self.care)
        self.place(hotline)
        pain_add(
            workspace=self.workspace, actor=self.ed, title="Nobody answers", step=self.steps()[0], touchpoint=hotline
        )
        page = self.client.get(self.journey.get_absolute_url())
        self.assertContains(page, f'data-department="{self.care.pk}"', count=2)
        journey_publish(journey=self.journey, actor=self.olga)
        self.client.force_login(self.vi)
        published = self.client.get(self.journey.get_absolute_url())
        self.assertContains(published, f'data-department="{self.care.pk}"', count=2)
        self.assertContains(page, f'<option value="{self.web.pk}">Éditions web</option>', html=True)

    def test_deleted_and_back(self) -> None:
        hotline = self.another("Hotline", self.care)
        answer = self.client.post(f"/departments/{self.care.pk}/delete/", follow=True)
        self.assertContains(answer, "is nobody’s")
        self.assertContains(self.client.get(f"/w/{self.workspace.slug}/touchpoints/", {"department": "-"}), "Hotline")
        department_add(workspace=self.workspace, actor=self.ed, name="Customer service")
        refused = self.client.post(f"/departments/{self.care.pk}/restore/", follow=True)
        self.assertContains(refused, "There is a department of this name already.")
        department_delete(department=Department.objects.get(name="Customer service", deleted_at=None), actor=self.ed)
        self.client.post(f"/departments/{self.care.pk}/restore/")
        hotline.refresh_from_db()
        self.assertEqual(hotline.department, self.care)
        self.assertIsNone(hotline.department.deleted_at)

    def test_renamed_meanwhile(self) -> None:
        self.client.post(f"/departments/{self.care.pk}/", {"name": "Care", "revision": "1"})
        stale = self.client.post(f"/departments/{self.care.pk}/", {"name": "Service", "revision": "1"})
        self.assertContains(stale, "Somebody renamed it meanwhile", status_code=422)
        self.care.refresh_from_db()
        self.assertEqual(self.care.name, "Care")

    def test_owners_become_departments(self) -> None:
        touchpoint_update(touchpoint=self.touchpoint, actor=self.ed, owner="Marketing")
        person = self.another("Letter")
        touchpoint_update(touchpoint=person, actor=self.ed, owner="Zoé Martin")
        page = self.client.get(self.url)
        self.assertContains(page, 'value="Marketing"')
        self.client.post(f"{self.url}owners/", {"owners": ["Marketing"]})
        self.touchpoint.refresh_from_db()
        person.refresh_from_db()
        self.assertEqual((str(self.touchpoint.department), self.touchpoint.owner), ("Marketing", ""))
        self.assertEqual((person.department, person.owner), (None, "Zoé Martin"))
        self.assertTrue(Change.objects.filter(target_id=str(self.touchpoint.pk), action="touchpoint.updated").exists())
        refused = self.client.post(f"{self.url}owners/", {"owners": ["Somebody"]}, follow=True)
        self.assertContains(refused, "Tick at least one name that is still an owner.")

    def test_another_workspaces_department_is_no_choice(self) -> None:
        theirs = department_add(workspace=self.elsewhere, actor=self.otto, name="Theirs")
        answer = self.client.post(f"/touchpoints/{self.touchpoint.pk}/edit/", {"department": theirs.pk, "name": "Till"})
        self.assertEqual(answer.status_code, 422)
        pain = pain_add(workspace=self.workspace, actor=self.ed, title="Queue")
        answer = self.client.post(
            f"/pains/{pain.pk}/", {"title": "Queue", "kind": Pain.Kind.PAIN, "department": theirs.pk}
        )
        self.assertEqual(answer.status_code, 422)
        self.assertNotContains(
            self.client.get(f"/w/{self.workspace.slug}/matrix/", {"department": theirs.pk}), "Theirs"
        )
