"""Messages: one for each reason, on a ground, through one door, ended by a click or a word."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ringfence.jobs.handlers import mail
from ringfence.jobs.worker import Worker
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.office import Office
from ringfence.office.privacy import messages, policy
from ringfence.storage.schema import jobs
from ringfence.storage.statement import Statement, word

Ask = Callable[..., Any]
NEWS = {"template": "product_news", "fields": {"title": "News", "text": "Hello"}}
ALERT = {"template": "security_alert", "fields": {"what": "Somebody signed in."}}
TO = "canary@example.com"


@pytest.fixture
def office(office: Office) -> Office:
    office.settings = replace(
        office.settings,
        smtp_host="mail.example.com",
        smtp_from="pbx@example.net",
        public_url="https://pbx.example.net",
    )
    return office


@pytest.fixture
def ask(office: Office) -> Ask:
    def asked(name: str, /, *, actor: str = "operator", **args: Any) -> Any:
        return asyncio.run(office.run(f"privacy.{name}", args, actor=actor))

    return asked


class Relay:
    """Takes messages, or raises what it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.trouble: Exception | None = None

    async def __call__(self, to: str, message: bytes) -> None:
        if self.trouble is not None:
            raise self.trouble
        parsed = message_from_bytes(message, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.taken.append((to, parsed))


@pytest.fixture
def relay() -> Relay:
    return Relay()


@pytest.fixture
def work(office: Office, relay: Relay) -> Callable[[], int]:
    """Does the mail jobs that are due."""

    async def deliver(job: Any, now: Any, /, *, last: bool) -> None:
        await messages.deliver(office, relay, job, now, last=last)

    async def step() -> int:
        await policy.in_force(office)
        handlers = {mail.KIND: mail.DeliverMail(deliver)}
        return await Worker(office.store.outbox, handlers, clock=office.clock).step()

    return lambda: asyncio.run(step())


def test_mail_waits_for_the_first_notice(
    office: Office, ask: Ask, relay: Relay, work: Callable[[], int]
) -> None:
    ask("message.send", to=TO, reason="alert:1", **ALERT)
    (job,) = asyncio.run(office.store.outbox.lease(now=office.clock.now(), count=9, lease_ms=1))
    with pytest.raises(RemoteError, match="no version"):
        asyncio.run(messages.deliver(office, relay, job, office.clock.now(), last=False))
    assert (state(ask), relay.taken) == ([("queued", None)], [])


def state(ask: Ask) -> list[tuple[str, str | None]]:
    return [(message.state, message.error) for message in ask("message.list")]


@pytest.mark.promise("MSG-01")
def test_a_reason_leads_to_one_message_that_arrives(ask: Ask, work: Any, relay: Relay) -> None:
    ask("message.send", to=TO, reason="alert:1", **ALERT)
    with pytest.raises(Refused, match="already_sent"):
        ask("message.send", to=TO, reason="alert:1", **ALERT)
    assert work() == 1
    assert work() == 0
    [(to, sent)] = relay.taken
    assert (to, sent["To"], sent["From"]) == (TO, TO, "pbx@example.net")
    assert "Somebody signed in." in sent.get_content()
    assert state(ask) == [("sent", None)]


def test_a_job_done_twice_sends_once(
    ask: Ask, work: Any, relay: Relay, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("message.send", to=TO, reason="alert:1", **ALERT)

    async def forgotten(job: Any) -> None:
        """The worker dies before it can say that the job is done."""

    with monkeypatch.context() as patched:
        patched.setattr(office.store.outbox, "done", forgotten)
        work()
    office.store.db.submit(
        lambda tx: office.store.outbox.give_back(tx, now=office.clock.now(), until=2**52)
    ).result(5)
    assert work() == 1
    assert len(relay.taken) == 1


@pytest.mark.promise("MSG-03")
def test_each_advertisement_knows_its_ground(ask: Ask, work: Any, relay: Relay) -> None:
    with pytest.raises(Refused) as refused:
        ask("message.send", to=TO, reason="n:1", **NEWS)
    assert (refused.value.code, refused.value.clause) == ("no_ground", "MSG-03")
    ask("message.subscribe", to=TO, name="news", ground="consent", evidence="C1")
    sent = ask("message.send", to=TO, reason="n:1", **NEWS)
    assert (sent.ground, sent.evidence) == ("consent", "C1")
    similar = {"template": "similar_product", "fields": {"title": "x", "text": "y"}}
    ask("message.subscribe", to=TO, name="similar", ground="soft_opt_in", evidence="P1",
        product="lines")  # fmt: skip
    with pytest.raises(Refused, match="other_product"):
        ask("message.send", to=TO, reason="s:1", product="headsets", **similar)
    assert ask("message.send", to=TO, reason="s:1", product="lines", **similar).evidence == "P1"


@pytest.mark.promise("MSG-05")
def test_a_list_is_that_list_alone(ask: Ask) -> None:
    ask("message.subscribe", to=TO, name="enquiry", ground="consent", evidence="C1")
    with pytest.raises(Refused) as refused:
        ask("message.send", to=TO, reason="n:1", **NEWS)
    assert refused.value.clause == "MSG-05"


@pytest.mark.promise("MSG-04")
def test_one_click_holds_for_the_next_message_and_for_those_on_their_way(
    ask: Ask, work: Any, relay: Relay
) -> None:
    ask("message.subscribe", to=TO, name="news", ground="consent", evidence="C1")
    ask("message.send", to=TO, reason="n:1", **NEWS)
    work()
    link = relay.taken[0][1]["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://pbx.example.net/unsubscribe/")
    assert "canary" not in link
    ask("message.send", to=TO, reason="n:2", **NEWS)  # waits in its job
    ask("message.unsubscribe", word=link.rpartition("/")[2], actor="public")
    work()
    assert len(relay.taken) == 1
    assert state(ask)[0] == ("failed", "suppressed")
    with pytest.raises(Refused, match="suppressed"):
        ask("message.send", to=TO, reason="n:3", **NEWS)
    listed = ask("message.lists", to=TO)
    assert (listed.lists, listed.suppressed) == ([], True)


@pytest.mark.promise("MSG-02")
def test_what_the_service_needs_reaches_who_declined(ask: Ask, work: Any, relay: Relay) -> None:
    assert ask("message.suppress", to=TO).suppressed
    ask("message.send", to=TO, reason="alert:1", **ALERT)
    work()
    [(_, sent)] = relay.taken
    assert sent["List-Unsubscribe"] is None


@pytest.mark.promise("POL-11")
def test_a_change_of_the_notice_reaches_who_declined_once(
    ask: Ask, work: Any, relay: Relay
) -> None:
    ask("policy.current")
    ask("primary_admin.set", email=TO)
    ask("message.suppress", to=TO)
    ask("policy.use", document='title = "x"\nversion = "1"\nadopts = ["TEL-14"]\n')
    work()
    ask("policy.refresh")
    work()
    assert [sent["Subject"] for _, sent in relay.taken] == ["The privacy notice changes"]
    assert "/privacy/2" in relay.taken[0][1].get_content()
    assert ("email", "sent") in {(t.channel, t.state) for t in ask("policy.told")}


@pytest.mark.promise("MSG-04")
def test_an_answer_of_one_word_is_enough(ask: Ask) -> None:
    assert not ask("message.received", to=TO, text="Thank you").suppressed
    assert ask("message.received", to=TO, text="please stop").suppressed


def test_a_relay_in_trouble_is_tried_again_and_one_that_refuses_is_not(
    ask: Ask, work: Any, relay: Relay, office: Office
) -> None:
    relay.trouble = RemoteError("nobody there", hint=421)
    ask("message.send", to=TO, reason="alert:1", **ALERT)
    work()
    assert state(ask) == [("queued", None)]
    assert office.store.outbox.counts()["ready"] == 1
    relay.trouble = Refused("mail_refused", "no")
    ask("message.send", to=TO, reason="alert:2", **ALERT)
    work()
    assert state(ask)[0] == ("failed", "mail_refused")
    assert office.store.outbox.counts()["dead"] == 1


def test_the_last_try_is_written_on_the_message(ask: Ask, relay: Relay, office: Office) -> None:
    relay.trouble = RemoteError("nobody there", hint=421)
    ask("message.send", to=TO, reason="alert:1", **ALERT)

    async def last() -> None:
        await policy.in_force(office)
        [job] = await office.store.outbox.lease(now=office.clock.now(), count=1, lease_ms=1000)
        with pytest.raises(RemoteError):
            await messages.deliver(office, relay, job, office.clock.now(), last=True)

    asyncio.run(last())
    assert state(ask) == [("failed", "not_taken")]


def sealed(office: Office) -> list[bool]:
    query = Statement(select(jobs.c.sealed).where(jobs.c.kind == word(mail.KIND)))
    return [bool(row[0]) for row in office.read(lambda queries: queries.rows(query))]


def test_what_was_given_up_says_nothing_any_more(
    ask: Ask, work: Any, relay: Relay, office: Office
) -> None:
    relay.trouble = Refused("mail_refused", "no")
    ask("message.send", to=TO, reason="alert:1", **ALERT)
    assert sealed(office) == [True]
    work()
    assert sealed(office) == [False]


def test_an_erasure_takes_what_waits_for_the_relay(
    ask: Ask, work: Any, relay: Relay, office: Office
) -> None:
    relay.trouble = RemoteError("nobody there", hint=421)
    ask("message.send", to=TO, reason="alert:1", **ALERT)
    ask("message.send", to="other@example.com", reason="alert:2", **ALERT)
    work()
    planned = ask("erase.plan", address=TO)
    (row,) = [row for row in planned.rows if row.store == "jobs"]
    assert (row.count, row.action) == (1, "remove")
    assert ask("erase.execute", sid=planned.sid).rows == planned.rows
    assert sealed(office) == [True]
    assert state(ask)[0] == ("queued", None)


@pytest.mark.promise("SHR-03")
def test_nothing_goes_through_a_relay_whose_contract_ended(
    ask: Ask, work: Any, relay: Relay, office: Office
) -> None:
    ask("recipient.engage", processor="mail_relay", until=office.clock.now() - 1)
    ask("message.send", to=TO, reason="alert:1", **ALERT)
    work()
    assert relay.taken == []
    assert state(ask) == [("failed", "no_contract")]


def test_nothing_about_a_message_rests_in_clear(ask: Ask, office: Office, data: Path) -> None:
    ask("message.subscribe", to=TO, name="news", ground="consent", evidence="C1")
    fields = {"title": "canary-title", "text": "canary-text"}
    ask("message.send", to=TO, reason="n:1", template="product_news", fields=fields)
    ask("primary_admin.set", email=TO)
    office.store.store.close()
    for path in data.rglob("*"):
        if path.is_file():
            assert b"canary" not in path.read_bytes(), path


def test_bad_requests(ask: Ask, office: Office) -> None:
    with pytest.raises(Refused, match="unknown_list"):
        ask("message.subscribe", to=TO, name="x", ground="consent", evidence="C")
    for ground, evidence in (("love", "C"), ("consent", ""), ("soft_opt_in", "P1")):
        with pytest.raises(Refused, match="no_ground"):
            ask("message.subscribe", to=TO, name="news", ground=ground, evidence=evidence)
    with pytest.raises(Refused, match="bad_argument"):
        ask("message.send", to=TO, reason="x\n", **ALERT)
    with pytest.raises(Refused, match="bad_argument"):
        ask("message.list", limit=0)
    with pytest.raises(Refused, match="not_found"):
        ask("message.unsubscribe", word="x", actor="public")
    office.settings = replace(office.settings, smtp_host="")
    with pytest.raises(Refused, match="service_off"):
        ask("message.send", to=TO, reason="x", **ALERT)
