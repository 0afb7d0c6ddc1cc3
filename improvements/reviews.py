"""What a review comes to: scores with their numerator and denominator, the heat table, and what changed since the last one.

yes counts 1, partly ½, no 0 of the points answered. What does not apply is left out of both; what nobody has looked at
yet is counted apart and never good.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cxmap.lib import formats
from improvements.checklists import GROUP_BY_CODE, Checklist, Criterion, Place, pair_key, places_of
from improvements.models import Review, ReviewAnswer
from improvements.reviewing import GAPS, map_groups, place_stamp
from journeys.models import Journey

YES, PARTLY, NO = ReviewAnswer.Answer.YES, ReviewAnswer.Answer.PARTLY, ReviewAnswer.Answer.NO
NOT_APPLICABLE = ReviewAnswer.Answer.NOT_APPLICABLE
GOOD_FROM, MIXED_FROM = 0.8, 0.5

# key: (mark, words). Shape carries the meaning, colour supports it.
TONES: Mapping[str, tuple[str, Any]] = {
    "good": ("●", _("holds")),
    "open": ("◇", _("good so far, not all looked at")),
    "few": ("◌", _("too little looked at")),
    "mixed": ("◆", _("holds in part")),
    "weak": ("■", _("does not hold")),
    "none": ("○", _("not looked at yet")),
    "na": ("–", _("does not apply")),
}


@dataclass(frozen=True, slots=True)
class Score:
    """How many points of a place, or of a whole review, were answered how."""

    yes: int = 0
    partly: int = 0
    no: int = 0
    not_applicable: int = 0
    unlooked: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.yes + other.yes,
            self.partly + other.partly,
            self.no + other.no,
            self.not_applicable + other.not_applicable,
            self.unlooked + other.unlooked,
        )

    @property
    def answered(self) -> int:
        return self.yes + self.partly + self.no

    @property
    def asked(self) -> int:
        """Points that apply as far as is known."""
        return self.answered + self.unlooked

    @property
    def points(self) -> float:
        return self.yes + self.partly / 2

    @property
    def share(self) -> float | None:
        """Points over points answered; None (not 0) when nothing was answered."""
        return self.points / self.answered if self.answered else None

    @property
    def points_text(self) -> str:
        return formats.decimal(self.points, 1 if self.partly % 2 else 0)

    @property
    def reached_text(self) -> str:
        """Say what was reached of what: "9 of 14 answered points"."""
        text = ngettext(
            "%(points)s of %(answered)s answered point", "%(points)s of %(answered)s answered points", self.answered
        )
        return text % {"points": self.points_text, "answered": formats.whole(self.answered)}

    @property
    def unlooked_text(self) -> str:
        text = ngettext("%(number)s not looked at yet", "%(number)s not looked at yet", self.unlooked)
        return text % {"number": formats.whole(self.unlooked)}

    @property
    def tone(self) -> str:
        """Return a key of TONES."""
        share = self.share
        if share is None:
            return "none" if self.unlooked else "na"
        if share < MIXED_FROM:
            return "weak"
        if share < GOOD_FROM:
            return "mixed"
        if self.answered < self.unlooked:
            return "few"
        return "open" if self.unlooked else "good"

    @property
    def mark(self) -> str:
        return TONES[self.tone][0]

    @property
    def words(self) -> str:
        return str(TONES[self.tone][1])


def score_of(criteria: Sequence[Criterion], answers: Mapping[str, ReviewAnswer]) -> Score:
    """Return the score of one place; answers by criterion (code)."""
    counts: dict[str, int] = defaultdict(int)
    for criterion in criteria:
        row = answers.get(criterion.code)
        counts[row.answer if row is not None else ""] += 1
    return Score(counts[YES], counts[PARTLY], counts[NO], counts[NOT_APPLICABLE], counts[""])


@dataclass(frozen=True, slots=True)
class Point:
    """One criterion of a place with its answer now and in the review before (None: it was not asked then)."""

    criterion: Criterion
    row: ReviewAnswer | None
    before: ReviewAnswer | None

    @property
    def answer(self) -> str:
        return self.row.answer if self.row else ""

    @property
    def gap(self) -> bool:
        return self.answer in GAPS

    @property
    def noted(self) -> Any:
        """The opportunity that came of it and is still there."""
        return self.row.pain if self.row and self.row.pain and self.row.pain.deleted_at is None else None


@dataclass(frozen=True, slots=True)
class PlaceView:
    place: Place
    score: Score
    before: Score | None
    points: Sequence[Point]
    stamp: int

    @property
    def open_gaps(self) -> list[Point]:
        return [point for point in self.points if point.gap and point.noted is None]


@dataclass(frozen=True, slots=True)
class Trend:
    """What changed since the review before, on the points that were answered both times."""

    before: Review
    score: Score  # of the whole review before
    better: int
    worse: int
    same: int

    @property
    def both(self) -> int:
        return self.better + self.worse + self.same


@dataclass(frozen=True, slots=True)
class HeatRow:
    name: str
    cells: Sequence[PlaceView | None]  # None: the pair stands in another row, or is asked nothing


@dataclass(frozen=True, slots=True)
class ReviewView:
    review: Review
    places: Sequence[PlaceView]
    score: Score
    trend: Trend | None
    heads: Sequence[str]
    rows: Sequence[HeatRow]  # of the omnichannel guide
    new_groups: Sequence[str]  # names of channel groups that came onto the map since
    gone_groups: Sequence[str]

    @property
    def open_gaps(self) -> list[Point]:
        return [point for view in self.places for point in view.open_gaps]

    def view_of(self, key: str) -> PlaceView | None:
        """Return a place; without a key the first that is not looked at wholly."""
        if key:
            return next((view for view in self.places if view.place.key == key), None)
        return next((view for view in self.places if view.score.unlooked), next(iter(self.places), None))


ORDER = {NO: 0, PARTLY: 1, YES: 2}
Answers = Mapping[str, Mapping[str, ReviewAnswer]]


def _by_place(rows: Iterable[ReviewAnswer]) -> Answers:
    found: dict[str, dict[str, ReviewAnswer]] = defaultdict(dict)
    for row in rows:
        found[row.place][row.criterion] = row
    return found


def score_all(review: Review, answers: Answers) -> Score:
    total = Score()
    for place in places_of(review.checklist, review.groups):
        total += score_of(place.criteria, answers.get(place.key, {}))
    return total


def _trend(before: Review | None, then: Answers, now: Answers) -> Trend | None:
    if before is None:
        return None
    counts = {"better": 0, "worse": 0, "same": 0}
    for key, rows in now.items():
        for code, row in rows.items():
            old = then.get(key, {}).get(code)
            if old is None or old.answer not in ORDER or row.answer not in ORDER:
                continue
            step = ORDER[ReviewAnswer.Answer(row.answer)] - ORDER[ReviewAnswer.Answer(old.answer)]
            counts["better" if step > 0 else "worse" if step < 0 else "same"] += 1
    return Trend(before=before, score=score_all(before, then), **counts)


def review_before(review: Review) -> Review | None:
    """Return the live review of the same journey and checklist that came before; one query."""
    others = Review.objects.filter(journey=review.journey_id, checklist=review.checklist, deleted_at=None)
    found = list(others.exclude(pk=review.pk).order_by("-held_on", "-created_at", "id"))
    mine = (review.held_on, review.created_at)
    return next((one for one in found if (one.held_on, one.created_at) < mine), None)


def _names(codes: Iterable[str]) -> list[str]:
    return [str(GROUP_BY_CODE[code].name) for code in codes if code in GROUP_BY_CODE]


def review_view(review: Review) -> ReviewView:
    """Return a review with everything its page shows; a constant number of queries."""
    rows = ReviewAnswer.objects.filter(review=review).select_related("pain", "answered_by")
    now = _by_place(rows)
    before = review_before(review)
    then = _by_place(ReviewAnswer.objects.filter(review=before)) if before is not None else {}
    asked_then = {place.key for place in places_of(before.checklist, before.groups)} if before is not None else set()
    places = []
    for place in places_of(review.checklist, review.groups):
        answers, earlier = now.get(place.key, {}), then.get(place.key, {})
        places.append(
            PlaceView(
                place=place,
                score=score_of(place.criteria, answers),
                before=score_of(place.criteria, earlier) if place.key in asked_then else None,
                points=[Point(one, answers.get(one.code), earlier.get(one.code)) for one in place.criteria],
                stamp=place_stamp(answers.values()),
            )
        )
    total = Score()
    for view in places:
        total += view.score
    by_key = {view.place.key: view for view in places}
    groups = [code for code in GROUP_BY_CODE if code in review.groups]
    current = map_groups(review.journey) if review.checklist == Checklist.OMNICHANNEL else groups
    return ReviewView(
        review=review,
        places=places,
        score=total,
        trend=_trend(before, then, now),
        heads=_names(groups[1:]),
        rows=[
            HeatRow(
                name=str(GROUP_BY_CODE[first].name),
                cells=[
                    by_key.get(pair_key(first, second)) if column > number else None
                    for column, second in enumerate(groups)
                    if column > 0
                ],
            )
            for number, first in enumerate(groups[:-1])
        ],
        new_groups=_names(code for code in current if code not in groups),
        gone_groups=_names(code for code in groups if code not in current),
    )


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One review in the list of a journey."""

    review: Review
    score: Score
    opportunities: int


@dataclass(frozen=True, slots=True)
class ChecklistReviews:
    checklist: Checklist
    lines: Sequence[ReviewLine]


def journey_reviews(journey: Journey) -> list[ChecklistReviews]:
    """Return the live reviews of a journey by checklist, newest first; two queries."""
    answers = Prefetch("answers", ReviewAnswer.objects.select_related("pain"))
    reviews = Review.objects.filter(journey=journey, deleted_at=None).select_related("created_by")
    lines: dict[str, list[ReviewLine]] = defaultdict(list)
    for review in reviews.prefetch_related(answers):
        rows = list(review.answers.all())
        noted = sum(1 for row in rows if row.pain is not None and row.pain.deleted_at is None)
        lines[review.checklist].append(ReviewLine(review, score_all(review, _by_place(rows)), noted))
    return [ChecklistReviews(checklist, lines[checklist]) for checklist in Checklist]
