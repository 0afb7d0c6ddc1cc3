"""The few things that documents draw, in points from the top left corner; every writer knows all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    w: float
    h: float
    fill: str = ""
    stroke: str = ""
    thickness: float = 0.5
    radius: float = 0


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str
    thickness: float = 0.5
    dash: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; y is its base line. `anchor` says which end x is: start, middle or end."""

    x: float
    y: float
    text: str
    size: float
    weight: int = 400
    italic: bool = False
    fill: str = "#111827"
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Path:
    """A path as SVG writes it: M, L, C and Z with absolute coordinates."""

    d: str
    fill: str = ""
    stroke: str = ""
    thickness: float = 1
    dash: Sequence[float] = ()
    opacity: float = 1


@dataclass(frozen=True, slots=True)
class Marker:
    """A mark on a curve: circle, square, triangle, diamond or hexagon around a point."""

    x: float
    y: float
    size: float
    kind: str
    fill: str
    stroke: str
    thickness: float = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """A small drawing that another part of the product made as SVG."""

    x: float
    y: float
    w: float
    h: float
    svg: str


@dataclass(frozen=True, slots=True)
class Clip:
    """Shapes of which only what lies inside a rectangle is seen."""

    x: float
    y: float
    w: float
    h: float
    shapes: "Sequence[Shape]"


Shape = Rect | Line | Text | Path | Marker | Picture | Clip


@dataclass(slots=True)
class Page:
    w: float
    h: float
    shapes: list[Shape] = field(default_factory=list)

    def add(self, *shapes: Shape) -> None:
        self.shapes.extend(shapes)
