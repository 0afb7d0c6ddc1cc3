"""What of a row is searched: two columns that the database fills, and that only the search names.

They are no fields of the models, so that nothing else reads or writes them (docs/decisions/0022).
"""

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.migrations import RunSQL
from django.db.models import CharField, F, Func, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat

SAID, WORDS = "search_said", "search_words"


class Fold(Func):
    """The text in lower case without accents (cxmap.lib.text.fold), computed by the database."""

    function = "cxmap_fold"
    output_field = TextField()


class Words(Func):
    """The stems of the text's words, French and English."""

    function = "cxmap_words"
    output_field = SearchVectorField()


class _Stored(Func):
    """A column of the table that the model does not know."""

    column = ""

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*(expressions or ("pk",)), **extra)

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, tuple[str | int, ...]]:  # type: ignore[override]
        row: Any = self.source_expressions[0]
        return f"{compiler.quote_name_unless_alias(row.alias)}.{self.column}", ()


class SaidText(_Stored):
    """The folded text of a row that is searched."""

    column = SAID
    output_field = TextField()


class SaidWords(_Stored):
    """The stems of that text."""

    column = WORDS
    output_field = SearchVectorField()


def joined(*columns: str) -> Combinable:
    """Return the text of some columns, a space between two."""
    if len(columns) == 1:
        return F(columns[0])
    parts: list[Combinable] = []
    for column in columns:
        parts += [F(column), Value(" ")]
    return Concat(*parts[:-1], output_field=TextField())


def search_columns(table: str, *columns: str) -> RunSQL:
    """Return the migration that a table needs so that these columns are searched as one text."""
    text = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)
    return RunSQL(
        [
            f"ALTER TABLE {table} ADD COLUMN {SAID} text GENERATED ALWAYS AS (cxmap_fold({text})) STORED,"
            f" ADD COLUMN {WORDS} tsvector GENERATED ALWAYS AS (cxmap_words({text})) STORED,"
            # Estimates would compare a near word with a hundred texts before each search, which takes longer than it.
            f" ALTER COLUMN {SAID} SET STATISTICS 0, ALTER COLUMN {WORDS} SET STATISTICS 0",
            f"CREATE INDEX {table}_search ON {table} USING gin ({SAID} gin_trgm_ops, {WORDS})",
        ],
        f"ALTER TABLE {table} DROP COLUMN {SAID}, DROP COLUMN {WORDS}",  # and the index with them
    )


NOTHING = Value("", output_field=CharField())
