"""How wide texts are in the font of our documents, and where their lines break."""

from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

from cxmap.lib.typesetting import font_folder

FACES = {
    (400, False): "Regular", (400, True): "Italic", (500, False): "Medium", (600, False): "SemiBold", (700, False): "Bold",
}  # fmt: skip
SIZE = 200  # points at which the font is measured
# What the font lacks is taken from another one, about as wide as it is high.
WIDE_FROM = 0x2E80
SYMBOLS = frozenset("▼■◆●▲○◈⚠✦▽◇")


@cache
def _face(weight: int, italic: bool) -> ImageFont.FreeTypeFont:
    name = FACES.get((weight, italic)) or FACES[400, italic]
    return ImageFont.truetype(
        str(Path(font_folder()) / f"FiraSans-{name}.ttf"), SIZE, layout_engine=ImageFont.Layout.BASIC
    )


@lru_cache(maxsize=100_000)
def _em(text: str, weight: int, italic: bool) -> float:
    """Return the width of a text in ems; a little too wide rather than too narrow."""
    plain = "".join(character for character in text if ord(character) < WIDE_FROM and character not in SYMBOLS)
    return _face(weight, italic).getlength(plain) / SIZE + (len(text) - len(plain)) * 1.05


def width(text: str, size: float, *, weight: int = 400, italic: bool = False) -> float:
    """Return the width of one line in points."""
    return _em(text, weight, italic) * size


def wrap(text: str, size: float, limit: float, *, weight: int = 400, italic: bool = False) -> list[str]:
    """Break a text into lines of at most `limit` points: at spaces, else after hyphens and slashes, else anywhere."""
    lines: list[str] = []
    space = width(" ", size, weight=weight, italic=italic)
    for paragraph in text.replace("\t", " ").split("\n"):
        line, used = "", 0.0
        for word in paragraph.split(" "):
            if not word:
                continue
            own = width(word, size, weight=weight, italic=italic)
            if line and used + space + own <= limit:
                line, used = f"{line} {word}", used + space + own
                continue
            if line:
                lines.append(line)
            line, used = word, own
            while used > limit:
                head = _head(line, size, limit, weight, italic)
                lines.append(line[:head])
                line = line[head:]
                used = width(line, size, weight=weight, italic=italic)
        if line:
            lines.append(line)
    return lines


def _head(word: str, size: float, limit: float, weight: int, italic: bool) -> int:
    """Return how many characters of a word fit on a line, at least one."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if width(word[:middle], size, weight=weight, italic=italic) <= limit:
            low = middle
        else:
            high = middle - 1
    at = max(word.rfind(mark, 0, low) for mark in "-/_.@")
    return at + 1 if at > 1 and at + 1 < len(word) else low


def shortened(text: str, size: float, limit: float, *, weight: int = 400) -> str:
    """Return a text that fits on one line, with an ellipsis when it is cut."""
    if width(text, size, weight=weight) <= limit:
        return text
    while text and width(text + "…", size, weight=weight) > limit:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""
