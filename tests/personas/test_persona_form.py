from django.urls import reverse

from cxmap.history.models import Change
from personas import services
from personas.models import Persona, Segment
from tests.personas.base import PersonaTestCase


class PersonaAddTests(PersonaTestCase):
    def setUp(self) -> None:
        self.url = reverse("personas:add", args=["acme"])
        self.client.force_login(self.ed)

    def test_it_works(self) -> None:
        response = self.client.post(self.url, {"name": "Paul", "colour": "2", "trait_age": "50–59"})
        paul = Persona.objects.get(name="Paul")
        self.assertRedirects(response, paul.get_absolute_url())
        self.assertEqual((paul.workspace, paul.colour), (self.workspace, 2))
        self.assertEqual(paul.traits.get(field="age").text, "50–59")
        self.assertEqual(paul.traits.count(), 10)  # all ten exist, filled or not
        change = Change.objects.get(action="persona.added", target_id=str(paul.pk))
        self.assertEqual(change.actor, self.ed)

    def test_the_form_asks_and_warns(self) -> None:
        response = self.client.get(self.url)
        self.assertContains(response, "Which age band? For example 30–39.")
        self.assertContains(response, "No names of real people")

    def test_a_free_colour_is_proposed(self) -> None:
        self.assertEqual(self.client.get(self.url).context["form"]["colour"].value(), 1)

    def test_a_segment_is_created_on_the_way(self) -> None:
        self.client.post(
            self.url, {"name": "Paul", "colour": "0", "segment_code": "loyal", "segment_name": "Loyal customers"}
        )
        segment = Segment.objects.get(workspace=self.workspace, code="loyal")
        self.assertEqual(list(Persona.objects.get(name="Paul").segments.all()), [segment])

    def test_half_a_segment_is_refused(self) -> None:
        response = self.client.post(self.url, {"name": "Paul", "colour": "0", "segment_name": "Loyal customers"})
        self.assertContains(response, "the code that your files carry", status_code=422)
        self.assertFalse(Segment.objects.exists())

    def test_an_own_field(self) -> None:
        data = {"name": "Paul", "colour": "0", "new_behavioural_label": "Channels", "new_behavioural_text": "SMS"}
        self.client.post(self.url, data)
        trait = Persona.objects.get(name="Paul").traits.get(field="")
        self.assertEqual((trait.group, trait.label, trait.text), ("behavioural", "Channels", "SMS"))

    def test_an_own_field_without_a_label(self) -> None:
        response = self.client.post(self.url, {"name": "Paul", "colour": "0", "new_behavioural_text": "SMS"})
        self.assertContains(response, "Name this field.", status_code=422)

    def test_the_name_is_needed_and_unique(self) -> None:
        self.assertEqual(self.client.post(self.url, {"colour": "0"}).status_code, 422)
        response = self.client.post(self.url, {"name": "Claire", "colour": "0"})
        self.assertContains(response, "has this name", status_code=422)

    def test_a_share_over_100_is_refused(self) -> None:
        response = self.client.post(self.url, {"name": "Paul", "colour": "0", "share_percent": "101"})
        self.assertEqual(response.status_code, 422)

    def test_a_segment_from_elsewhere_is_no_choice(self) -> None:
        foreign = Segment.objects.create(workspace=self.elsewhere, code="x", name="X")
        response = self.client.post(self.url, {"name": "Paul", "colour": "0", "segments": [foreign.pk]})
        self.assertEqual(response.status_code, 422)


