from django.urls import reverse

from cxmap.history.models import Change
from cxmap.lib.errors import StaleRevision
from journeys.services.journeys import journey_create
from personas import services
from personas.errors import SectionGone, SectionRefused
from personas.models import Persona, Section
from personas.sections import cleaned
from personas.services import SectionEntry
from tests.personas.base import PersonaTestCase


class ContentTests(PersonaTestCase):
    """What each kind holds."""

    def test_it_works(self) -> None:
        for kind, content, kept in (
            ("text", {"text": " a\r\nb "}, {"text": "a\nb"}),
            ("list", {"items": ["Où\u202f?  Là\u00a0: ici"]}, {"items": ["Où\u202f? Là\u00a0: ici"]}),
            ("tags", {"items": ["x", " x ", "", "y  z"]}, {"items": ["x", "y z"]}),
            ("bars", {"items": [{"label": "Ease", "value": "70"}, {"label": "", "value": ""}]}, {"items": [{"label": "Ease", "value": 70}]}),
            ("sliders", {"items": [{"left": "a", "right": "b", "value": 0}]}, {"items": [{"left": "a", "right": "b", "value": 0}]}),
            ("channels", {"items": [{"channel": "email", "value": None}]}, {"items": [{"channel": "email", "value": None}]}),
            ("jobs", {"items": [{"want": "peace"}]}, {"items": [{"when": "", "want": "peace", "so": ""}]}),
        ):  # fmt: skip
            with self.subTest(kind=kind):
                self.assertEqual(cleaned(kind, content, channels={"email"}), kept)

    def test_refusals(self) -> None:
        for kind, content in (
            ("unknown", {"items": []}),
            ("text", {"text": 3}),
            ("text", {"text": "x" * 4001}),
            ("tags", {"items": "abc"}),
            ("tags", {"items": [3]}),
            ("tags", {"items": ["x" * 61]}),
            ("list", {"items": [str(number) for number in range(31)]}),
            ("bars", {"items": [{"label": "a", "value": 101}]}),
            ("bars", {"items": [{"label": "a", "value": -1}]}),
            ("bars", {"items": [{"label": "a", "value": "4.5"}]}),
            ("bars", {"items": [{"label": "a", "value": True}]}),
            ("bars", {"items": [{"label": "a"}]}),
            ("bars", {"items": [{"label": "", "value": 4}]}),
            ("bars", {"items": [{"label": "a", "value": 4, "colour": "red"}]}),
            ("sliders", {"items": [{"left": "a", "right": "", "value": 4}]}),
            ("channels", {"items": [{"channel": "pigeon", "value": 4}]}),
            ("channels", {"items": [{"channel": "email"}, {"channel": "email"}]}),
            ("jobs", {"items": [{"when": "always"}]}),
            ("tags", []),
        ):
            with self.subTest(kind=kind, content=str(content)[:60]), self.assertRaises(SectionRefused):
                cleaned(kind, content, channels={"email"})


