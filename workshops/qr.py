"""A QR code as the path of an SVG, without any style: the page gives it its colours."""

from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4  # modules around it, as the standard asks


@dataclass(frozen=True, slots=True)
class Code:
    size: int  # modules of a side, with the quiet zone
    path: str


def code_of(text: str) -> Code:
    """Return the code of an address; neighbouring modules of a row are one rectangle."""
    code = qrcode.QRCode(border=0, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    parts = []
    for y, row in enumerate(code.get_matrix(), QUIET):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            begins = x
            while x < len(row) and row[x]:
                x += 1
            parts.append(f"M{begins + QUIET} {y}h{x - begins}v1h-{x - begins}z")
    return Code(code.modules_count + 2 * QUIET, "".join(parts))