class PersonaEditTests(PersonaTestCase):
    def setUp(self) -> None:
        self.url = reverse("personas:edit", args=[self.persona.pk])
        self.client.force_login(self.ed)

    def test_it_works(self) -> None:
        data = self.form_data(tagline="never in a hurry", trait_goals="Save money", colour="4", share_percent="35")
        self.assertRedirects(self.client.post(self.url, data), self.persona.get_absolute_url())
        self.persona.refresh_from_db()
        self.assertEqual(self.persona.tagline, "never in a hurry")
        self.assertEqual((self.persona.colour, self.persona.share_percent, self.persona.revision), (4, 35, 2))
        self.assertEqual(self.trait("goals").text, "Save money")
        self.assertEqual(self.trait("age").revision, 1)  # untouched fields are not written
        change = Change.objects.filter(action="persona.updated").latest("id")
        texts = [row["after"]["text"] for row in change.rows if row["model"] == "personas.trait"]
        self.assertEqual(texts, ["Save money"])

    def test_own_fields_are_changed_and_removed(self) -> None:
        own = [services.OwnField("demographic", "Budget", "100 €"), services.OwnField("demographic", "Family", "2")]
        services.persona_update(persona=self.persona, actor=self.ed, own_fields=own)
        budget, family = self.persona.traits.filter(field="")
        data = self.form_data(
            **{
                f"own_{budget.pk}_label": "Budget a month",
                f"own_{budget.pk}_text": "80 €",
                f"own_{family.pk}_label": "Family",
                f"own_{family.pk}_text": "2",
                f"own_{family.pk}_remove": "on",
            }
        )
        self.assertEqual(self.client.post(self.url, data).status_code, 302)
        budget.refresh_from_db()
        family.refresh_from_db()
        self.assertEqual((budget.label, budget.text), ("Budget a month", "80 €"))
        self.assertIsNotNone(family.deleted_at)

    def test_two_at_once_shows_both_texts(self) -> None:
        data = self.form_data(trait_goals="Mine")
        services.persona_update(persona=self.persona, actor=self.olga, traits={"goals": "Theirs"})
        response = self.client.post(self.url, data)
        self.assertEqual(response.status_code, 409)
        self.assertContains(response, "Mine", status_code=409)
        self.assertContains(response, "Theirs", status_code=409)
        self.assertContains(response, "Olga saved at", status_code=409)
        self.assertEqual(response.context["form"].conflicts, {"trait_goals": "Theirs"})
        self.assertEqual(self.trait("goals").text, "Theirs")
        # The form now carries the new revision: saving again is a decision.
        data["revision"] = response.context["form"]["revision"].value()
        self.assertEqual(self.client.post(self.url, data).status_code, 302)
        self.assertEqual(self.trait("goals").text, "Mine")

    def test_a_field_added_meanwhile_survives(self) -> None:
        data = self.form_data(trait_goals="Mine")
        own = [services.OwnField("demographic", "Budget", "100 €")]
        services.persona_update(persona=self.persona, actor=self.olga, own_fields=own)
        response = self.client.post(self.url, data)
        self.assertContains(response, "100 €", status_code=409)

    def test_a_field_removed_meanwhile_keeps_what_was_typed(self) -> None:
        own = [services.OwnField("demographic", "Budget", "100 €")]
        services.persona_update(persona=self.persona, actor=self.ed, own_fields=own)
        trait = self.persona.traits.get(field="")
        data = self.form_data(**{f"own_{trait.pk}_label": "Budget", f"own_{trait.pk}_text": "120 €"})
        gone = services.OwnField("demographic", "Budget", "", pk=trait.pk, remove=True)
        services.persona_update(persona=self.persona, actor=self.olga, own_fields=[gone])
        response = self.client.post(self.url, data)
        self.assertContains(response, "120 €", status_code=409)

    def test_a_new_segment_is_not_left_behind_by_a_conflict(self) -> None:
        data = self.form_data(segment_code="new", segment_name="New")
        services.persona_update(persona=self.persona, actor=self.olga, tagline="other")
        self.assertEqual(self.client.post(self.url, data).status_code, 409)
        self.assertFalse(Segment.objects.exists())

    def test_a_missing_revision_never_overwrites(self) -> None:
        data = self.form_data()
        del data["revision"]
        self.assertEqual(self.client.post(self.url, data).status_code, 409)
