import datetime as dt

from django.urls import reverse
from django.utils import timezone

from cxmap.history.models import Change
from personas import services
from personas.errors import CircleOfPersonas, NothingToValidate
from personas.models import Persona
from tests.personas.base import PersonaTestCase


class StatusTests(PersonaTestCase):
    """Draft, validated until a review date, changed since."""

    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("personas:status", args=[self.persona.pk])
        self.day = timezone.localdate() + dt.timedelta(days=90)

    def page(self):
        return self.client.get(self.persona.get_absolute_url())

    def validate(self, **changes):
        revision = str(Persona.objects.get(pk=self.persona.pk).revision)
        data = {"status": "validated", "review_on": self.day.isoformat(), "revision": revision}
        return self.client.post(self.url, data | changes, follow=True)

    def test_it_works(self) -> None:
        self.assertContains(self.validate(), "Validated on")
        self.persona.refresh_from_db()
        self.assertTrue(self.persona.stands)
        self.assertEqual((self.persona.validated_by, self.persona.review_on), (self.ed, self.day))
        self.assertTrue(Change.objects.filter(action="persona.validated", actor=self.ed).exists())

    def test_a_change_afterwards_says_so(self) -> None:
        self.validate()
        services.persona_update(persona=self.persona, actor=self.ed, traits={"goals": "Other"})
        self.assertContains(self.page(), "after the validation")
        self.assertNotContains(self.page(), "badge--ok")
        self.validate()
        self.assertContains(self.page(), "badge--ok")
        services.evidence_remove(evidence=self.trait("age").evidence.get(), actor=self.ed)
        self.assertContains(self.page(), "changed since validated")

    def test_saving_without_a_change_is_none(self) -> None:
        self.validate()
        self.client.post(reverse("personas:edit", args=[self.persona.pk]), self.form_data())
        self.assertContains(self.page(), "badge--ok")

    def test_a_due_review_never_looks_good(self) -> None:
        self.validate()
        Persona.objects.filter(pk=self.persona.pk).update(review_on=timezone.localdate())
        for url in (self.persona.get_absolute_url(), reverse("personas:list", args=["acme"])):
            page = self.client.get(url)
            self.assertContains(page, "review due")
            self.assertNotContains(page, "badge--ok")

    def test_refusals(self) -> None:
        for changes in (
            {"review_on": ""},
            {"review_on": timezone.localdate().isoformat()},
            {"review_on": "2200-01-01"},
            {"review_on": "soon"},
            {"status": "perfect"},
            {"revision": "7"},
            {"revision": ""},
        ):
            with self.subTest(changes=changes):
                self.assertContains(self.validate(**changes), "message--error")
                self.persona.refresh_from_db()
                self.assertEqual(self.persona.status, "draft")

    def test_nothing_described_is_not_validated(self) -> None:
        empty = services.persona_create(workspace=self.workspace, actor=self.ed, name="Empty")
        with self.assertRaises(NothingToValidate):
            services.persona_set_status(persona=empty, actor=self.ed, status="validated", review_on=self.day)

    def test_back_to_draft(self) -> None:
        self.validate()
        self.client.post(self.url, {"status": "draft", "revision": "2"})
        self.assertContains(self.page(), "Nobody has agreed to this sheet yet.")


class HierarchyTests(PersonaTestCase):
    def make(self, name: str, parent: Persona | None = None) -> Persona:
        return services.persona_create(workspace=self.workspace, actor=self.ed, name=name, parent=parent)

    def test_it_works(self) -> None:
        child = self.make("Claire at Christmas", self.persona)
        self.client.force_login(self.vi)
        self.assertContains(self.client.get(self.persona.get_absolute_url()), child.get_absolute_url())
        self.assertContains(self.client.get(child.get_absolute_url()), "more general")
        page = self.client.get(reverse("personas:list", args=["acme"]), {"view": "tree"})
        self.assertEqual(
            [(card.persona.name, card.depth) for card in page.context["page"].tree],
            [("Claire", 0), ("Claire at Christmas", 1)],
        )
        self.assertContains(page, "below “Claire”")

    def test_no_circles_also_through_the_trash(self) -> None:
        child = self.make("Child", self.persona)
        grandchild = self.make("Grandchild", child)
        services.persona_delete(persona=child, actor=self.ed)
        for parent in (self.persona, grandchild):
            with self.subTest(parent=parent), self.assertRaises(CircleOfPersonas):
                services.persona_update(persona=self.persona, actor=self.ed, parent=parent)
        self.client.force_login(self.ed)
        url = reverse("personas:edit", args=[self.persona.pk])
        response = self.client.post(url, self.form_data(parent=str(grandchild.pk)))
        self.assertContains(response, "Claire → Child → Grandchild → Claire"[:6], status_code=422)
        self.assertIn("parent", response.context["form"].errors)

    def test_a_parent_in_the_trash_is_said_and_kept(self) -> None:
        child = self.make("Child", self.persona)
        services.persona_delete(persona=self.persona, actor=self.ed)
        self.client.force_login(self.ed)
        page = self.client.get(child.get_absolute_url())
        self.assertContains(page, "(in the trash)")
        self.assertNotContains(page, f'href="{self.persona.get_absolute_url()}"')
        tree = self.client.get(reverse("personas:list", args=["acme"])).context["page"].tree
        self.assertEqual([(card.persona.name, card.depth) for card in tree], [("Child", 0)])
        data = {"name": "Child", "colour": str(child.colour), "revision": "1", "parent": str(self.persona.pk)}
        self.assertEqual(self.client.post(reverse("personas:edit", args=[child.pk]), data).status_code, 302)
        services.persona_restore(persona=Persona.objects.get(pk=self.persona.pk), actor=self.ed)
        self.assertContains(self.client.get(child.get_absolute_url()), f'href="{self.persona.get_absolute_url()}"')

    def test_one_from_elsewhere_is_no_choice(self) -> None:
        foreign = services.persona_create(workspace=self.elsewhere, actor=self.otto, name="Foreign")
        self.client.force_login(self.ed)
        url = reverse("personas:edit", args=[self.persona.pk])
        self.assertEqual(self.client.post(url, self.form_data(parent=str(foreign.pk))).status_code, 422)
