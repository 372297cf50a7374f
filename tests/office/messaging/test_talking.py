"""A conversation with a flow: questions, answers, consents, e-mail, and what a person reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from spoken_carrier import until

from ringfence.flows.library import Library
from ringfence.jobs.handlers import texts as jobs
from ringfence.jobs.worker import Worker
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Inbound
from ringfence.office import Office
from ringfence.office.messaging.incoming import Incoming
from ringfence.office.messaging.replies import Replies
from ringfence.office.privacy import messages
from ringfence.privacy.consent.texts import text_for
from ringfence.privacy.purposes import purpose

pytestmark = pytest.mark.anyio

OURS, BRITISH = "+447700900100", "+447700900123"
FLOW = {
    "ringfence_flow": 1,
    "start": "words",
    "applets": {
        "words": {
            "type": "keywords",
            "words": {"colour": "ask", "offers": "offers", "mail": "mail", "person": "person"},
            "otherwise": "sorry",
        },
        "ask": {"type": "ask", "text": "Red or blue?", "words": {"red": "red"}, "minutes": 5},
        "red": {"type": "reply", "text": "Red it is."},
        "offers": {"type": "opt_in", "given": "thanks"},
        "thanks": {"type": "reply", "text": "Thank you."},
        "mail": {"type": "forward", "to": "ann@example.com"},
        "person": {"type": "inbox"},
        "sorry": {"type": "reply", "text": "Sorry?"},
    },
}


class Talker:
    def __init__(self, office: Office, worker: Worker, carrier: Any, run: Any) -> None:
        self.office, self.worker, self.carrier, self.run = office, worker, carrier, run

    async def says(self, text: str) -> None:
        message = Inbound(carrier="spoken", sender=Phone(BRITISH), to=Phone(OURS), text=text, at=1)  # type: ignore[call-arg]
        await Incoming(self.office).inbound(message)
        await self.worker.step()

    async def hears(self, *texts: str) -> None:
        await until(lambda: len(self.carrier.got) == len(texts))
        assert [message.text for message in self.carrier.got] == list(texts)
        self.carrier.got.clear()

    async def unread(self) -> list[str]:
        page = await self.run("inbox.list", unread=True)
        return [message.body for message in page.messages]


@pytest.fixture
async def talk(office: Office, run: Any, carrier: Any) -> AsyncIterator[Talker]:
    library = Library()
    await run("flow.add", name="survey", document=FLOW)
    library.learn("survey", office.flows["survey"].document)
    await run("number.add", number=OURS, silent=True, sms_flow="survey")
    await office.post.start(carrier)

    async def nobody(*_: object) -> Any:
        raise AssertionError("a flow asks no server")

    handler = jobs.AnswerTexts(Replies(office, nobody, library.open))
    yield Talker(
        office, Worker(office.store.outbox, {jobs.KIND: handler}, clock=office.clock), carrier, run
    )
    await office.post.stop()


async def test_a_question_and_its_answer(talk: Talker) -> None:
    await talk.says("Colour")
    await talk.hears("Red or blue?")
    await talk.says("green")
    await talk.hears("Red or blue?")
    await talk.says("Red!")
    await talk.hears("Red it is.")
    await talk.says("Red!")  # nothing is awaited any more
    await talk.hears("Sorry?")
    assert await talk.unread() == []


async def test_the_answer_comes_after_a_restart(talk: Talker) -> None:
    await talk.says("Colour")
    await talk.hears("Red or blue?")
    again = Library()
    again.learn("survey", talk.office.flows["survey"].document)
    replies = Replies(talk.office, None, again.open)  # type: ignore[arg-type]
    talk.worker = Worker(
        talk.office.store.outbox, {jobs.KIND: jobs.AnswerTexts(replies)}, clock=talk.office.clock
    )
    await talk.says("red")
    await talk.hears("Red it is.")


async def test_an_answer_that_is_too_late_begins_anew(talk: Talker, office: Office) -> None:
    await talk.says("Colour")
    await talk.hears("Red or blue?")
    await office.write(lambda tx: office.store.rooms.talks.sweep(tx, office.clock.now() + 300_001))
    await talk.says("red")
    await talk.hears("Sorry?")


async def test_an_erasure_ends_the_conversation(talk: Talker, office: Office, run: Any) -> None:
    await talk.says("Colour")
    await talk.hears("Red or blue?")
    planned = await run("privacy.erase.plan", address=BRITISH)
    await run("privacy.erase.execute", sid=planned.sid)
    await talk.says("red")
    await talk.hears("Sorry?")


async def test_a_consent_by_message_is_in_the_ledger(talk: Talker, run: Any) -> None:
    shown = text_for("market", "message", "en")
    await talk.says("offers")
    await talk.hears(shown.text)
    await talk.says("Yes")
    await talk.hears("Thank you.")
    found = await run("privacy.consent.show", number=BRITISH)
    (said,) = found.history
    assert (said.purpose, said.channel, said.state, said.how) == (
        "market", "message", "given", "message",
    )  # fmt: skip
    assert said.text == shown.hash


async def test_stop_is_no_answer(talk: Talker) -> None:
    await talk.says("Colour")
    await talk.hears("Red or blue?")
    await talk.says("STOP")
    await until(lambda: len(talk.carrier.got) == 1)
    assert "no more messages" in talk.carrier.got[0].text


async def test_what_is_for_a_person_stays_unread(talk: Talker) -> None:
    await talk.says("person")
    assert await talk.unread() == ["person"]


async def test_a_letter_holds_what_they_wrote_and_not_their_number(
    talk: Talker, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "services_off", lambda _: frozenset())
    await talk.says("mail this to somebody")
    jobs_ = await office.store.outbox.lease(now=office.clock.now(), count=9, lease_ms=1)
    (job,) = [job for job in jobs_ if job.kind == "mail"]
    with purpose("deliver_content"):
        secret = office.store.outbox.secret(job)
    assert b"mail this to somebody" in secret
    assert b"ann@example.com" in secret
    assert BRITISH[1:].encode() not in secret
    assert await talk.unread() == []


async def test_a_letter_that_waits_goes_with_whoever_wrote_it(
    talk: Talker, office: Office, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "services_off", lambda _: frozenset())
    await talk.says("mail this to somebody")
    planned = await run("privacy.erase.plan", address=BRITISH)
    await run("privacy.erase.execute", sid=planned.sid)
    jobs_ = await office.store.outbox.lease(now=office.clock.now(), count=9, lease_ms=1)
    assert [job for job in jobs_ if job.kind == "mail"] == []


async def test_what_no_letter_can_be_sent_of_is_for_a_person(talk: Talker) -> None:
    await talk.says("mail this to somebody")  # no mail server is set up
    assert await talk.unread() == ["mail this to somebody"]


async def test_a_flow_that_answers_calls_answers_no_messages(run: Any) -> None:
    spoken = {"ringfence_flow": 1, "start": "a", "applets": {"a": {"type": "hangup"}}}
    await run("flow.add", name="spoken", document=spoken)
    with pytest.raises(Refused, match="not_for_messages"):
        await run("number.add", number=OURS, silent=True, sms_flow="spoken")
    await run("flow.add", name="survey", document=FLOW)
    with pytest.raises(Refused, match="not_for_calls"):
        await run("number.add", number=OURS, flow="survey")
    added = await run("number.add", number=OURS, silent=True, sms_flow="survey")
    assert added.sms_flow == "survey"
    with pytest.raises(Refused, match="not_for_messages"):
        await run("flow.add", name="survey", document=spoken)
    assert (await run("number.change", sid=added.sid, sms_flow="")).sms_flow is None
