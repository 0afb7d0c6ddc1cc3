"""What a definition of the catalogue says, in both languages.

French texts hold typographic spaces: NBSP before « % » and « : », a narrow one before « ; ».
"""

from dataclasses import asdict, dataclass
from typing import Any

NB = "\u00a0"  # no-break space
NN = "\u202f"  # narrow no-break space


@dataclass(frozen=True, slots=True)
class Definition:
    """One KPI of the catalogue; pairs are (French, English)."""

    code: str
    name: tuple[str, str]
    kind: str
    unit: str
    direction: str
    formula: tuple[str, str]
    numerator: tuple[str, str]
    denominator: tuple[str, str]
    note: tuple[str, str] = ("", "")
    scale: tuple[int, int] | None = None
    top_from: int | None = None
    opinion: bool = False
    quantile: float | None = None
    categories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return the columns of the model, without the code."""
        found: dict[str, Any] = {}
        for name in ("name", "formula", "numerator", "denominator", "note"):
            found[f"{name}_fr"], found[f"{name}_en"] = asdict(self)[name]
        low, high = self.scale or (None, None)
        return found | {
            "kind": self.kind,
            "unit": self.unit,
            "direction": self.direction,
            "scale_min": low,
            "scale_max": high,
            "top_from": self.top_from,
            "opinion": self.opinion,
            "quantile": self.quantile,
            "typical_categories": list(self.categories),
            "typical_channels": list(self.channels),
        }
