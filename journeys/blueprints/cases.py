"""The four companies that the second guide names as leaders (B18, B19, B21–B23, B26): what it says, and nothing else."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from journeys.blueprints.plan import Text

FILE = Path(__file__).parent / "cases.toml"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that the guide says, in our words, with its lines and, where they are short, its own words."""

    text: Text
    lines: str
    points: tuple[Text, ...] = ()

    @property
    def several(self) -> bool:
        """More than one line."""
        return not self.lines.isdigit()


@dataclass(frozen=True, slots=True)
class Case:
    """A company as the guide tells it. Questions are ours: what a team may ask of its own journey."""

    key: str
    name: str
    summary: Text
    statements: tuple[Statement, ...]
    silent: Text  # what the guide does not say
    questions: tuple[Text, ...]


def _text(value: Any) -> Text:
    french, english = value
    return Text(french, english)


@cache
def cases() -> tuple[Case, ...]:
    """Return the cases in the order of the guide."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Case(
            key=case["key"],
            name=case["name"],
            summary=_text(case["summary"]),
            statements=tuple(
                Statement(
                    _text(statement["text"]),
                    statement["lines"],
                    tuple(_text(point) for point in statement.get("points", [])),
                )
                for statement in case["statements"]
            ),
            silent=_text(case["silent"]),
            questions=tuple(_text(question) for question in case["questions"]),
        )
        for case in data["cases"]
    )


def case_of(key: str) -> Case:
    """Raises KeyError when the guide names no such company."""
    return {case.key: case for case in cases()}[key]
