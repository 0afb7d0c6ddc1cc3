"""What a worker left as codes, said in the reader's language."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from sources.errors import FAILURES
from sources.models import Import, Rejection
from sources.reading import FileProblem, Note
from sources.reading import Rejection as Reason


@dataclass(frozen=True, slots=True)
class Explained:
    """What went wrong with a whole file, and what to do."""

    message: str
    advice: str


def explained(problem: FileProblem) -> Explained:
    return Explained(problem.message(gettext), problem.advice(gettext))


def failure_of(import_: Import) -> Explained | None:
    """Return why an import failed; None when it did not."""
    if not import_.error_code:
        return None
    kind, _, code = import_.error_code.partition(":")
    if kind == "file":
        found = import_.error_params
        params: dict[str, Any] = found.get("params") or {}
        return explained(FileProblem(code, line=found.get("line"), column=found.get("column"), **params))
    message, advice = FAILURES.get(kind, FAILURES["unexpected"])
    return Explained(str(message), str(advice))


def reason_of(rejection: Rejection, translate: Any = gettext) -> str:
    """Return why a line was refused."""
    params = tuple((name, str(value)) for name, value in rejection.params.items())
    return Reason(rejection.line, rejection.column, rejection.code, params, rejection.raw).message(translate)


def note_of(note: dict[str, Any]) -> str:
    """Return a stored note as a sentence."""
    return Note(note["code"], tuple(note["params"].items())).message(gettext)
