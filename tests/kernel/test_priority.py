"""Threads that do not interrupt others."""

from __future__ import annotations

import os
import threading

import pytest

from ringfence.kernel.priority import work_in_background


def test_only_the_thread_that_asks_is_changed() -> None:
    seen: list[tuple[bool, int]] = []

    def ask() -> None:
        seen.append((work_in_background(), os.sched_getscheduler(0)))

    before = os.sched_getscheduler(0)
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert seen == [(True, os.SCHED_BATCH)]
    assert os.sched_getscheduler(0) == before


def test_a_system_that_forbids_it_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", forbidden)
    assert not work_in_background()
    monkeypatch.delattr(os, "sched_setscheduler")
    assert not work_in_background()
