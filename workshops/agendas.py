"""Ready agendas. They are a start: every item can be changed, moved or taken away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from workshops.models import Activity, Target

Kind = Activity.Kind


@dataclass(frozen=True, slots=True)
class Plan:
    """One item: what it is, how long it takes (minutes), what is asked."""

    kind: Kind
    title: Any
    minutes: int
    question: Any = ""
    target: str = ""
    dots: int = 5
    everyone_groups: bool = False


@dataclass(frozen=True, slots=True)
class Agenda:
    key: str
    name: Any
    description: Any
    plans: Sequence[Plan]

    @property
    def minutes(self) -> int:
        return sum(plan.minutes for plan in self.plans)


RULES = _("Write first, talk later: nobody sees your notes before they are revealed. Every voice counts the same.")
CLOSING = _("What do we do, who does it, until when? What stays open?")
DECIDE = Plan(Kind.DECISIONS, _("Decisions"), 10, CLOSING)

FIRST_MAP = Agenda(
    "first-map",
    _("First map in 90 minutes"),
    _("From an empty page to a map: the steps, what the customer does, where it hurts, what we do about it."),
    (
        Plan(Kind.WELCOME, _("Round of introductions"), 7, RULES),
        Plan(Kind.WRITING, _("The steps"), 6, _("What does the customer live, from the first need to the end? One note for each step."), Target.STEPS),
        Plan(Kind.GROUPING, _("Put the steps in order"), 12, _("Which notes say the same step? Name each group as the customer would, then put them in order and make them steps.")),
        Plan(Kind.WRITING, _("What the customer does"), 7, _("What does the customer do at each step? One action for each note."), Target.ACTIONS),
        Plan(Kind.RATING, _("Curve of emotions"), 5, _("How does the customer feel at each step? Silently, your own view.")),
        Plan(Kind.WRITING, _("Pain points"), 8, _("What annoys, slows down or loses the customer? One pain point for each note."), Target.PAINS),
        Plan(Kind.GROUPING, _("Group the pain points"), 10, _("Which notes speak of the same pain point?")),
        Plan(Kind.VOTING, _("Vote on the pain points"), 5, _("Which ones should we solve first?")),
        Plan(Kind.WRITING, _("Ideas"), 8, _("What could we do about the pain points with most dots?"), Target.IDEAS),
        Plan(Kind.VOTING, _("Vote on the ideas"), 5, _("Which ideas bring the customer most?"), dots=3),
        Plan(Kind.DECISIONS, _("Decisions"), 17, CLOSING),
    ),
)  # fmt: skip
PAINS = Agenda(
    "pains",
    _("Find the pain points"),
    _("Everybody writes where it hurts, step by step; the group sorts and votes."),
    (
        Plan(Kind.WELCOME, _("Round of introductions"), 5, RULES),
        Plan(Kind.WRITING, _("Pain points"), 10, _("What annoys, slows down or loses the customer? One pain point for each note."), Target.PAINS),
        Plan(Kind.GROUPING, _("Group the pain points"), 15, _("Which notes speak of the same pain point?"), everyone_groups=True),
        Plan(Kind.VOTING, _("Vote on the pain points"), 5, _("Which ones should we solve first?")),
        DECIDE,
    ),
)  # fmt: skip
SOLUTIONS = Agenda(
    "solutions",
    _("Prioritise solutions"),
    _("Ideas for what hurts most, grouped and voted on, each with somebody who takes it on."),
    (
        Plan(Kind.WELCOME, _("Reminder of the pain points"), 8, _("What did customers tell us, what do the figures say?")),
        Plan(Kind.WRITING, _("Ideas"), 10, _("What could we do about it? One idea for each note, even an unreasonable one."), Target.IDEAS),
        Plan(Kind.GROUPING, _("Group the ideas"), 12, _("Which ideas belong together?"), everyone_groups=True),
        Plan(Kind.VOTING, _("Vote on the ideas"), 5, _("Which ideas bring the customer most?")),
        Plan(Kind.DECISIONS, _("Decisions"), 15, CLOSING),
    ),
)  # fmt: skip
CURVE = Agenda(
    "curve",
    _("Curve of emotions"),
    _("Each department says silently how the customer feels; the differences are what you talk about."),
    (
        Plan(Kind.WELCOME, _("Round of introductions"), 5, RULES),
        Plan(Kind.RATING, _("Curve of emotions"), 8, _("How does the customer feel at each step? Silently, your own view.")),
        Plan(Kind.WRITING, _("What the customer thinks"), 8, _("What does the customer say to themselves at the highest and the lowest steps?"), Target.THOUGHTS),
        DECIDE,
    ),
)  # fmt: skip
AGENDAS = {agenda.key: agenda for agenda in (FIRST_MAP, PAINS, SOLUTIONS, CURVE)}