class SectionServiceTests(PersonaTestCase):
    def write(self, *entries: SectionEntry) -> list[Section]:
        services.persona_update(persona=self.persona, actor=self.ed, sections=entries)
        return list(self.persona.sections.filter(deleted_at=None).order_by("rank", "id"))

    def test_order_is_the_one_given_and_others_stand_after(self) -> None:
        a, b, c = self.write(*(SectionEntry("tags", title, {"items": ["x"]}) for title in "abc"))
        rows = self.write(SectionEntry("tags", "c", c.content, pk=c.pk), SectionEntry("text", "d", {"text": "t"}))
        self.assertEqual([row.title for row in rows], ["c", "d", "a", "b"])
        rows = self.write(SectionEntry("", "", {}, pk=a.pk, remove=True))
        self.assertEqual([row.title for row in rows], ["c", "d", "b"])
        self.assertEqual(Section.objects.get(pk=b.pk).revision, 2)  # only its place changed, once

    def test_history_holds_what_was_there(self) -> None:
        (row,) = self.write(SectionEntry("tags", "Tags", {"items": ["x"]}))
        self.write(SectionEntry("tags", "Tags", {"items": ["y"]}, pk=row.pk))
        change = Change.objects.filter(action="persona.updated").latest("id")
        rows = [entry for entry in change.rows if entry["model"] == "personas.section"]
        self.assertEqual(rows[0]["before"]["content"], {"items": ["x"]})
        self.assertEqual(rows[0]["after"]["content"], {"items": ["y"]})

    def test_one_of_another_persona_is_refused_and_nothing_is_written(self) -> None:
        other = services.persona_create(
            workspace=self.workspace, actor=self.ed, name="Paul", sections=[SectionEntry("tags", "T", {"items": ["x"]})]
        )
        entry = SectionEntry("tags", "Mine", {"items": ["y"]}, pk=other.sections.get().pk)
        with self.assertRaises(SectionGone):
            services.persona_update(persona=self.persona, actor=self.ed, name="Renamed", sections=[entry])
        self.assertTrue(Persona.objects.filter(name="Claire").exists())

    def test_the_empathy_map_has_one_row_a_quadrant(self) -> None:
        for items in (["a"], ["a", "b"]):
            services.persona_update(persona=self.persona, actor=self.ed, empathy={"says": items})
        self.assertEqual(self.persona.sections.get(quadrant="says").content, {"items": ["a", "b"]})
        with self.assertRaises(SectionRefused):
            services.persona_update(persona=self.persona, actor=self.ed, empathy={"says": ["x" * 301]})

    def test_channels_come_from_the_library(self) -> None:
        self.write(SectionEntry("channels", "Channels", {"items": [{"channel": "email", "value": 60}]}))
        self.client.force_login(self.vi)
        self.assertContains(self.client.get(self.persona.get_absolute_url()), '<span class="bar__label">e-mail</span>')

    def test_a_stale_writer_changes_no_section(self) -> None:
        with self.assertRaises(StaleRevision):
            services.persona_update(
                persona=self.persona,
                actor=self.ed,
                expected_revision=7,
                sections=[SectionEntry("tags", "T", {"items": []})],
            )
        self.assertFalse(Section.objects.exists())

    def test_deleting_a_persona_leaves_sections_and_maps(self) -> None:
        self.write(SectionEntry("tags", "Tags", {"items": ["x"]}))
        journey = journey_create(workspace=self.workspace, actor=self.ed, name="Map", personas=[self.persona])
        services.persona_delete(persona=self.persona, actor=self.ed)
        self.client.force_login(self.vi)
        self.assertEqual(self.client.get(journey.get_absolute_url()).status_code, 200)
        services.persona_restore(persona=Persona.objects.get(pk=self.persona.pk), actor=self.ed)
        self.assertContains(self.client.get(self.persona.get_absolute_url()), "<li>x</li>")


