"""A backup as one file: whole or not there, and nothing else comes out of it."""

import io
import tarfile

import pytest

from ringfence.kernel.errors import Refused
from ringfence.storage.backup_file import packing, unpacked


def packed(tmp_path, files):
    target = tmp_path / "b.tar"
    with packing(target) as folder:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return target


FILES = {
    "manifest.json": b"{}",
    "ringfence.db": b"x" * 70_000,
    "objects/recordings/RE1-0.rfr": b"s",
}


def test_what_goes_in_comes_out(tmp_path):
    target = packed(tmp_path, FILES)
    assert target.stat().st_mode & 0o077 == 0
    with unpacked(target, near=tmp_path / "data") as folder:
        found = {path.relative_to(folder).as_posix(): path.read_bytes()
                 for path in folder.rglob("*") if path.is_file()}  # fmt: skip
    assert found == FILES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar", "data"]
    assert list((tmp_path / "data").iterdir()) == [], "nothing stays behind"


def test_a_folder_is_taken_as_it_is(tmp_path):
    with unpacked(tmp_path, near=tmp_path) as folder:
        assert folder == tmp_path


def test_a_backup_that_fails_leaves_no_file(tmp_path):
    with pytest.raises(ZeroDivisionError), packing(tmp_path / "b.tar"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_replaced(tmp_path):
    (tmp_path / "b.tar").touch()
    with pytest.raises(Refused) as refused, packing(tmp_path / "b.tar"):
        pass
    assert refused.value.code == "backup_in_the_way"


def entry(name, kind=tarfile.REGTYPE):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


@pytest.mark.parametrize(
    "info",
    [
        entry("../ringfence.db"),
        entry("objects/../../x"),
        entry("/etc/passwd"),
        entry("keys/keystore.db"),
        entry("objects"),
        entry("ringfence.db", tarfile.SYMTYPE),
        entry("objects/x", tarfile.LNKTYPE),
        entry("objects/fifo", tarfile.FIFOTYPE),
        entry("objects/dir", tarfile.DIRTYPE),
    ],
    ids=lambda info: f"{info.name} {info.type!r}",
)
def test_nothing_else_is_taken_out(tmp_path, info):
    target = tmp_path / "evil.tar"
    with tarfile.open(target, "w") as tar:
        tar.addfile(info, io.BytesIO())
    with pytest.raises(Refused) as refused, unpacked(target, near=tmp_path / "data"):
        pass
    assert refused.value.code == "backup_damaged"


@pytest.mark.parametrize("cut", [0, 1, 300, 600, 40_000])
def test_a_file_cut_short_is_noticed(tmp_path, cut):
    target = packed(tmp_path, FILES)
    target.write_bytes(target.read_bytes()[:cut])
    with pytest.raises((Refused, AssertionError)), unpacked(target, near=tmp_path) as folder:
        assert (folder / "ringfence.db").read_bytes() == FILES["ringfence.db"]
