"""The touchpoint matrix as files."""

from kpis.exports.matrix import CONTENT_TYPES, SHAPES, filename, tidy_file, wide_file

__all__ = ["CONTENT_TYPES", "SHAPES", "filename", "tidy_file", "wide_file"]
