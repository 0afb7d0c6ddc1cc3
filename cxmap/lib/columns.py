"""Reading many numbers at once: the rows of a query as one array, without a Python object for each value."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

_HEADER, _TRAILER = 19, 2  # bytes of PostgreSQL's binary COPY before the first row (no extensions) and after the last


def read_floats(statement: str, params: Mapping[str, Any], columns: int) -> npt.NDArray[np.float64]:
    """Return the rows of a query as an array (rows, columns). Every column must be float8 and never NULL; say NaN instead.

    Sent as binary COPY, so that a quarter of a million rows become one array in a tenth of a second. Raises ValueError for
    a row of another shape.
    Source: PostgreSQL documentation, COPY, "Binary Format".
    """
    buffer = io.BytesIO()
    with connection.cursor() as cursor:
        query = cursor.mogrify(statement, params).decode()
        with connection.wrap_database_errors:
            cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", buffer)
    row = np.dtype(
        [("fields", ">i2")]
        + [(f"{part}{number}", form) for number in range(columns) for part, form in (("size", ">i4"), ("value", ">f8"))]
    )
    data = buffer.getbuffer()[_HEADER:-_TRAILER]
    if len(data) % row.itemsize:
        raise ValueError("A column is NULL or no float8.")
    rows = np.frombuffer(data, dtype=row)
    if len(rows) and (
        np.any(rows["fields"] != columns) or any(np.any(rows[f"size{number}"] != 8) for number in range(columns))
    ):
        raise ValueError("A column is NULL or no float8.")
    found = np.empty((len(rows), columns))
    for number in range(columns):
        found[:, number] = rows[f"value{number}"]
    return found
