"""PDF by Typst: a template of ours, data as JSON, fonts from a package. Nothing of the data is ever read as markup."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import fontpkg_fira_sans
import typst
from django.core.serializers.json import DjangoJSONEncoder


@lru_cache(maxsize=1)
def font_folder() -> str:
    """Return the folder of the open font that documents use."""
    return str(Path(fontpkg_fira_sans.__file__).parent / "files")


def png(template: Path, data: dict[str, Any], *, pixels_per_inch: float) -> bytes:
    """Draw a document of one page as an image."""
    return typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=[font_folder()],
        sys_inputs={"data": json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)},
        format="png",
        ppi=pixels_per_inch,
    )


def pdf(template: Path, data: dict[str, Any]) -> bytes:
    """Set a document. `data` reaches the template as `sys.inputs.data`, a JSON text.

    Raises typst.TypstError when the template itself is wrong.
    """
    return typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=[font_folder()],
        sys_inputs={"data": json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)},
        format="pdf",
    )
