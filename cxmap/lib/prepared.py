"""Queries that are turned into SQL once per process instead of once per page.

Django compiles a queryset anew each time: for the twenty reads of a map that is a third of the server's time, more
than PostgreSQL takes to answer them (docs/decisions/0014). What is prepared here runs through Django's own reading
of rows, so that instances, joins and annotations are those of the queryset.
"""

import copy
import uuid
from collections.abc import Callable, Collection
from threading import Lock
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from psycopg2.extensions import ISQLQuote, adapt  # type: ignore[import-untyped]  # its stubs would be a package more

M = TypeVar("M", bound=Model)
SINGLE = uuid.UUID | int | str


class _Ids:
    """Ids in the place of one parameter: what stands between the brackets of IN (…)."""

    def __init__(self, ids: Collection[uuid.UUID | int], kind: str) -> None:
        self.ids = ids
        self.kind = kind  # uuid or bigint

    def __conform__(self, protocol: Any) -> "_Ids | None":
        return self if protocol is ISQLQuote else None

    def getquoted(self) -> bytes:
        # Nothing at all as a subquery: IN is then false, and NOT IN true, which NULL would not give.
        return (
            b", ".join(adapt(one).getquoted() for one in self.ids) or f"SELECT NULL::{self.kind} WHERE false".encode()
        )


class _Compiled:
    """Stands in for a Query that has been compiled before."""

    def __init__(self, compiler: Any, params: tuple[Any, ...]) -> None:
        self.compiler = compiler
        self.params = params

    def get_compiler(self, using: str) -> Any:
        compiler = copy.copy(self.compiler)
        compiler.connection = connections[using]
        sql, converters = self.compiler.prepared_sql, self.compiler.prepared_converters
        compiler.as_sql = lambda *_args, **_kwargs: (sql, self.params)
        compiler.get_converters = lambda _expressions: converters
        return compiler


class _Reader:
    """What Django's iterable asks of a queryset. A copy of one would do as well, but copying it runs it."""

    def __init__(self, queryset: QuerySet[Any], query: _Compiled) -> None:
        self.db = queryset.db
        self.model = queryset.model
        self.query = query
        self._known_related_objects: dict[Any, Any] = {}


class Prepared(Generic[M]):
    """A queryset that is built and compiled at its first call; later calls only bind values and read rows.

    Values are UUIDs, whole numbers, strings, or collections of UUIDs or whole numbers (for `__in`), given by name; each
    must reach the query as it is. What changes the shape of the query (a condition that may be absent, None) needs a queryset of its own.

        steps_of = Prepared(lambda journey: Step.objects.filter(journey=journey, deleted_at=None))
        steps_of(journey=journey.pk)  # list[Step]
    """

    def __init__(self, build: Callable[..., QuerySet[M]]) -> None:
        self._build = build
        self._lock = Lock()
        self._compiled: tuple[QuerySet[M], Any, tuple[Any, ...], dict[str, Any]] | None = None

    def __call__(self, **values: Any) -> list[M]:
        """Return the rows. Raises TypeError for a value that cannot be bound, ValueError for one the query lost."""
        for value in values.values():
            _check(value)
        if self._compiled is None and any(not isinstance(value, SINGLE) and not value for value in values.values()):
            return list(self._build(**values))  # nothing says yet of which type the ids are
        queryset, compiler, params, marks = self._compiled or self._compile(values)
        if values.keys() != marks.keys():
            raise TypeError(f"Needed are {', '.join(sorted(marks))}; given were {', '.join(sorted(values))}.")
        given = {marks[name]: _bound(value, marks[name]) for name, value in values.items()}
        bound = tuple(given.get(param, param) if isinstance(param, SINGLE) else param for param in params)
        reader: Any = _Reader(queryset, _Compiled(compiler, bound))
        return list(ModelIterable(reader))

    def _compile(self, values: dict[str, Any]) -> tuple[QuerySet[M], Any, tuple[Any, ...], dict[str, Any]]:
        with self._lock:
            several = {name for name, value in values.items() if not isinstance(value, SINGLE)}
            marks = {name: _mark(next(iter(value)) if name in several else value) for name, value in values.items()}
            queryset = self._build(**{name: [mark] if name in several else mark for name, mark in marks.items()})
            compiler: Any = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
            compiler.prepared_sql, params = compiler.as_sql()
            selected = [expression for expression, *_rest in compiler.select[: compiler.col_count]]
            compiler.prepared_converters = compiler.get_converters(selected)
            lost = [name for name, mark in marks.items() if mark not in params]
            if lost:
                raise ValueError(f"{', '.join(lost)} did not reach the query as given.")
            self._compiled = (queryset, compiler, tuple(params), marks)
            return self._compiled


def _mark(value: Any) -> uuid.UUID | int | str:
    """Return a value of the same type that stands nowhere else in the query."""
    mark = uuid.uuid4()
    if isinstance(value, int):
        # Below 2³¹: lookups leave out comparisons that a column's type could never meet.
        return 10**9 + mark.int % 10**9
    return mark.hex if isinstance(value, str) else mark


def _check(value: Any) -> None:
    if isinstance(value, SINGLE) and not isinstance(value, bool):
        return
    if not isinstance(value, Collection) or not all(isinstance(one, uuid.UUID | int) for one in value):
        raise TypeError(f"{value!r} is neither a UUID, a whole number, a string nor a collection of ids.")


def _bound(value: Any, mark: uuid.UUID | int | str) -> Any:
    return value if isinstance(value, SINGLE) else _Ids(value, "uuid" if isinstance(mark, uuid.UUID) else "bigint")
