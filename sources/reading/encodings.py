"""Which encoding a file has: decided over the whole file, in constant memory.

UTF-8 is proved, not guessed: text in another encoding is practically never valid UTF-8. Only for the rest a guess among the
encodings that French and English offices produce is needed, and then the person is told.
"""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from sources.reading.problems import FileProblem

CHUNK = 1 << 20
# The last is total (every byte is a character), so a guess always exists.
GUESSES = ("cp1252", "mac_roman", "cp850", "latin-1")
LABELS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
          "cp1252": "Windows-1252", "mac_roman": "Mac Roman", "cp850": "DOS (CP850)", "latin-1": "ISO-8859-1"}  # fmt: skip
CHOICES = ("utf-8", "utf-16", *GUESSES)  # what a person may choose

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"), (b"7z\xbc\xaf", "7-Zip"), (b"\xfd7zXZ", "xz"), (b"Rar!", "RAR"), (b"PAR1", "Parquet"),
    (b"SQLite format 3", "SQLite"), (b"\x7fELF", "program"), (b"MZ", "program"), (b"RIFF", "RIFF"), (b"$FL2", "SPSS"),
    (b"{\\rtf", "RTF"), (b"ID3", "MP3"),
)  # fmt: skip
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and .xlsx with a password
ZIP = b"PK\x03\x04"

_LIKELY = frozenset("éèêëàâäîïôöùûüÿçœæÉÈÊËÀÂÄÎÏÔÖÙÛÜŸÇŒÆñáíóúåøßÑÅØ’‘“”«»€°–—…·©®£§²³ºª\u00a0")
_CONTROL = frozenset(range(32)) - {9, 10, 12, 13, 26, 27}


class Encoding(msgspec.Struct, frozen=True):
    """`name` is a Python codec; `certain` is False for a guess; `alternatives` are the other readings, best first."""

    name: str
    certain: bool
    alternatives: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return LABELS.get(self.name, self.name)


def kind_of_binary(head: bytes) -> str | None:
    """Return what the first bytes show the file to be ("PDF"), or None when they may be text.

    Workbooks are not named here: see `tables.open_table`.
    """
    for signature, name in SIGNATURES:
        if head.startswith(signature):
            # Two ASCII letters can begin a header; a program's header holds zero bytes.
            if signature in (b"MZ", b"BZh", b"RIFF", b"ID3", b"GIF8") and b"\0" not in head[:256]:
                continue
            return name
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return "HTML"
    if start.startswith((b"<?xml", b"<xml")):
        return "XML"
    if start.startswith((b'{"', b"{\n", b"{\r", b'[{"', b"[\n", b"{ ")):
        return "JSON"
    return None


def detect(stream: BinaryIO) -> Encoding:
    """Return the encoding of the stream, read from its start to its end and left at its start.

    Raises FileProblem (binary_content) when the bytes are not text in any encoding of CHOICES.
    """
    stream.seek(0)
    head = stream.read(CHUNK)
    try:
        if head.startswith(codecs.BOM_UTF8):
            return Encoding("utf-8-sig", certain=True) if _decodes(stream, "utf-8-sig") else _guess(stream)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return Encoding("utf-16", certain=True)
        if (bare := _utf16_without_mark(head)) is not None:
            return Encoding(bare, certain=False, alternatives=("utf-16",))
        _refuse_binary(stream)
        if _decodes(stream, "utf-8"):
            return Encoding("utf-8", certain=True)
        return _guess(stream)
    finally:
        stream.seek(0)


def check(stream: BinaryIO, name: str) -> Encoding:
    """Return the encoding that a person declared. Raises FileProblem when it is unknown."""
    try:
        canonical = codecs.lookup(name).name
    except LookupError:
        known = ", ".join(LABELS[choice] for choice in CHOICES)
        raise FileProblem("unknown_encoding", encoding=name, known=known) from None
    stream.seek(0)
    head = stream.read(4)
    stream.seek(0)
    if canonical == "utf-8" and head.startswith(codecs.BOM_UTF8):
        canonical = "utf-8-sig"
    return Encoding({"iso8859-1": "latin-1", "mac-roman": "mac_roman"}.get(canonical, canonical), certain=True)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    return iter(lambda: stream.read(CHUNK), b"")


def _decodes(stream: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for chunk in _chunks(stream):
            # An ASCII chunk needs no decoding unless a character is still open from the chunk before.
            if not (chunk.isascii() and decoder.getstate()[0] == b""):
                decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_binary(stream: BinaryIO) -> None:
    lines = 0
    first = True
    for chunk in _chunks(stream):
        if (at := chunk.find(0)) >= 0:
            raise FileProblem("binary_content", line=lines + chunk.count(b"\n", 0, at) + 1)
        if first and sum(byte in _CONTROL for byte in chunk[:4096]) > len(chunk[:4096]) // 50:
            raise FileProblem("binary_content", line=1)
        first = False
        lines += chunk.count(b"\n")


def _utf16_without_mark(head: bytes) -> str | None:
    """Western text in UTF-16 has a zero in nearly every second byte, and never elsewhere."""
    sample = head[: 4096 // 2 * 2]
    if len(sample) < 8:
        return None
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.7 and even == 0:
        return "utf-16-le"
    if even > half * 0.7 and odd == 0:
        return "utf-16-be"
    return None


def _guess(stream: BinaryIO) -> Encoding:
    """Rank the single-byte encodings by how many of the accented characters are ones that French and English use."""
    marked = bytearray()
    for chunk in _chunks(stream):
        if not chunk.isascii():
            for line in chunk.split(b"\n"):
                if not line.isascii():
                    marked += line[:2000] + b"\n"
                    if len(marked) > 100_000:
                        break
        if len(marked) > 100_000:
            break
    scores: list[tuple[float, int, str]] = []
    for rank, name in enumerate(GUESSES):
        try:
            text = bytes(marked).decode(name)
        except UnicodeDecodeError:
            continue
        special = [char for char in text if ord(char) > 127]
        score = sum(1 if char in _LIKELY else -1 for char in special) / max(1, len(special))
        scores.append((-score, rank, name))
    names = [name for _, _, name in sorted(scores)]
    return Encoding(names[0], certain=False, alternatives=tuple(names[1:]))
