"""Where the audit log had grown to: written, read, torn, forged."""

import os

import pytest

from ringfence.storage.log_end import End, LogEnd

KEY = b"k" * 32
FIRST, NEXT = End(3, b"a" * 32), End(7, b"b" * 32)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "log-end"


@pytest.fixture
def end(file):
    made = LogEnd(file, KEY)
    made.begin(FIRST)
    yield made
    made.close()


def test_where_nothing_was_written_there_is_nothing(file):
    assert LogEnd(file, KEY).read() is None


def test_the_newest_is_read(end, file):
    assert end.read() == FIRST
    end.write(NEXT)
    assert LogEnd(file, KEY).read() == NEXT
    end.begin(FIRST)  # a backup was put back: the log is shorter from here on
    assert end.read() == FIRST
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("size", range(0, 4096 + 72, 200))
def test_a_power_cut_at_any_byte_leaves_the_one_before(end, file, size):
    end.write(NEXT)
    whole = file.read_bytes()
    assert len(whole) == 4096 + 72
    file.write_bytes(whole[:size])
    assert end.read() == (None if size < 72 else NEXT)
    file.write_bytes(bytes(72) + whole[72:])
    assert end.read() == FIRST


@pytest.mark.parametrize("step", ["open", "pwrite", "fsync"])
def test_who_is_killed_at_the_start_leaves_the_one_before(end, file, step, monkeypatch):
    class KilledError(Exception):
        pass

    real, left = getattr(os, step), [1]

    def killed(*args, **kwargs):
        if not left:
            raise KilledError
        left.pop()
        return real(*args, **kwargs)

    monkeypatch.setattr(os, step, killed)
    with pytest.raises(KilledError):
        end.begin(NEXT)
    monkeypatch.undo()
    found = LogEnd(file, KEY)
    assert found.read() == (NEXT if step == "fsync" else FIRST)
    found.begin(NEXT)  # what was left half-written is no hindrance
    found.close()
    assert found.read() == NEXT


def test_nobody_without_the_key_makes_one(end, file):
    other = LogEnd(file, b"o" * 32)
    assert other.read() is None
    other.begin(NEXT)
    other.close()
    assert end.read() is None
    assert "KEY" not in repr(end)
