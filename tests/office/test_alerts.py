"""Missed calls are told by e-mail where that is wanted, once, without saying who called."""

import asyncio
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from call_ends import call_end

from ringfence.calls.causes import Cause
from ringfence.calls.events import CallEnded
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId
from ringfence.office import Office, alerts
from ringfence.office.privacy import messages, policy

CALL = CallId("CA" + "1" * 32)


@pytest.fixture
def office(office: Office) -> Office:
    office.settings = replace(
        office.settings,
        smtp_host="mail.example.com",
        smtp_from="pbx@example.net",
        missed_call_mail="yes",
    )
    return office


def ended(office: Office, *, missed: bool = True, call: CallId = CALL) -> CallEnded:
    return call_end(
        call,
        at=Ms(1_795_000_000_000),
        account=office.account.id,
        cause=Cause.NO_ANSWER,
        missed=missed,
    )


def do(office: Office, name: str, **args: Any) -> Any:
    return asyncio.run(office.run(f"privacy.{name}", args, actor="operator"))


@pytest.mark.promise("TEL-01")
def test_a_missed_call_is_mailed_once_and_names_nobody(office: Office) -> None:
    do(office, "policy.current")
    do(office, "primary_admin.set", email="a@example.com")
    alerts.watch(office, [ended(office), ended(office)])
    alerts.watch(office, [ended(office, missed=False, call=CallId("CA" + "2" * 32))])
    asyncio.run(office.settled())
    [message] = do(office, "message.list")
    assert (message.template, message.reason) == ("missed_call", f"missed:{CALL}")
    mails: list[bytes] = []

    async def send(to: str, mail: bytes) -> None:
        assert to == "a@example.com"
        mails.append(mail)

    async def deliver() -> None:
        await policy.in_force(office)
        [job] = [
            job
            for job in await office.store.outbox.lease(
                now=office.clock.now(), count=9, lease_ms=1000
            )
            if job.kind == "mail"
        ]
        await messages.deliver(office, send, job, office.clock.now(), last=False)

    asyncio.run(deliver())
    text = message_from_bytes(mails[0], policy=default).get_content()
    assert "2026-11-18 11:06 UTC" in text
    assert CALL in text


def test_nothing_is_asked_where_nobody_wants_it(office: Office) -> None:
    alerts.watch(office, [ended(office)])  # no primary administrator yet
    office.settings = replace(office.settings, missed_call_mail="no")
    do(office, "primary_admin.set", email="a@example.com")
    alerts.watch(office, [ended(office)])
    asyncio.run(office.settled())
    assert do(office, "message.list") == []


@pytest.mark.promise("TEL-01")
def test_a_missed_call_is_told_by_message_and_names_nobody(office: Office) -> None:
    ours, told, stopped = "+447700900100", "+447700900123", "+447700900124"
    for name, args in (
        ("number.add", {"number": ours, "twiml": "<Response/>"}),
        ("privacy.leave_alone.add", {"number": stopped, "which": "texts"}),
    ):
        asyncio.run(office.run(name, args, actor="operator"))
    office.settings = replace(
        office.settings,
        missed_call_mail="no",
        missed_call_sms=(told, stopped),
        missed_call_sms_from=ours,
    )
    alerts.watch(office, [ended(office), ended(office, missed=False)])
    asyncio.run(office.settled())
    page = asyncio.run(office.run("message.list", {}, actor="operator"))
    (message,) = page.messages
    assert (message.to, message.sender) == (told, ours)
    assert CALL in message.body
    assert "+" not in message.body
