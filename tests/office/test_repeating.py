"""A key's request is carried out once: while it runs, after it, and after a restart."""

import asyncio
from pathlib import Path

import pytest
from office_open import opened

from ringfence.kernel.errors import Refused
from ringfence.office import Office


def ask(office: Office, name: str, **args: object) -> object:
    return asyncio.run(office.run(f"request.{name}", args, actor="api"))


def code(office: Office, name: str, **args: object) -> str:
    with pytest.raises(Refused) as refused:
        ask(office, name, **args)
    return refused.value.code


def test_a_request_is_begun_once_and_then_answered_alike(office: Office) -> None:
    assert ask(office, "begin", key="k", fingerprint="f", case="call.list").status is None
    assert (
        code(office, "begin", key="k", fingerprint="f", case="call.list")
        == "idempotency_concurrent"
    )
    ask(office, "finish", key="k", status=201, body=b"{}")
    again = ask(office, "begin", key="k", fingerprint="f", case="call.list")
    assert (again.status, again.body) == (201, b"{}")
    assert (
        code(office, "begin", key="k", fingerprint="g", case="call.list") == "idempotency_mismatch"
    )
    assert office.repeating == set()


def test_a_refused_request_may_be_made_again(office: Office) -> None:
    ask(office, "begin", key="k", fingerprint="f", case="call.list")
    ask(office, "forget", key="k", known=True)
    assert ask(office, "begin", key="k", fingerprint="other", case="call.list").status is None


def test_after_a_restart_an_answer_is_there_and_an_interruption_is_said(data: Path) -> None:
    office = opened(data)
    ask(office, "begin", key="done", fingerprint="f", case="call.list")
    ask(office, "finish", key="done", status=200, body=b"[]")
    ask(office, "begin", key="killed", fingerprint="f", case="call.list")
    asyncio.run(office.close())
    office = opened(data)
    assert ask(office, "begin", key="done", fingerprint="f", case="call.list").body == b"[]"
    assert (
        code(office, "begin", key="killed", fingerprint="f", case="call.list")
        == "idempotency_interrupted"
    )
    asyncio.run(office.close())


def test_what_broke_in_the_midst_stays_unknown(office: Office) -> None:
    ask(office, "begin", key="k", fingerprint="f", case="call.list")
    ask(office, "forget", key="k", known=False)
    assert (
        code(office, "begin", key="k", fingerprint="f", case="call.list")
        == "idempotency_interrupted"
    )


def test_a_key_is_its_users_own(office: Office) -> None:
    """Somebody else's repetition finds nothing: neither the answer nor that there is one."""
    keys = [
        asyncio.run(
            office.run(
                "key.add",
                {"name": "x", "role": "owner", "purposes": ["call_record"]},
                actor="operator",
            )
        )
        for _ in range(2)
    ]
    ask(office, "begin", key="k", fingerprint="f", case="call.list")
    ask(office, "finish", key="k", status=201, body=b"{}")
    args = {"key": "k", "fingerprint": "f", "case": "call.list"}
    for made in keys:
        found = asyncio.run(office.run("request.begin", args, actor=f"key:{made.sid}"))
        assert found.status is None


def test_whoever_may_not_ask_is_refused_before_anything_is_looked_up(office: Office) -> None:
    made = asyncio.run(
        office.run(
            "key.add",
            {"name": "x", "role": "owner", "purposes": ["call_record"]},
            actor="operator",
        )
    )
    args = {"key": "k", "fingerprint": "f", "case": "number.add"}
    with pytest.raises(Refused, match="purpose_not_declared"):
        asyncio.run(office.run("request.begin", args, actor=f"key:{made.sid}"))
    assert office.repeating == set()
