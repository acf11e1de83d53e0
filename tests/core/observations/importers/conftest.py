"""Files made up by the tests; no record in them was measured."""

from collections.abc import Callable
from pathlib import Path

import pytest

Written = Callable[[str, str | bytes], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write text or bytes to a file of a name."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        data = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(data)
        return path

    return write
