"""The demonstration: all six states, told by the same services as real data, harmless to run again."""

from django.test import TransactionTestCase

from cxmap.demo.services import demo_seed, states_present
from cxmap.workspaces.models import Workspace
from improvements.models import Pain, Review, Solution
from journeys.models import Comment, Journey, Mention
from kpis.models import Flag, Observation, State
from personas.models import Persona
from touchpoints.models import Touchpoint
from workshops.models import Workshop


class DemoTests(TransactionTestCase):
    def test_it_works_and_again_changes_nothing(self) -> None:
        list(demo_seed())
        for slug in ("demo", "demo-en"):
            workspace = Workspace.objects.get(slug=slug)
            self.assertTrue(workspace.fictional)
            self.assertEqual(states_present(workspace), set(State.values))
            counts = [
                Persona.objects.filter(workspace=workspace).count(),
                Journey.objects.filter(workspace=workspace).count(),
                Touchpoint.objects.filter(workspace=workspace).count(),
            ]
            self.assertEqual(counts, [4, 2, 40])
            validated = Persona.objects.get(workspace=workspace, name="Claire")
            self.assertTrue(validated.stands)
            self.assertEqual(validated.sections.filter(kind="empathy").count(), 6)
            self.assertEqual(validated.children.get().status, "to_research")
            self.assertGreaterEqual(Flag.objects.filter(workspace=workspace).count(), 5)
            self.assertGreaterEqual(Solution.objects.filter(workspace=workspace).count(), 5)
            comments = Comment.objects.filter(workspace=workspace)
            self.assertEqual(comments.filter(root=None).count(), 5)
            self.assertEqual(set(comments.values_list("target_kind", flat=True)), {"card", "step", "pain", "map"})
            self.assertGreaterEqual(Mention.objects.filter(workspace=workspace).count(), 4)
            reviews = Review.objects.filter(workspace=workspace)
            self.assertEqual(reviews.count(), 4)
            # Each noted gap stands once among the improvements.
            self.assertEqual(Pain.objects.filter(review_answers__review__in=reviews).count(), 3)
            workshop = Workshop.objects.get(workspace=workspace)
            self.assertEqual((workshop.status, workshop.results.count()), ("ended", 5))
            self.assertTrue(all(result.made.deleted_at is None for result in workshop.results.all()))
        before, reviewed, said = Observation.objects.count(), Review.objects.count(), Comment.objects.count()
        list(demo_seed())
        self.assertEqual(Observation.objects.count(), before)
        self.assertEqual(Review.objects.count(), reviewed)
        self.assertEqual(Comment.objects.count(), said)
        self.assertEqual(Workspace.objects.count(), 2)
        self.assertEqual(Workshop.objects.count(), 2)
