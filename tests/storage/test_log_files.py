"""Invariant: a line leaves the folder after its days, not before, and writers go on appending."""

from datetime import UTC, datetime

import pytest

from ringfence.kernel.clock import DAY, HOUR, Ms
from ringfence.storage.log_files import expired, turn

NIGHT = Ms(int(datetime(2030, 1, 31, 2, tzinfo=UTC).timestamp() * 1000))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_turned_file_is_emptied_and_its_writer_goes_on(tmp_path):
    with (tmp_path / "serve.log").open("a") as writer:
        writer.write("one\n")
        writer.flush()
        assert turn(tmp_path, NIGHT) == 1
        writer.write("two\n")
    assert (tmp_path / "serve.log.2030-01-31").read_text() == "one\n"
    assert (tmp_path / "serve.log").read_text() == "two\n"
    assert (tmp_path / "serve.log.2030-01-31").stat().st_mode & 0o77 == 0


def test_what_was_put_aside_for_its_size_is_dated_too(tmp_path):
    (tmp_path / "serve.log.1").write_text("big\n")
    (tmp_path / "serve.log").write_text("small\n")
    assert turn(tmp_path, NIGHT) == 2
    assert names(tmp_path) == ["serve.log", "serve.log.1.2030-01-31", "serve.log.2030-01-31"]


def test_a_second_turn_of_the_day_loses_nothing(tmp_path):
    log = tmp_path / "serve.log"
    log.write_text("one\n")
    turn(tmp_path, NIGHT)
    log.write_text("two\n")
    assert turn(tmp_path, Ms(NIGHT + HOUR)) == 0
    assert log.read_text() == "two\n"
    assert turn(tmp_path, Ms(NIGHT + DAY)) == 1


@pytest.mark.promise("RET-02")
def test_files_go_when_their_newest_line_is_too_old(tmp_path):
    (tmp_path / "serve.log").write_text("one\n")
    turn(tmp_path, NIGHT)
    end_of_day = Ms(NIGHT - 2 * HOUR + DAY)
    assert expired(tmp_path, Ms(end_of_day - 1)) == []
    assert [path.name for path, _ in expired(tmp_path, end_of_day)] == ["serve.log.2030-01-31"]


def test_other_files_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "serve.log.old").write_text("x")
    turn(tmp_path, NIGHT)
    assert expired(tmp_path, Ms(NIGHT + 999 * DAY)) == []
