from django.urls import reverse

from cxmap.workspaces.models import Membership, Role
from journeys.services.journeys import journey_create
from personas import services
from personas.models import FIELDS_OF_GROUP, Segment, TraitField, TraitGroup
from tests.personas.base import PersonaTestCase


class PersonaDetailTests(PersonaTestCase):
    def setUp(self) -> None:
        self.url = reverse("personas:detail", args=[self.persona.pk])
        self.client.force_login(self.vi)

    def test_it_works(self) -> None:
        response = self.client.get(self.url)
        self.assertContains(response, "Shop survey")
        self.assertContains(response, "412 respondents")
        self.assertContains(response, "no evidence yet", count=1)  # the goals
        self.assertContains(response, "Not described yet", count=8)

    def test_four_groups_and_ten_fields_in_the_order_of_the_guide(self) -> None:
        """A7."""
        sheet = self.client.get(self.url).context["sheet"]
        self.assertEqual([group.key for group in sheet.groups], [group.value for group in TraitGroup])
        keys = [field.key for group in sheet.groups for field in group.fields]
        self.assertEqual(keys, [field.value for field in TraitField])
        self.assertEqual(sum(len(fields) for fields in FIELDS_OF_GROUP.values()), 10)

    def test_own_fields_stand_after_those_of_their_group(self) -> None:
        own = services.OwnField(group="behavioural", label="Favourite channels", text="Instagram")
        services.persona_update(persona=self.persona, actor=self.ed, own_fields=[own])
        group = self.client.get(self.url).context["sheet"].groups[2]
        self.assertEqual([field.label for field in group.fields][-1], "Favourite channels")

    def test_where_it_is_used(self) -> None:
        journey = journey_create(workspace=self.workspace, actor=self.ed, name="Buying shoes", personas=[self.persona])
        self.assertContains(self.client.get(self.url), journey.get_absolute_url())

    def test_a_viewer_gets_no_buttons(self) -> None:
        response = self.client.get(self.url)
        for words in ("Edit the sheet", "Delete the persona", "Add evidence"):
            self.assertNotContains(response, words)

    def test_nothing_inline(self) -> None:
        """The policy forbids style attributes and inline handlers."""
        self.client.force_login(self.ed)
        text = self.client.get(self.url).content.decode()
        self.assertNotIn(" style=", text)
        self.assertNotIn("onclick", text)

    def test_marks_of_a_quotation_are_not_doubled(self) -> None:
        for typed in ("« Vite ! »", "“Vite !”", '"Vite !"', "Vite !"):
            with self.subTest(typed=typed):
                services.persona_update(persona=self.persona, actor=self.ed, quote=typed)
                self.assertContains(self.client.get(self.url), ">Vite !</blockquote>")

    def test_text_is_escaped(self) -> None:
        services.persona_update(persona=self.persona, actor=self.ed, traits={"goals": "<script>x</script>"})
        self.assertContains(self.client.get(self.url), "&lt;script&gt;")

    def test_query_count_does_not_grow(self) -> None:
        # Bound to data: an unbound persona asks for no figures at all.
        segment = Segment.objects.create(workspace=self.workspace, code="s", name="S")
        services.persona_update(persona=self.persona, actor=self.ed, segments=[segment])
        few = self.query_count(self.url)
        segments = [
            Segment.objects.create(workspace=self.workspace, code=f"s{number}", name=f"S{number}")
            for number in range(5)
        ]
        own = [services.OwnField(group="demographic", label=f"L{number}", text="t") for number in range(10)]
        services.persona_update(persona=self.persona, actor=self.ed, own_fields=own, segments=segments)
        for trait in self.persona.traits.all():
            services.evidence_add(trait=trait, actor=self.ed, kind="data", title="Export")
        self.assertEqual(self.query_count(self.url), few)

    def test_a_persona_in_the_trash_is_gone(self) -> None:
        services.persona_delete(persona=self.persona, actor=self.ed)
        self.assertEqual(self.client.get(self.url).status_code, 404)

    def test_someone_from_elsewhere_learns_nothing(self) -> None:
        self.client.force_login(self.otto)
        self.assertEqual(self.client.get(self.url).status_code, 404)
        Membership.objects.create(workspace=self.workspace, user=self.otto, role=Role.VIEWER)
        self.assertEqual(self.client.get(self.url).status_code, 200)
