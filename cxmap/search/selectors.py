"""Finding: one statement over everything that the apps have registered.

A row is found when every word of the question stands in it: inside a word, or as another form of it in French or
English. Only where that finds nothing, words that are nearly the same count too, and the answer says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast, Left
from django.utils.translation import get_language

from cxmap.lib.text import fold
from cxmap.search.registry import Group, Source, groups, sources
from cxmap.search.texts import Fold, SaidText, SaidWords, Words, joined
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
COUNTED = 1000  # rows of one source; what a word of half of all texts finds is not counted
NEAR_COUNTED = 40  # likeness takes long to compare
CANDIDATES = 50  # rows of one source whose titles are compared

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
    """The results of one group, the best first; total counts those that are not shown too. open: there are more than counted."""

    group: Group
    results: Sequence[Result]
    total: int
    open: bool = False

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
    def open(self) -> bool:
        """There is more than total counts."""
        return any(one.open for one in self.found)

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


# What is found of one source. Of the rows that are counted, those in which the question stands early are the candidates
# whose titles are compared: folding the titles of a thousand rows would take longer than finding them.
_FOUND = """
(SELECT {number}, key, named, context, body, {score} AS score, total
   FROM (SELECT key, named, context, body, count(*) OVER () AS total
           FROM (SELECT * FROM ({rows}) AS row_of_all(key, named, context, body, said, words)
                  WHERE {condition} LIMIT {counted}) AS found
          ORDER BY {first}, key LIMIT {candidates}) AS candidate
  CROSS JOIN LATERAL (SELECT cxmap_fold(named) AS title OFFSET 0) AS folded
  ORDER BY score DESC, named, key LIMIT {limit})
"""
_SCORE = """
CASE WHEN title = %s THEN 1.0 WHEN starts_with(title, %s) THEN 0.9 WHEN strpos(title, ' ' || %s) > 0 THEN 0.8
     WHEN strpos(title, %s) > 0 THEN 0.7 ELSE 0.3 + 0.3 * word_similarity(%s, title) END
"""
_STEMS = "plainto_tsquery('pg_catalog.french'::regconfig, %s) || plainto_tsquery('pg_catalog.english'::regconfig, %s)"
# Stand in for the reader in a statement that is compiled once (docs/decisions/0014).
_WORKSPACE, _READER = 1_907_512_806, 1_907_512_807
_compiled: dict[tuple[Source, str, bool], tuple[str, tuple[Any, ...]]] = {}


def _rows(source: Source, workspace: Workspace, user: User | None) -> tuple[str, list[Any]]:
    """Return the statement of the rows that a person may find: key, title, context, body, searched text, its stems."""
    language = (get_language() or "en")[:2]
    key = (source, language, user is None)
    if key not in _compiled:
        said, words = (
            (Fold(joined(*source.columns)), Words(joined(*source.columns)))
            if source.columns
            else (SaidText(), SaidWords())
        )
        rows = source.rows(Workspace(pk=_WORKSPACE), None if user is None else User(pk=_READER)).order_by()
        rows = rows.annotate(
            search_key=Cast(source.key, TextField()),
            search_named=Cast(source.title(language), TextField()),
            search_context=Cast(source.context(language), TextField()),
            search_body=Left(Cast(source.body(language), TextField()), BODY_MAX),
            search_text=said,
            search_stems=words,
        ).values_list("search_key", "search_named", "search_context", "search_body", "search_text", "search_stems")
        sql, params = rows.query.sql_with_params()
        if _WORKSPACE not in params:
            raise ValueError(f"{source.group.key} would be found in every workspace.")
        _compiled[key] = (sql, params)
    sql, params = _compiled[key]
    given = {_WORKSPACE: workspace.pk, _READER: user.pk if user else None}
    return sql, [given.get(param, param) for param in params]


def contains(word: str) -> str:
    """Return the pattern of LIKE for texts with this word in them."""
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def exact(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the condition that every word, or a form of it, stands in the text."""
    parts = [f"(said LIKE %s OR words @@ ({_STEMS}))" for _word in words]
    return " AND ".join(parts), [param for word in words for param in (contains(word), word, word)]


def near_to(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the condition that something like every word stands in the text."""
    # Three letters are alike too easily.
    parts = ["%s <%% said" if len(word) > 3 else "said LIKE %s" for word in words]
    return " AND ".join(parts), [word if len(word) > 3 else contains(word) for word in words]


def statement(
    source: Source,
    number: int,
    workspace: Workspace,
    user: User | None,
    words: Sequence[str],
    *,
    limit: int,
    near: bool,
    whole: bool = False,
) -> tuple[str, list[Any]]:
    """Return the statement of the best rows of a source: number, key, title, context, body, score, total.

    whole: all that pages show are candidates, so that each page goes on where the one before ended.
    """
    phrase = " ".join(words)
    rows, row_params = _rows(source, workspace, user)
    condition, condition_params = near_to(words) if near else exact(words)
    score, score_params = ("0.6 * word_similarity(%s, title)", [phrase]) if near else (_SCORE, [phrase] * 5)
    first, first_params = "strpos(said, %s) = 0, nullif(strpos(said, %s), 0), length(said)", [phrase, words[0]]
    if near:
        first, first_params = "word_similarity(%s, said) DESC", [phrase]
    sql = _FOUND.format(
        number=number,
        score=score,
        rows=rows,
        condition=condition,
        first=first,
        counted=(NEAR_COUNTED if near else COUNTED) + 1,
        candidates=PER_PAGE * PAGES_MAX if whole else CANDIDATES,
        limit=limit,
    )
    return sql, [*score_params, *row_params, *condition_params, *first_params]


def _read(
    asked: Sequence[Source],
    workspace: Workspace,
    user: User | None,
    words: Sequence[str],
    *,
    limit: int,
    near: bool,
    whole: bool,
) -> list[Any]:
    """Return the best rows of every source, at most limit of each, in one statement."""
    parts = [
        statement(source, number, workspace, user, words, limit=limit, near=near, whole=whole)
        for number, source in enumerate(asked)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(sql for sql, _params in parts), [one for _sql, params in parts for one in params]
        )
        return cursor.fetchall()


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
    rows = _read(asked, workspace, user, words, limit=limit, near=False, whole=bool(group))
    if near := not rows:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = %s", [NEAR])
            rows = _read(asked, workspace, user, words, limit=limit, near=True, whole=bool(group))
    counted = NEAR_COUNTED if near else COUNTED
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
        counts = [count for number, count in totals.items() if asked[number].group == one]
        results.append(
            Found(one, shown, sum(min(count, counted) for count in counts), any(count > counted for count in counts))
        )
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
