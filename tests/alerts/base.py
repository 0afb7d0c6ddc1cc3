"""What tests of alerts start from: a KPI with weeks of figures, evaluations one week after the other."""

from collections.abc import Callable

from alerts.models import Alert, Event
from cxmap.workspaces.models import Membership, User
from kpis.models import Flag
from kpis.services import binding_create
from tests.kpis.test_states_evaluate import StatesTestCase, week


class AlertsTestCase(StatesTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.binding = binding_create(touchpoint=cls.shop, kpi=cls.ctr, actor=cls.ana)

    def member(self, user: User) -> Membership:
        return Membership.objects.select_related("workspace", "user").get(workspace=self.workspace, user=user)

    def weekly(self, share: Callable[[int], float], *, weeks: range, first: int) -> None:
        """Write all figures of the weeks, then evaluate on the Monday after each from the first on."""
        self.write(share, weeks=weeks)
        for number in range(first, weeks.stop + 1):
            self.evaluate(week(number))

    def dropped(self) -> Flag:
        """A share that falls in week 28 and stays there: the signal opens with the second bad week."""
        self.weekly(lambda number: 0.2 if number < 28 else 0.1, weeks=range(30), first=28)
        return Flag.objects.get()

    def kinds(self) -> list[str]:
        return list(Event.objects.order_by("at", "key").values_list("kind", flat=True))

    def told(self) -> dict[str, int]:
        """How many alerts each person has."""
        found: dict[str, int] = {}
        for name in Alert.objects.values_list("membership__user__name", flat=True):
            found[name] = found.get(name, 0) + 1
        return found
