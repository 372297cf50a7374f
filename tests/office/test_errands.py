"""Errands: what commands print becomes their result; one of a kind at a time; none is left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import ERRANDS_KEPT
from ringfence.office.errands import Errand, Errands, view


class Pretend(Errands):
    """Errands whose commands end at once as they are told to."""

    def __init__(self, tmp_path: Any, ends: Callable[[Errand], tuple[int, bytes]]) -> None:
        office: Any = SimpleNamespace(
            settings=SimpleNamespace(data=tmp_path),
            clock=VirtualClock(7),
            entropy=SystemEntropy(),
        )
        super().__init__(office)
        self._ends = ends

    async def _process(self, errand: Errand, _command: Any) -> tuple[int, bytes]:
        return self._ends(errand)


def done(tmp_path: Any, code: int, printed: bytes) -> Errand:
    async def run() -> Errand:
        errand = Pretend(tmp_path, lambda _: (code, printed)).begin("proof", ["x"])
        assert errand.task is not None
        await errand.task
        return errand

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("code", "printed", "state", "error"),
    [
        (0, b'{"clean": true}', "done", None),
        (1, b'{"clean": false}', "done", None),
        (2, b'{"refused": "calls_go_on", "reason": "x"}', "failed", "calls_go_on"),
        (1, b"", "failed", "broke_off"),
    ],
)
def test_what_a_command_prints_is_what_came_of_it(
    tmp_path: Any, code: int, printed: bytes, state: str, error: str | None
) -> None:
    shown = view(done(tmp_path, code, printed))
    assert (shown.state, shown.error, shown.ended) == (state, error, 7)


def test_a_machine_that_starts_no_process_is_said_to_be_so(tmp_path: Any) -> None:
    def no(_: Errand) -> tuple[int, bytes]:
        raise OSError

    async def run() -> Errand:
        errand = Pretend(tmp_path, no).begin("backup", [])
        assert errand.task is not None
        await errand.task
        return errand

    assert asyncio.run(run()).error == "not_started"


def test_one_of_a_kind_at_a_time_and_the_newest_are_remembered(tmp_path: Any) -> None:
    async def run() -> None:
        errands = Pretend(tmp_path, lambda _: (0, b"[]"))
        first = errands.begin("proof", [])
        with pytest.raises(Refused, match="under way"):
            errands.begin("proof", [])
        errands.begin("backup", [])
        assert first.task is not None
        await first.task
        for _ in range(int(ERRANDS_KEPT) + 3):
            errand = errands.begin("proof", [])
            assert errand.task is not None
            await errand.task
        assert len(errands.all()) <= ERRANDS_KEPT + 1
        with pytest.raises(Refused):
            errands.get(first.id)

    asyncio.run(run())


def test_lines_that_say_how_far_it_is_are_read_and_others_are_not(tmp_path: Any) -> None:
    async def run() -> Errand:
        reader = asyncio.StreamReader()
        reader.feed_data(b"a warning\n[1]\n")
        reader.feed_data(json.dumps({"step": "searching", "done": 3, "total": 9}).encode() + b"\n")
        reader.feed_eof()
        errands = Pretend(tmp_path, lambda _: (0, b"[]"))
        errand = errands.begin("proof", [])
        await errands._listen(errand, reader)
        return errand

    errand = asyncio.run(run())
    assert (errand.step, errand.done, errand.total) == ("searching", 3, 9)
