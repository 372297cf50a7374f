"""What is put back at the next start: checked when it is staged, forgotten when it is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from office_open import opened

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.storage import backup, staged
from ringfence.storage.folder import DataFolder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def copy(data: Path, tmp_path: Path) -> Path:
    """A backup of a data folder."""
    opened(data).store.store.close()
    backup.write(DataFolder(data), tmp_path / "copy", now=Ms(7))
    return tmp_path / "copy"


def test_a_backup_waits_until_it_is_withdrawn(data: Path, copy: Path) -> None:
    assert staged.read(data) is None
    assert staged.stage(data, copy) == 7
    assert staged.read(data) == staged.Staged(copy, Ms(7))
    assert staged.withdraw(data)
    assert not staged.withdraw(data)
    assert staged.read(data) is None


def test_what_is_no_whole_backup_is_not_staged(data: Path, copy: Path) -> None:
    with (copy / "ringfence.db").open("ab") as file:
        file.write(b"x")
    with pytest.raises(Refused) as refused:
        staged.stage(data, copy)
    assert refused.value.code == "backup_damaged"
    assert staged.read(data) is None


@pytest.mark.parametrize("written", ["{", '{"source": 5, "made_at": 1}'])
def test_a_file_that_cannot_be_read_is_said_to_be_so(data: Path, written: str) -> None:
    data.mkdir(parents=True, exist_ok=True)
    (data / staged.FILE).write_text(written)
    with pytest.raises(Refused) as refused:
        staged.read(data)
    assert refused.value.code == "bad_restore"
