"""An office over a data folder of its own, without a server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from office_open import opened

from ringfence.office import Office


@pytest.fixture(scope="session")
def first_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after its first start: copied, because migrating takes a second."""
    data = tmp_path_factory.mktemp("office") / "data"
    opened(data).store.store.close()
    return data


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def data(first_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first_folder, tmp_path / "data"))


@pytest.fixture
def office(data: Path) -> Iterator[Office]:
    made = opened(data)
    yield made
    made.store.store.close()
