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
    assert ask(office, "begin", key="k", fingerprint="f").status is None
    assert code(office, "begin", key="k", fingerprint="f") == "idempotency_concurrent"
    ask(office, "finish", key="k", status=201, body=b"{}")
    again = ask(office, "begin", key="k", fingerprint="f")
    assert (again.status, again.body) == (201, b"{}")
    assert code(office, "begin", key="k", fingerprint="g") == "idempotency_mismatch"
    assert office.repeating == set()


def test_a_refused_request_may_be_made_again(office: Office) -> None:
    ask(office, "begin", key="k", fingerprint="f")
    ask(office, "forget", key="k", known=True)
    assert ask(office, "begin", key="k", fingerprint="other").status is None


def test_after_a_restart_an_answer_is_there_and_an_interruption_is_said(data: Path) -> None:
    office = opened(data)
    ask(office, "begin", key="done", fingerprint="f")
    ask(office, "finish", key="done", status=200, body=b"[]")
    ask(office, "begin", key="killed", fingerprint="f")
    asyncio.run(office.close())
    office = opened(data)
    assert ask(office, "begin", key="done", fingerprint="f").body == b"[]"
    assert code(office, "begin", key="killed", fingerprint="f") == "idempotency_interrupted"
    asyncio.run(office.close())


def test_what_broke_in_the_midst_stays_unknown(office: Office) -> None:
    ask(office, "begin", key="k", fingerprint="f")
    ask(office, "forget", key="k", known=False)
    assert code(office, "begin", key="k", fingerprint="f") == "idempotency_interrupted"
