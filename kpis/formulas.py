"""Formulas over other KPIs of the same touchpoint: a small grammar, and values with their slopes. Pure functions.

    expression = term, {("+" | "-") term}
    term       = factor, {("*" | "/") factor}
    factor     = number | code | "(" expression ")" | "-" factor

A code is that of a KPI, "purchase-rate"; a difference has spaces around its sign, "csat - ces". × ÷ − are read as well. A part
may be a formula itself: it is put in its place, so that in the end there are only KPIs that are measured.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

DEEPEST = 20  # parentheses and formulas inside each other
MOST_PARTS = 12
MOST_NODES = 400  # of a tree with all its formulas in place: each may double the one before

Array: TypeAlias = npt.NDArray[np.float64]


class FormulaError(Exception):
    """A formula that cannot be read; `code` is one of SENTENCES, `params` fill it."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Part:
    """A KPI by its code."""

    code: str


@dataclass(frozen=True, slots=True)
class Operation:
    """left + − × ÷ right."""

    sign: str
    left: "Node"
    right: "Node"


Node: TypeAlias = Number | Part | Operation

TOKEN = re.compile(
    r"\s*(?:(?P<code>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)|(?P<number>\d+(?:[.,]\d+)?(?![\w.]))|(?P<sign>[-+*/()]))", re.ASCII
)
READ_AS = str.maketrans({"×": "*", "÷": "/", "−": "-", "\u00a0": " ", "\u202f": " "})


class _Reader:
    """The tokens of one expression, one ahead."""

    def __init__(self, text: str) -> None:
        self._text = text.translate(READ_AS).rstrip()
        self._place = 0
        self._depth = 0
        self.kind = self.word = ""
        self.step()

    def step(self) -> None:
        if self._place >= len(self._text):
            self.kind, self.word = "end", ""
            return
        found = TOKEN.match(self._text, self._place)
        if found is None:
            rest = self._text[self._place :].strip()
            raise FormulaError("unreadable", text=rest[:20], place=self._place + 1)
        self.kind = str(found.lastgroup)
        self.word = found.group(self.kind)
        self._place = found.end()

    def expression(self) -> Node:
        return self._chain("+-", self._term)

    def _term(self) -> Node:
        return self._chain("*/", self._factor)

    def _chain(self, signs: str, operand: Callable[[], Node]) -> Node:
        found = operand()
        while self.kind == "sign" and self.word in signs:
            sign = self.word
            self.step()
            found = Operation(sign, found, operand())
        return found

    def _factor(self) -> Node:
        kind, word = self.kind, self.word
        if kind == "number":
            self.step()
            return Number(float(word.replace(",", ".")))
        if kind == "code":
            self.step()
            return Part(word)
        if kind == "sign" and word in "(-":
            self._depth += 1
            if self._depth > DEEPEST:
                raise FormulaError("too_deep")
            self.step()
            if word == "-":
                found: Node = Operation("-", Number(0.0), self._factor())
            else:
                found = self.expression()
                if self.word != ")":
                    raise FormulaError("not_closed")
                self.step()
            self._depth -= 1
            return found
        if kind == "end":
            raise FormulaError("breaks_off")
        raise FormulaError("unexpected", text=word)


def parse(text: str) -> Node:
    """Return the tree of an expression. Raises FormulaError, also where it names no KPI or too many."""
    reader = _Reader(text)
    found = reader.expression()
    if reader.kind != "end":
        raise FormulaError("unexpected", text=reader.word)
    parts = parts_of(found)
    if not parts:
        raise FormulaError("no_part")
    if len(parts) > MOST_PARTS:
        raise FormulaError("too_many_parts", limit=MOST_PARTS)
    return found


def parts_of(node: Node) -> list[str]:
    """Return the codes in a tree, each once, in the order in which they are first named."""
    if isinstance(node, Part):
        return [node.code]
    if isinstance(node, Operation):
        return list(dict.fromkeys(parts_of(node.left) + parts_of(node.right)))
    return []


def size_of(node: Node) -> int:
    return 1 + size_of(node.left) + size_of(node.right) if isinstance(node, Operation) else 1


def expand(text: str, formulas: Mapping[str, str], *, inside: tuple[str, ...] = ()) -> Node:
    """Return the tree with the formulas among its parts put in their places; formulas holds expressions by code.

    Raises FormulaError: a circle (a formula that leads back to itself), too deep, too many parts, and whatever parse raises.
    """
    if len(inside) > DEEPEST:
        raise FormulaError("too_deep")

    def filled(node: Node) -> Node:
        if isinstance(node, Operation):
            return Operation(node.sign, filled(node.left), filled(node.right))
        if isinstance(node, Part) and node.code in formulas:
            if node.code in inside:
                raise FormulaError("circle", text=" → ".join([*inside[inside.index(node.code) :], node.code]))
            return expand(formulas[node.code], formulas, inside=(*inside, node.code))
        return node

    found = filled(parse(text))
    if size_of(found) > MOST_NODES:
        raise FormulaError("too_deep")
    if len(parts_of(found)) > MOST_PARTS:
        raise FormulaError("too_many_parts", limit=MOST_PARTS)
    return found


def evaluated(node: Node, values: Mapping[str, Array]) -> tuple[Array, dict[str, Array]]:
    """Return the values of a tree and its slopes by code, at the values of its parts; arrays of one shape.

    NaN where a part is unknown or a denominator is 0. Source of the rules: any textbook of calculus.
    """
    if isinstance(node, Number):
        return np.float64(node.value) + np.zeros(next(iter(values.values())).shape), {}
    if isinstance(node, Part):
        value = np.asarray(values[node.code], dtype=np.float64)
        return value, {node.code: np.ones_like(value)}
    (left, of_left), (right, of_right) = evaluated(node.left, values), evaluated(node.right, values)
    nothing = np.zeros_like(left)
    ones = np.ones_like(left)
    if node.sign == "/":
        right = np.where(right == 0, np.nan, right)
        found, by_left, by_right = left / right, 1.0 / right, -left / (right * right)
    elif node.sign == "*":
        found, by_left, by_right = left * right, right, left
    else:
        side = 1.0 if node.sign == "+" else -1.0
        found, by_left, by_right = left + side * right, ones, side * ones
    codes = dict.fromkeys([*of_left, *of_right])
    slopes = {code: by_left * of_left.get(code, nothing) + by_right * of_right.get(code, nothing) for code in codes}
    return found, slopes


def with_errors(node: Node, values: Mapping[str, Array], errors: Mapping[str, Array]) -> tuple[Array, Array]:
    """Return the values of a tree and their standard errors from those of its parts, taken as independent (delta method)."""
    value, slopes = evaluated(node, values)
    variance = np.zeros_like(value)
    for code, slope in slopes.items():
        variance = variance + (slope * errors[code]) ** 2
    return value, np.sqrt(variance)
