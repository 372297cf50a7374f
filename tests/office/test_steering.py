"""Calls in flight: what needs a server says so, and what an answer has overtaken is not done."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from call_ends import call_end

from ringfence.calls.causes import Cause
from ringfence.calls.events import LegEnded
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId
from ringfence.office import Office, steering

pytestmark = pytest.mark.anyio


async def test_a_call_in_flight_needs_a_running_server(office: Office) -> None:
    with pytest.raises(Refused, match="not_running"):
        await office.run("call.hangup", {"sid": "CA" + "0" * 32}, actor="operator")


async def test_what_was_passed_over_is_a_warning_on_the_timeline(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Any] = []
    runner = SimpleNamespace(command=lambda _, command: done.append(command))
    monkeypatch.setattr(office, "_live", SimpleNamespace(runner=runner))
    for live in (SimpleNamespace(), None):
        monkeypatch.setattr(steering, "find", lambda *_, live=live: (live, None))
        await steering.remark(office, sid="CA" + "0" * 32, codes=["unknown_call_event"])
    (note,) = done
    assert (note.level, note.text[-8:]) == ("warning", " (21626)")


def leg_end() -> LegEnded:
    return LegEnded(
        at=Ms(1),
        call=CallId("CA1"),
        leg=LegId("LG1"),
        role="callee",
        cause=Cause.NORMAL,
        by_far_end=False,
    )


@pytest.mark.parametrize("of_a_leg", [False, True])
@pytest.mark.parametrize(
    ("answered", "unanswered", "ends"),
    [(True, True, False), (True, False, True), (False, True, True)],
)
async def test_a_call_that_was_answered_is_not_cancelled(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    of_a_leg: bool,
    answered: bool,
    unanswered: bool,
    ends: bool,
) -> None:
    done: list[Any] = []
    watchers: list[Any] = []
    live = SimpleNamespace(
        id="CA" + "0" * 32,
        call=SimpleNamespace(answered=answered and not of_a_leg),
        tenant=SimpleNamespace(watchers=watchers),
    )
    leg = SimpleNamespace(id="LG1", answered=answered) if of_a_leg else None
    monkeypatch.setattr(steering, "find", lambda *_: (live, leg))

    def command(_: Any, asked: Any) -> None:
        done.append(asked)
        for watch in watchers:
            watch([leg_end() if of_a_leg else call_end(CallId(live.id))])

    monkeypatch.setattr(
        office, "_live", SimpleNamespace(runner=SimpleNamespace(command=command, legs={}))
    )
    monkeypatch.setattr(office, "live_call", lambda _: None)
    with pytest.raises(Refused) as refused:
        await steering.hang_up(office, sid="CA" + "0" * 32, unanswered=unanswered)
    assert len(done) == int(ends)
    assert refused.value.code == ("not_found" if ends else "call_answered")
