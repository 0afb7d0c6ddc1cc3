"""Pictures from outside, decoded and written anew: nothing but pixels of a sender's file is ever kept or served."""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

PIXELS_MAX = 40_000_000  # a decoded picture of this size takes about 160 MB for a moment
FORMATS = {"PNG", "JPEG", "GIF", "WEBP"}


class PictureBroken(ValueError):
    """Broken, hostile or too large."""


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    content_type: str
    width: int  # pixels
    height: int


def written_anew(content: bytes, *, side_max: int, lossless: bool = False, square: bool = False) -> Picture | None:
    """Return a picture of at most so many pixels a side, as WebP or (lossless) PNG; None when it is no picture.

    Square: the middle of it, a little above the centre of upright ones, where faces are. Raises PictureBroken.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.format not in FORMATS:
                return None
            if image.width * image.height > PIXELS_MAX:
                raise PictureBroken
            image.load()
            shown = ImageOps.exif_transpose(image)
            if square:
                side = min(side_max, shown.width, shown.height)
                shown = ImageOps.fit(shown, (side, side), centering=(0.5, 0.35))
            shown.thumbnail((side_max, side_max))
            shown = shown.convert("RGBA" if shown.mode in {"RGBA", "LA", "P", "PA"} else "RGB")
            out = io.BytesIO()
            if lossless:
                shown.save(out, "PNG", optimize=True)
            else:
                shown.save(out, "WEBP", quality=84, method=4)
            kind = "image/png" if lossless else "image/webp"
            return Picture(out.getvalue(), kind, shown.width, shown.height)
    except UnidentifiedImageError:
        return None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        # A broken or hostile picture: Pillow's decoders raise all of these.
        raise PictureBroken from error
