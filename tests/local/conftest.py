from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.base import instance_folder


@pytest.fixture
def var() -> Iterator[Path]:
    with instance_folder() as folder:
        yield folder
