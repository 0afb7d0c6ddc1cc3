from typing import Any

from django.urls import reverse

from cxmap.history.models import Change
from tests.touchpoints.base import LibraryTestCase
from touchpoints import services
from touchpoints.models import Channel, Touchpoint


class TouchpointFormTests(LibraryTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.add_url = reverse("touchpoints:add", args=["acme"])
        self.edit_url = reverse("touchpoints:edit", args=[self.page.pk])

    def data(self, **changes: Any) -> dict[str, Any]:
        return {
            "name": "Vitrine",
            "category": self.category("sales").pk,
            "channel": self.channel("shop").pk,
            "phase": "before",
            "presence": "",
            "revision": self.page.revision,
        } | changes

    def test_it_works(self) -> None:
        response = self.client.post(self.add_url, self.data(owner="Magasin"))
        touchpoint = Touchpoint.objects.get(name="Vitrine")
        self.assertRedirects(response, touchpoint.get_absolute_url())
        self.assertEqual((touchpoint.code, touchpoint.presence), ("vitrine", "offline"))  # presence of the channel
        self.assertTrue(Change.objects.filter(action="touchpoint.added", actor=self.ed).exists())

    def test_any_channel_may_go_with_any_category(self) -> None:
        """A19: category and channel are separate; what the guides name comes first, nothing is forbidden."""
        data = self.data(category=self.category("product").pk, channel=self.channel("radio").pk, presence="both")
        self.client.post(self.add_url, data)
        touchpoint = Touchpoint.objects.get(name="Vitrine")
        self.assertEqual((touchpoint.channel.code, touchpoint.presence), ("radio", "both"))

    def test_the_form_says_for_which_categories_the_guides_name_a_channel(self) -> None:
        page = self.client.get(self.add_url).content.decode()
        both = f"{self.category('marketing').pk} {self.category('service').pk}"
        self.assertIn(f'data-categories="{both}"', page)

    def test_add_and_describe_another(self) -> None:
        self.assertRedirects(self.client.post(self.add_url, self.data(another="1")), self.add_url)

    def test_refusals(self) -> None:
        foreign = Channel.objects.get(workspace=self.elsewhere, code="shop")
        for changes in (
            {"name": ""},
            {"name": "Page produit"},
            {"category": ""},
            {"channel": foreign.pk},
            {"code": "page-produit"},
            {"code": "no spaces"},
            {"phase": "never"},
        ):
            with self.subTest(changes=changes):
                self.assertEqual(self.client.post(self.add_url, self.data(**changes)).status_code, 422)
        self.assertEqual(Touchpoint.objects.count(), 2)

    def test_the_code_of_one_in_the_trash_stays_taken(self) -> None:
        services.touchpoint_delete(touchpoint=self.page, actor=self.ed)
        response = self.client.post(self.add_url, self.data(code="page-produit"))
        self.assertContains(response, "perhaps one in the trash", status_code=422)
        self.client.post(self.add_url, self.data(name="Page produit"))
        self.assertEqual(Touchpoint.objects.get(name="Page produit", deleted_at=None).code, "page-produit-2")

    def test_edit_keeps_the_code(self) -> None:
        data = self.data(name="Fiche produit", code="other")
        self.assertRedirects(self.client.post(self.edit_url, data), self.page.get_absolute_url())
        self.page.refresh_from_db()
        self.assertEqual((self.page.name, self.page.code, self.page.revision), ("Fiche produit", "page-produit", 2))
        self.assertEqual(Touchpoint.objects.filter(sort_key__startswith="fiche produit").count(), 1)

    def test_two_at_once_shows_both(self) -> None:
        data = self.data(name="Mine")
        services.touchpoint_update(touchpoint=self.page, actor=self.olga, name="Theirs")
        response = self.client.post(self.edit_url, data)
        self.assertContains(response, "Theirs", status_code=409)
        self.assertContains(response, 'value="Mine"', status_code=409)
        self.assertContains(response, "Olga saved at", status_code=409)
        data["revision"] = response.context["form"]["revision"].value()
        self.assertEqual(self.client.post(self.edit_url, data).status_code, 302)
        self.page.refresh_from_db()
        self.assertEqual(self.page.name, "Mine")


class ExamplesTests(LibraryTestCase):
    """A20: examples by category to start from."""

    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("touchpoints:examples", args=["acme"])

    def test_it_works(self) -> None:
        response = self.client.post(self.url, {"examples": ["marketing:radio", "service:faq"]}, follow=True)
        self.assertContains(response, "2 examples were added")
        faq = Touchpoint.objects.get(channel__code="faq")
        self.assertEqual((faq.category.code, faq.phase), ("service", "after"))
        self.assertIn("Example from the guides", faq.description)
        self.assertEqual(Change.objects.filter(action="touchpoint.added", target_id=str(faq.pk)).count(), 1)

    def test_every_channel_that_the_guides_name_is_there(self) -> None:
        """A19, B9."""
        keys = set(self.client.get(self.url).context["form"].by_key)
        for category, channels in {
            "marketing": "advertisement social email blog seo sem television radio word-of-mouth research",
            "sales": "website shop phone chat demonstration",
            "service": "faq call-centre email social chat forum self-service",
            "product": "product-use packaging documentation training",
        }.items():
            for channel in channels.split():
                self.assertIn(f"{category}:{channel}", keys)

    def test_what_is_there_already_is_not_offered_again(self) -> None:
        self.client.post(self.url, {"examples": ["marketing:radio"]})
        self.assertNotIn("marketing:radio", self.client.get(self.url).context["form"].by_key)
        self.assertEqual(self.client.post(self.url, {"examples": ["marketing:radio"]}).status_code, 422)

    def test_nothing_ticked(self) -> None:
        self.assertContains(self.client.post(self.url, {}), "Tick at least one example.", status_code=422)

    def test_a_viewer_cannot(self) -> None:
        self.client.force_login(self.vi)
        self.assertEqual(self.client.get(self.url).status_code, 403)