class SectionFormTests(PersonaTestCase):
    """Sections in the form: buttons arrange, saving saves."""

    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("personas:edit", args=[self.persona.pk])

    def test_a_button_keeps_everything_typed_and_saves_nothing(self) -> None:
        data = self.form_data(tagline="typed", do="add:bars", section="1", s1_kind="tags", s1_title="Tags", s1_text="a")
        response = self.client.post(self.url, data)
        self.assertEqual(response.status_code, 200)
        self.assertContains(response, 'value="typed"')
        self.assertEqual([draft.kind for draft in response.context["form"].sections.drafts], ["tags", "bars"])
        self.assertContains(response, 'name="s2_value"', count=2)
        self.assertNotContains(response, "errorlist")
        self.assertFalse(Section.objects.exists())

    def test_moving_and_removing(self) -> None:
        typed = {"section": ["1", "2"], "s1_kind": "tags", "s1_title": "A", "s2_kind": "text", "s2_title": "B"}
        response = self.client.post(self.url, self.form_data(**typed, do="down:1"))
        self.assertEqual([draft.title for draft in response.context["form"].sections.drafts], ["B", "A"])
        response = self.client.post(self.url, self.form_data(**typed, do="remove:1"))
        self.assertEqual([draft.title for draft in response.context["form"].sections.drafts], ["B"])
        response = self.client.post(self.url, self.form_data(**typed, do="nonsense"))
        self.assertEqual(response.status_code, 200)

    def test_saving(self) -> None:
        data = self.form_data(
            section=["2", "1"], s1_kind="tags", s1_title="Tags", s1_text="a\nb",
            s2_kind="sliders", s2_title="Temper", s2_left=["slow", ""], s2_right=["fast", ""], s2_value=["30", ""],
            empathy_says="Hello\nAgain",
        )  # fmt: skip
        self.assertRedirects(self.client.post(self.url, data), self.persona.get_absolute_url())
        own = list(self.persona.sections.exclude(kind="empathy").order_by("rank"))
        self.assertEqual([row.title for row in own], ["Temper", "Tags"])
        self.assertEqual(own[0].content, {"items": [{"left": "slow", "right": "fast", "value": 30}]})
        page = self.client.get(self.persona.get_absolute_url())
        self.assertContains(page, "Empathy map")
        self.assertContains(page, 'cx="30%"')
        self.assertContains(page, "30<span")

    def test_a_removed_one_goes_only_when_saved(self) -> None:
        entry = SectionEntry("tags", "Tags", {"items": ["x"]})
        services.persona_update(persona=self.persona, actor=self.ed, sections=[entry])
        pk = self.persona.sections.get().pk
        data = self.form_data(section="1", s1_kind="tags", s1_pk=str(pk), s1_title="Tags", s1_text="x", do="remove:1")
        self.assertContains(self.client.post(self.url, data), f'name="section_removed" value="{pk}"')
        self.client.post(self.url, self.form_data(section_removed=str(pk)))
        self.assertIsNotNone(Section.objects.get(pk=pk).deleted_at)

    def test_errors_stand_at_their_section_and_nothing_is_written(self) -> None:
        data = self.form_data(
            tagline="new", section=["1", "2"], s1_kind="bars", s1_title="Skills", s1_label=["Ease"], s1_value=["170"],
            s2_kind="tags", s2_title="",
        )  # fmt: skip
        response = self.client.post(self.url, data)
        self.assertContains(response, "is a whole number from 0 to 100", status_code=422)
        self.assertContains(response, "Give the section a title.", status_code=422)
        self.assertContains(response, 'value="170"', status_code=422)
        self.persona.refresh_from_db()
        self.assertEqual(self.persona.tagline, "in a hurry")

    def test_two_at_once(self) -> None:
        entry = SectionEntry("tags", "Tags", {"items": ["x"]})
        services.persona_update(persona=self.persona, actor=self.ed, sections=[entry])
        pk = self.persona.sections.get().pk
        data = self.form_data(section="1", s1_kind="tags", s1_pk=str(pk), s1_title="Tags", s1_text="mine")
        changed = SectionEntry("tags", "Tags", {"items": ["theirs"]}, pk=pk)
        added = SectionEntry("text", "Added meanwhile", {"text": "t"})
        services.persona_update(persona=self.persona, actor=self.olga, sections=[changed, added])
        response = self.client.post(self.url, data)
        for words in ("mine", "theirs", "Added meanwhile"):
            self.assertContains(response, words, status_code=409)
        self.assertEqual(Section.objects.get(pk=pk).content, {"items": ["theirs"]})

    def test_evidence_of_a_section(self) -> None:
        entry = SectionEntry("tags", "Tags", {"items": ["x"]})
        services.persona_update(persona=self.persona, actor=self.ed, sections=[entry])
        section = self.persona.sections.get()
        url = reverse("personas:section-evidence-add", args=[section.pk])
        self.client.post(url, {"kind": "data", "title": "CRM", "n": "900"})
        page = self.client.get(self.persona.get_absolute_url())
        self.assertContains(page, "900 records")
        self.assertEqual((page.context["sheet"].backed, page.context["sheet"].filled), (2, 3))
        removed = self.client.post(reverse("personas:evidence-remove", args=[section.evidence.get().pk]), follow=True)
        self.assertContains(removed, "The evidence “CRM” was removed.")

    def test_questions_claim_nothing(self) -> None:
        entry = SectionEntry("questions", "Questions", {"items": ["Why?"]})
        services.persona_update(persona=self.persona, actor=self.ed, sections=[entry])
        self.assertEqual(self.client.get(self.persona.get_absolute_url()).context["sheet"].filled, 2)

    def test_query_count_does_not_grow(self) -> None:
        def fill(number: int) -> None:
            entries = [SectionEntry("tags", f"T{place}", {"items": ["x"]}) for place in range(number)]
            services.persona_update(persona=self.persona, actor=self.ed, sections=entries)
            for row in self.persona.sections.filter(evidence=None):
                services.evidence_add(trait=row, actor=self.ed, kind="data", title="t")

        fill(1)
        few = self.query_count(self.persona.get_absolute_url()), self.query_count(self.url)
        fill(12)
        self.assertEqual((self.query_count(self.persona.get_absolute_url()), self.query_count(self.url)), few)
