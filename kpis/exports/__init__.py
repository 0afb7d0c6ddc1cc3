"""The touchpoint matrix as files."""

from kpis.exports.matrix import CONTENT_TYPES, matrix_file

__all__ = ["CONTENT_TYPES", "matrix_file"]
