"""Queues that are set up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office import Office
from ringfence.office.queues import _written

pytestmark = pytest.mark.anyio


async def ask(office: Office, use_case: str, **args: Any) -> Any:
    return await office.run(use_case, args, actor="api")


async def test_a_queue_that_a_caller_just_made_is_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await ask(office, "queue.add", name="support")
    waited: list[bool] = []

    class Running:
        runs = True
        live = SimpleNamespace(queues=SimpleNamespace(known=lambda: [made, made]))

        async def settled(self) -> None:
            waited.append(True)

    monkeypatch.setattr("ringfence.office.queues._all", lambda _: [made])
    await _written(cast("Office", Running()))
    monkeypatch.setattr("ringfence.office.queues._all", lambda _: [made, made])
    await _written(cast("Office", Running()))
    assert waited == [True], "and who is there already is not waited for"


async def test_a_queue_is_set_up_changed_and_removed(office: Office) -> None:
    made = await ask(office, "queue.add", name="support")
    assert (made.name, made.size, made.max_size) == ("support", 0, 1_000)
    changed = await ask(office, "queue.update", sid=made.sid, name="help", max_size=3)
    assert (changed.sid, changed.name, changed.max_size) == (made.sid, "help", 3)
    assert await ask(office, "queue.list") == [changed]
    assert await ask(office, "queue.show", sid=made.sid) == changed
    await ask(office, "queue.remove", sid=made.sid)
    assert await ask(office, "queue.list") == []


@pytest.mark.parametrize(
    ("use_case", "args", "code"),
    [
        ("queue.add", {"name": ""}, "bad_name"),
        ("queue.add", {"name": "x" * 200}, "bad_name"),
        ("queue.add", {"name": "x", "max_size": 0}, "bad_argument"),
        ("queue.add", {"name": "taken"}, "queue_exists"),
        ("queue.show", {"sid": "QU" + "0" * 32}, "not_found"),
        ("queue.update", {"sid": "x"}, "not_found"),
        ("queue.member.list", {"queue": "QU" + "0" * 32}, "not_running"),
    ],
)
async def test_what_cannot_be(
    office: Office, use_case: str, args: dict[str, Any], code: str
) -> None:
    await ask(office, "queue.add", name="taken")
    with pytest.raises(Refused) as refused:
        await ask(office, use_case, **args)
    assert refused.value.code == code
