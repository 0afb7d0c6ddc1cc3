"""Finding: one statement over everything that the apps have registered.

A row is found when every word of the question stands in it: inside a word, or as another form of it in French or
English. Only where that finds nothing, words that are nearly the same count too, and the answer says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.search import SearchQuery, TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Case, Count, FloatField, Q, QuerySet, TextField, Value, When, Window
from django.db.models.functions import Cast, Left
from django.utils.translation import get_language

from cxmap.lib.text import fold
from cxmap.search.registry import Group, Source, groups, sources
from cxmap.search.texts import Fold, Words, joined
from cxmap.workspaces.models import User, Workspace

QUESTION_MAX = 200  # characters
QUESTION_MIN = 2
WORDS_MAX = 8
FIRST = 5  # results of a group where all groups are shown
PER_PAGE = 30
PAGES_MAX = 20  # of one group; a question that finds more wants another word
BODY_MAX = 4000  # characters of a text in which the words are looked for
NEAR = 0.45  # word similarity of pg_trgm, from 0 to 1: "tecnicien" has 0.58 to technicien, "pnaier" 0.43 to panier
SNIPPET = 140  # characters

# Words that say nothing of what is looked for; left out where others remain.
SMALL = frozenset(
    [
        "a",
        "au",
        "aux",
        "avec",
        "ce",
        "ces",
        "dans",
        "de",
        "des",
        "du",
        "en",
        "et",
        "il",
        "je",
        "la",
        "le",
        "les",
        "leur",
        "ma",
        "mes",
        "mon",
        "nos",
        "notre",
        "ou",
        "par",
        "pas",
        "pour",
        "que",
        "qui",
        "sa",
        "se",
        "ses",
        "son",
        "sur",
        "un",
        "une",
        "vos",
        "votre",
        "d",
        "l",
        "s",
        "t",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "our",
        "that",
        "the",
        "their",
        "this",
        "to",
        "was",
        "with",
    ]
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; hit: it is what was looked for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One row that was found. score: 0 to 1, higher fits better."""

    group: Group
    title: str
    context: str
    snippet: Sequence[Piece]
    href: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """The results of one group, the best first; total counts those that are not shown too."""

    group: Group
    results: Sequence[Result]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.results)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question finds. near: only by words that are nearly the same. Pages count from 1 and are those of one group."""

    question: str
    found: Sequence[Found] = field(default_factory=tuple)
    near: bool = False
    page: int = 1
    pages: int = 1

    @property
    def total(self) -> int:
        return sum(one.total for one in self.found)

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def next(self) -> int:
        return self.page + 1

    @property
    def too_short(self) -> bool:
        return len(fold(self.question)) < QUESTION_MIN


def words_of(question: str) -> list[str]:
    """Return what is looked for: folded words, without those that say nothing where others remain."""
    words = list(dict.fromkeys(fold(question).replace("'", " ").split()))[:WORDS_MAX]
    return [word for word in words if word not in SMALL] or words


def _stems(word: str) -> SearchQuery:
    return SearchQuery(word, config="french") | SearchQuery(word, config="english")


def exact(words: Sequence[str]) -> Q:
    """Return the condition that every word, or a form of it, stands in the text."""
    found = Q()
    for word in words:
        found &= Q(looked_in__contains=word) | Q(looked_in_words=_stems(word))
    return found


def near_to(words: Sequence[str]) -> Q:
    """Return the condition that something like every word stands in the text."""
    found = Q()
    for word in words:
        # Three letters are alike too easily.
        found &= Q(looked_in__trigram_word_similar=word) if len(word) > 3 else Q(looked_in__contains=word)
    return found


def _rows(
    source: Source, number: int, workspace: Workspace, user: User | None, words: Sequence[str], *, near: bool
) -> QuerySet[Any]:
    """Return the rows of a source that are found: number, key, title, context, body, score, total."""
    language = (get_language() or "en")[:2]
    phrase = " ".join(words)
    text = joined(*source.columns)
    named = Fold(source.title(language))
    likeness = TrigramWordSimilarity(phrase, named)
    score = (
        likeness * Value(0.6)
        if near
        else Case(
            When(search_title=phrase, then=Value(1.0)),
            When(search_title__startswith=phrase, then=Value(0.9)),
            When(search_title__contains=f" {phrase}", then=Value(0.8)),
            When(search_title__contains=phrase, then=Value(0.7)),
            default=Value(0.3) + Value(0.3) * likeness,
            output_field=FloatField(),
        )
    )
    rows = source.rows(workspace, user).alias(looked_in=Fold(text), looked_in_words=Words(text), search_title=named)
    rows = rows.filter(near_to(words) if near else exact(words)).order_by()
    return rows.annotate(
        search_number=Value(number),
        search_key=Cast(source.key, TextField()),
        search_named=Cast(source.title(language), TextField()),
        search_context=Cast(source.context(language), TextField()),
        search_body=Left(Cast(source.body(language), TextField()), BODY_MAX),
        search_score=score,
        search_total=Window(Count("*")),
    ).values_list(
        "search_number", "search_key", "search_named", "search_context", "search_body", "search_score", "search_total"
    )


def _read(
    asked: Sequence[Source], workspace: Workspace, user: User | None, words: Sequence[str], *, limit: int, near: bool
) -> list[Any]:
    """Return the best rows of every source, at most limit of each, in one statement."""
    parts = [
        _rows(source, number, workspace, user, words, near=near).order_by(
            "-search_score", "search_named", "search_key"
        )[:limit]
        for number, source in enumerate(asked)
    ]
    return list(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])


def _result(source: Source, row: Any, workspace: Workspace, words: Sequence[str]) -> Result:
    _number, key, title, context, body, score, _total = row
    return Result(
        group=source.group,
        title=title,
        context=context,
        snippet=snippet(body, words) if body and body != title else (),
        href=source.href(workspace, key),
        score=score,
    )


def search(workspace: Workspace, user: User | None, question: str, *, group: str = "", page: int = 1) -> Answer:
    """Return what is found in a workspace, as far as the person may see it; one statement, three where only near words are found.

    Without a group: the first few of every group, the groups with the best results first. With one: a page of it.
    """
    question = question.replace("\x00", "").strip()[:QUESTION_MAX]
    answer = Answer(question)
    words = words_of(question)
    asked = [source for source in sources() if group in {"", source.group.key}]
    if answer.too_short or not words or not asked:
        return answer
    page = max(1, min(page, PAGES_MAX))
    limit = page * PER_PAGE if group else FIRST
    rows = _read(asked, workspace, user, words, limit=limit, near=False)
    if near := not rows:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = %s", [NEAR])
            rows = _read(asked, workspace, user, words, limit=limit, near=True)
    found: dict[Group, list[Result]] = {}
    totals: dict[int, int] = {}
    for row in rows:
        source = asked[row[0]]
        totals[row[0]] = row[6]
        found.setdefault(source.group, []).append(_result(source, row, workspace, words))
    results = []
    for one, entries in found.items():
        entries.sort(key=lambda entry: (-entry.score, entry.title))
        shown = entries[(page - 1) * PER_PAGE : page * PER_PAGE] if group else entries[:FIRST]
        results.append(Found(one, shown, sum(count for number, count in totals.items() if asked[number].group == one)))
    results.sort(key=lambda one: (-max(entry.score for entry in one.results) if one.results else 0, one.group.rank))
    pages = min(-(-max((one.total for one in results), default=0) // PER_PAGE), PAGES_MAX) if group else 1
    return Answer(question, results, near=near and bool(results), page=page, pages=max(pages, 1))


def snippet(text: str, words: Sequence[str]) -> tuple[Piece, ...]:
    """Return the part of a text around the first word that was looked for, with these words marked."""
    text = " ".join(text.split())
    # Folding may lengthen a letter (œ is oe): `at` leads from the folded text back to the letters.
    folded, at = "", []
    for number, letter in enumerate(text):
        plain = " " if letter == " " else fold(letter)
        folded += plain
        at += [number] * len(plain)
    at.append(len(text))
    spans = []
    for word in words:
        start = folded.find(word)
        while start >= 0:
            spans.append((at[start], at[start + len(word) - 1] + 1))
            start = folded.find(word, start + len(word))
    spans.sort()
    begin = max(0, spans[0][0] - SNIPPET // 3) if spans else 0
    if begin:
        begin = text.rfind(" ", 0, begin) + 1
    end = min(len(text), begin + SNIPPET)
    pieces = [Piece("…")] if begin else []
    here = begin
    for first, last in spans:
        if first < here or last > end:
            continue
        pieces += [Piece(text[here:first]), Piece(text[first:last], hit=True)]
        here = last
    pieces.append(Piece(text[here:end] + ("…" if end < len(text) else "")))
    return tuple(piece for piece in pieces if piece.text)


def group_of(key: str) -> Group | None:
    """Return the group of this key."""
    return next((group for group in groups() if group.key == key), None)
