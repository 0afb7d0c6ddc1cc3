"""SVG drawings from outside, written anew from what is known to be harmless: shapes, colours and gradients.

What is not on the lists is left out with everything inside it: scripts, foreignObject, style sheets, animations, text,
images, links, `use`, event attributes, and every address except the fragments of the drawing's own gradients and clips.
"""

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

SVG = "http://www.w3.org/2000/svg"
BYTES_MAX = 200 * 1024
ELEMENTS_MAX, DEPTH_MAX = 2000, 30
SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
ELEMENTS = SHAPES | {"g", "defs", "linearGradient", "radialGradient", "stop", "clipPath"}
PAINT = frozenset(
    {"fill", "fill-opacity", "fill-rule", "clip-rule", "clip-path", "stroke", "stroke-width", "stroke-opacity",
     "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "opacity",
     "color", "stop-color", "stop-opacity", "display", "visibility"}
)  # fmt: skip
ATTRIBUTES = PAINT | {
    "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "width", "height", "points",
    "transform", "gradientTransform", "gradientUnits", "spreadMethod", "clipPathUnits", "offset", "pathLength", "id",
}  # fmt: skip
VALUE = re.compile(r"[A-Za-z0-9\s.,#%()+\-_]*")
OWN_FRAGMENT = re.compile(r"url\(\s*#[A-Za-z][\w\-.]*\s*\)")
NAME = re.compile(r"[A-Za-z][\w\-.]*")
NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*")


class SvgRefused(ValueError):
    """Not a drawing, too large, or built to attack its reader."""


def _harmless(name: str, value: str) -> bool:
    if not VALUE.fullmatch(value):
        return False
    if name == "id":
        return bool(NAME.fullmatch(value))
    return "url" not in value.lower() or bool(OWN_FRAGMENT.fullmatch(value.strip()))


def _declared(style: str) -> Iterator[tuple[str, str]]:
    """Yield the properties of a style attribute that are paint: they become attributes of their own."""
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        if colon and name.strip() in PAINT:
            yield name.strip(), value.strip()


def _attributes(given: dict[str, str]) -> dict[str, str]:
    found = {name: value for name, value in given.items() if name in ATTRIBUTES}
    found.update(_declared(given.get("style", "")))
    return {name: value for name, value in found.items() if _harmless(name, value)}


def _box(given: dict[str, str]) -> str:
    """Return the viewBox, made of width and height where there is none."""
    try:
        numbers = [float(number) for number in given.get("viewBox", "").replace(",", " ").split()]
    except ValueError as error:
        raise SvgRefused from error
    if not numbers:
        sides = [NUMBER.fullmatch(given.get(name, "")) for name in ("width", "height")]
        numbers = [0.0, 0.0, *(float(side[1]) for side in sides if side)]
    if len(numbers) != 4 or not all(map(isfinite, numbers)) or min(numbers[2:]) <= 0:
        raise SvgRefused
    return " ".join(f"{number:g}" for number in numbers)


class _Writer:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.depth = self.skipped = self.elements = self.shapes = 0

    def doctype(self, _name: str, _system: str | None, _public: str | None, internal: bool) -> None:
        if internal:
            raise SvgRefused  # entities: they swell without end, or read what is not theirs

    def entity(self, *_args: Any) -> None:
        raise SvgRefused

    def start(self, name: str, given: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.elements > ELEMENTS_MAX or self.depth > DEPTH_MAX:
            raise SvgRefused
        space, _blank, tag = name.rpartition(" ")
        if self.depth == 1:
            if (space, tag) != (SVG, "svg"):
                raise SvgRefused
            paint = {key: value for key, value in _attributes(given).items() if key in PAINT}
            self._open("svg", {"xmlns": SVG, "viewBox": _box(given), **paint})
        elif self.skipped or space != SVG or tag not in ELEMENTS:
            self.skipped += 1
        else:
            self.shapes += tag in SHAPES
            self._open(tag, _attributes(given))

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        said = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
        self.parts.append(f"<{tag}{said}>")

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.skipped:
            self.skipped -= 1
        else:
            self.parts.append(f"</{name.rpartition(' ')[2]}>")


def cleaned(content: bytes) -> bytes:
    """Return a drawing that holds shapes and paint only. Raises SvgRefused."""
    if len(content) > BYTES_MAX:
        raise SvgRefused
    writer = _Writer()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = writer.doctype
    parser.EntityDeclHandler = writer.entity
    parser.StartElementHandler = writer.start
    parser.EndElementHandler = writer.end
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise SvgRefused from error
    if not writer.shapes:
        raise SvgRefused
    return "".join(writer.parts).encode()
