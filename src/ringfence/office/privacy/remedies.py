"""What is done for each right, once it is known who asks.

at once     restriction, objection, opt_out, withdrawal: carried out and answered
by a job    access: the archive is made and waits to be fetched
decided     correction, erasure, portability: whoever handles the case answers
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from ringfence.jobs.handlers import cases as jobs
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import ARCHIVE_LIFE_MS, CASES_SHOWN_MAX
from ringfence.kernel.phone import Phone
from ringfence.office.privacy import (
    access_archive,
    after_erasure,
    audit,
    case_desk,
    case_mail,
    consents,
    erasure,
    messages,
)
from ringfence.privacy.cases import law, letters, rights
from ringfence.privacy.cases.calendar import day_of
from ringfence.privacy.consent.ledger import State
from ringfence.privacy.consent.texts import CHANNELS, Channel, channel_of, consentable
from ringfence.privacy.purposes import PURPOSES, current_actor, exchange_itself, purpose
from ringfence.storage.cases import Case
from ringfence.storage.cases_archives import ArchiveWriter
from ringfence.storage.cases_subject import PATHS, rows
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

CORRECTABLE = frozenset({"name", "number", "email", "record"})


def letter(office: Office, case: Case) -> str:
    """Return what is written to the person about their case as it stands."""
    told = {"kind": case.kind, "residence": case.residence}
    if case.decided_at is not None:
        outcome = str(case.facts.get("outcome", case.state))
        reason = str(case.facts.get("reason", ""))
        action = {"refused": "refuse", "answered": "answer"}.get(outcome, "")
        return letters.closing(
            **told, outcome=outcome, reason=reason, now=office.clock.now(),
            words=said(office, case, action), left=letters.stays(_left(case)),
            erased_at=_gone(case),
        )  # fmt: skip
    due = case.due_at or case.received_at
    if "erased_from" in case.facts:
        return letters.consequence(erased_from=Ms(int(case.facts["erased_from"])))
    if case.state == "extended":
        reason = str(case.facts.get("extension", "complex"))
        words = said(office, case, "extend")
        return letters.extension(residence=case.residence, reason=reason, due_at=due, words=words)
    if "fee" in case.facts:
        return letters.fee(
            **told, amount=str(case.facts["fee"]), ground=str(case.facts.get("ground", "")),
            words=said(office, case, "charge"), now=case.received_at,
        )  # fmt: skip
    if "not_sent" in case.facts:
        return letters.not_sent(residence=case.residence, due_at=due)
    if "previous" in case.facts:
        return letters.beyond_the_year(residence=case.residence, due_at=due, now=case.received_at)
    return letters.acknowledgement(
        **told,
        received=case.received_at,
        due_at=due,
        erased_at=after_erasure.erased_at(office, case),
    )


def _gone(case: Case) -> Ms | None:
    """Return when the person was erased before what they asked for was done, else None."""
    at = case.facts.get("erased_at")
    return None if at is None or case.kind in after_erasure.STILL_DONE else Ms(int(at))


def _left(case: Case) -> dict[str, Ms]:
    """Return until when an erasure left something, by rule, as `erase` wrote it down."""
    pairs = (word.split(":") for word in str(case.facts.get("left", "")).split())
    return {key: Ms(int(at)) for key, at in pairs}


def said(office: Office, case: Case, action: str) -> str:
    """Return what was said to the person with the last step of that name; "" where nothing was."""
    cases = office.store.rooms.cases
    taken = office.read(lambda queries: cases.steps(queries, case.id))
    step = next((step for step in reversed(taken) if step.action == action), None)
    if step is None:
        return ""
    with exchange_itself(), purpose(case_desk.RIGHTS):
        return cases.said(step)


def reply_to(words: Mapping[str, Any]) -> str:
    """Return the mailbox a case came from, or is about; "" where there is none."""
    address = str(words.get("address", ""))
    return str(words.get("reply_to", "")) or (address if address.startswith("mailto:") else "")


async def news(office: Office, case: Case, *, reason: str) -> None:
    """Write to the mailbox a case came from how it stands; nowhere else."""
    to = reply_to(case_desk.own_words(office, case))
    if not to:
        return
    archive = office.read(lambda queries: office.store.rooms.archives.get(queries, case.id))
    text = letter(office, case)
    if archive is not None and archive.taken_at is None:
        text += f" Your archive can be fetched once, until {day_of(archive.expires_at)}."
    await case_mail.to_person(office, case, to, text, reason=reason)


def previous(office: Office, case: Case) -> int:
    """How many requests of the same kind the person was granted in the twelve months before."""
    if case.party is None:
        return 0
    party: PartyId = case.party
    found = office.read(
        lambda queries: office.store.rooms.cases.of_party(
            queries, party, count=int(CASES_SHOWN_MAX)
        )
    )
    since = case.received_at - rights.YEAR_MS
    return sum(
        other.id != case.id
        and other.kind == case.kind
        and other.received_at > since
        and other.facts.get("outcome") == "answered"
        for other in found
    )


async def begin(office: Office, case: Case) -> Case:
    """The person is known: do at once what needs no looking into."""
    if case.kind == "access":
        free = law.rights_rule(case.residence, case.received_at).free
        if free is not None and (before := previous(office, case)) >= free:
            return await _leave_to_decide(office, case, before)
        now = office.clock.now()
        job = jobs.job(jobs.ARCHIVE, case.id, office.account.id)
        await office.write(lambda tx: office.store.outbox.add(tx, job, now=now))
        return case
    if rights.RIGHTS[case.kind].at_once and case.party is not None:
        if after_erasure.erased_at(office, case) is not None:
            return await nothing_left(office, case)
        words = case_desk.own_words(office, case)
        if ends_service(case.kind, words):
            return await plan_the_end(office, case, case.party)
        now, actor = office.clock.now(), current_actor()
        await office.write(lambda tx: at_once(office, tx, case, words, actor=actor, now=now))
        hold_back(office, case.party, case.kind, words)
        return await answered(office, case)
    return case


async def _leave_to_decide(office: Office, case: Case, before: int) -> Case:
    """Somebody asked more often than the law grants for nothing: whoever handles it decides."""
    facts = {"previous": before}
    after = await case_desk.take(office, case, "work", facts=facts, known={**case.facts, **facts})
    what = (
        f"The request {case.id} is one more than the {before} of these twelve months that are "
        "free: answer it, charge for it, or refuse it (over_the_limit)."
    )
    await case_mail.to_officers(office, after, what, reason="limit")
    await news(office, after, reason="limit")
    return after


def ends_service(kind: str, words: dict[str, Any]) -> bool:
    """Whether a withdrawal takes back the ground of the service itself."""
    return kind == "withdrawal" and words.get("purpose") == rights.SERVICE


async def plan_the_end(office: Office, case: Case, party: PartyId) -> Case:
    """Plan to end the service for somebody: their archive first, the erasure 48 hours later."""
    planned = await erasure.plan(office, party, reason="withdrawal")
    facts = {
        "consequence": "service_ends",
        "erasure": planned.id,
        "erased_from": office.clock.now() + rights.WARNED_MS,
    }
    now = office.clock.now()
    job = jobs.job(jobs.ARCHIVE, case.id, office.account.id)
    await office.write(lambda tx: office.store.outbox.add(tx, job, now=now))
    return await case_desk.take(office, case, "work", facts=facts, known={**case.facts, **facts})


def check_end(office: Office, case: Case) -> None:
    """Raise `Refused` while somebody may still fetch what is about to be erased."""
    archive = office.read(lambda queries: office.store.rooms.archives.get(queries, case.id))
    early = office.clock.now() < int(case.facts.get("erased_from", 0))
    if early and (archive is None or archive.taken_at is None):
        raise Refused("export_first", "the person may fetch the archive for 48 hours first",
                      clause="ACC-10")  # fmt: skip


def hold_back(office: Office, party: PartyId, kind: str, words: dict[str, Any]) -> None:
    """End what is going on at this moment and was just forbidden."""
    about = str(words.get("purpose", "") or "market")
    balanced = kind == "objection" and about not in consentable()
    if kind == "restriction" or balanced:
        # the data is only stored from now on (GDPR 18): nothing new is made of what goes on
        consents.stop_recording(office, party)
    elif kind in {"objection", "withdrawal"}:
        if about == "record_call":
            consents.stop_recording(office, party)
        if about == "transcription":
            consents.stop_transcribing(office, party)


async def answered(office: Office, case: Case, *, words: str = "", **facts: Any) -> Case:
    """Take the last step of a request that was granted."""
    after = await case_desk.take(
        office,
        case,
        "answer",
        facts=facts,
        words=words or None,
        known={**case.facts, **facts, "outcome": "answered"},
        **case_desk.ended(office),
    )
    await news(office, after, reason="answer")
    return after


def check_details(office: Office, kind: str, details: Mapping[str, str]) -> None:
    """Raise `Refused` for what could not be done once it is known who asks: say so at once."""
    about = details.get("purpose", "")
    if kind == "correction" and details.get("what", "name") not in CORRECTABLE:
        raise Refused("bad_argument", f"what is wrong is one of: {', '.join(sorted(CORRECTABLE))}")
    if kind == "correction" and details.get("what") == "record" and not details.get("record"):
        raise Refused("bad_argument", "say which record is wrong: its SID, as in the archive")
    if kind == "portability" and details.get("recipient"):
        check_recipient(office, details)
    if kind == "withdrawal" and about and about not in _withdrawable():
        raise Refused("bad_purpose", "a consent is taken back for one of: "
                      f"{', '.join(sorted(_withdrawable()))}")  # fmt: skip
    if kind == "objection" and about and about not in _objectionable():
        raise Refused("bad_purpose", "to this purpose nobody can object; it is one of: "
                      f"{', '.join(sorted(_objectionable()))}")  # fmt: skip


def _withdrawable() -> set[str]:
    return {*consentable(), rights.SERVICE}


def _objectionable() -> set[str]:
    interests = {key for key, one in PURPOSES.items() if one.basis == "legitimate_interest"}
    return interests | set(consentable())


def check_recipient(office: Office, words: Mapping[str, Any]) -> str:
    """Return where a bundle is to be sent.

    Raises `Refused`: ``recipient_missing``, ``bad_url``, ``private_address``. Only by https, so
    that it is encrypted and the name is certified; plain http is for receivers on this machine
    that the operator allowed.
    """
    url = str(words.get("recipient", ""))
    if not url:
        raise Refused("recipient_missing", "say to whom it goes: recipient=https://...")
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1"}:
        raise Refused("bad_url", "the recipient is an address that begins with https://")
    office.check_url(url)
    return url


def at_once(
    office: Office,
    tx: Transaction,
    case: Case,
    words: dict[str, Any],
    *,
    actor: str,
    now: Ms,
) -> None:
    """Carry out a right that needs no looking into, in one transaction. Raises `Refused`."""
    party = case.party
    if party is None:
        raise Refused("not_identified", "it is not known yet whom this is about")
    match case.kind:
        case "restriction":
            office.store.rooms.holds.restrict(tx, party, reason="requested", by=actor, now=now)
        case "objection":
            object_to(office, tx, party, words, actor=actor, now=now)
        case "opt_out":
            opt_out(office, tx, words, actor=actor, now=now)
            spread(office, tx, party, now=now)
        case "withdrawal":
            withdraw(office, tx, party, words, actor=actor, now=now)


async def nothing_left(office: Office, case: Case, *, words: str = "") -> Case:
    """Answer somebody who was erased before what they asked for was done: with since when."""
    at, left = after_erasure.erased_at(office, case), after_erasure.left(office, case)
    return await answered(office, case, words=words, erased_at=at, left=left)


# --- access ---------------------------------------------------------------------------------------


async def make_archive(office: Office, sid: str, now: Ms) -> str | None:
    """Make the archive of an access case; the token that fetches it. A job, or by hand.

    None where the case is not open any more. The work is done in a thread, on a connection of its
    own; what is opened is opened for the person, and the audit log says so.
    """
    case = case_desk.find(office, sid, "request")
    if case.party is None or case.state not in {"open", "extended", "answered"}:
        return None
    token = case_desk.new_secret(office)
    await build(
        office,
        case,
        _everybody(office, case, case.party),
        token=token,
        says="You asked for it; this is everything every store holds about you.",
        expires_at=Ms(now + ARCHIVE_LIFE_MS),
        key=case_desk.RIGHTS,
        actor="caller",
    )
    if case.state != "answered" and case.kind == "access":
        await answered(office, case, archive=True)
    return token


def _everybody(office: Office, case: Case, party: PartyId) -> list[PartyId]:
    """Return a person and who they were here before an erasure of which something had to stay."""
    before = after_erasure.kept(office, str(case_desk.own_words(office, case).get("address", "")))
    return [party] if before in {None, party} else [party, before]


async def build(
    office: Office,
    case: Case,
    people: list[PartyId],
    *,
    token: str,
    says: str,
    expires_at: Ms,
    key: str,
    actor: str,
    window: access_archive.Window = access_archive.WHOLE,
) -> None:
    """Collect, pack and seal what there is about ``people``; keep it with its token."""
    archives = office.store.rooms.archives
    secret = archives.new_key()

    head = await audit.head(office) if window is access_archive.WHOLE else None

    def work() -> ArchiveWriter:
        with archives.begin(case.id, secret, entropy=office.store.store.entropy) as writer:
            reading = archives.reader()
            access_archive.write(
                office,
                reading,
                people,
                cast("IO[bytes]", writer),
                says=says,
                window=window,
                head=head,
            )
            writer.close()
        return writer

    async with archives.alone:
        with exchange_itself(), purpose(key, actor=actor):
            writer = await asyncio.to_thread(work)
    now = office.clock.now()
    await office.write(
        lambda tx: archives.add(
            tx, case.id, writer, secret, party=case.party, token=token, now=now,
            expires_at=expires_at,
        )
    )  # fmt: skip


# --- the others -----------------------------------------------------------------------------------


def object_to(
    office: Office,
    tx: Transaction,
    party: PartyId,
    words: dict[str, Any],
    *,
    actor: str,
    now: Ms,
) -> None:
    """No more use for one purpose.

    To marketing there is no balancing (GDPR 21(2)-(3)), and what rests on consent ends. Where we
    have an interest of our own the data is only stored until that is weighed (GDPR 18(1)(d)).
    """
    about = str(words.get("purpose", "") or "market")
    if about in consentable():
        _choose(office, tx, party, words, "refused", actor=actor, now=now)
    elif about in PURPOSES and PURPOSES[about].basis == "legitimate_interest":
        office.store.rooms.holds.restrict(tx, party, reason="objection", by=actor, now=now)
    else:
        raise Refused("bad_argument", "to this purpose nobody can object: without it there is no "
                      "service, or a law asks for it")  # fmt: skip


def withdraw(
    office: Office,
    tx: Transaction,
    party: PartyId,
    words: dict[str, Any],
    *,
    actor: str,
    now: Ms,
) -> None:
    """A consent is taken back, from the next decision on."""
    _choose(office, tx, party, words, "withdrawn", actor=actor, now=now)


def _choose(
    office: Office,
    tx: Transaction,
    party: PartyId,
    words: dict[str, Any],
    state: State,
    *,
    actor: str,
    now: Ms,
) -> None:
    about = str(words.get("purpose", "") or "market")
    for channel in _ways(about, str(words.get("channel", ""))):
        office.store.rooms.consents.record(
            tx, party, state, purpose=about, channel=channel, how="page_button", actor=actor,
            text=None, now=now,
        )  # fmt: skip
    if about in {"market", "share_with_partners"}:
        opt_out(office, tx, words, actor=actor, now=now)
        spread(office, tx, party, now=now)


def _ways(about: str, channel: str) -> list[Channel]:
    """Return the way that was said, or every way there is where none was."""
    if channel:
        return [channel_of(about, channel)]
    found: list[Channel] = []
    for way in CHANNELS:
        try:
            found.append(channel_of(about, way))
        except Refused as refused:
            if refused.code == "bad_purpose":
                raise
    return found


def opt_out(office: Office, tx: Transaction, words: dict[str, Any], *, actor: str, now: Ms) -> None:
    """No more marketing to this person, by any channel; service messages go on."""
    address, mail = str(words.get("address", "")), str(words.get("email", ""))
    ledger, messages_ = office.store.rooms.consents, office.store.rooms.messages
    if address and not address.startswith("mailto:"):
        ledger.suppress(tx, address, "marketing", how="page_button", by=actor, now=now)
    for box in {address, case_desk.mailbox(mail) if mail else ""}:
        if box.startswith("mailto:"):
            lookup = messages_.lookup(box.removeprefix("mailto:"))
            messages_.suppress(tx, lookup, how="page_button", at=now)


def correct(office: Office, tx: Transaction, case: Case, words: dict[str, Any], *, now: Ms) -> None:
    """Add what the person says is right, and tell everybody who received the wrong."""
    party = case.party
    what, value = str(words.get("what", "")), str(words.get("value", ""))
    if party is None or what not in CORRECTABLE or not value:
        raise Refused("bad_argument", f"say what is wrong ({', '.join(sorted(CORRECTABLE))}) "
                      "and what is right")  # fmt: skip
    if what == "number":
        value = Phone.parse(value, region=office.region).e164
    record = str(words.get("record", "")) or None
    if what == "record" and record is None:
        raise Refused("bad_argument", "say which record is wrong, among the details: record=CA...")
    if record is not None:
        _check_record(tx, party, record)
    register = office.store.rooms.disclosures
    register.amend(tx, party=party, case=case.id, what=what, record=record, value=value, now=now)
    spread(office, tx, party, now=now)


def spread(office: Office, tx: Transaction, party: PartyId, *, now: Ms) -> None:
    """Tell everybody who received something of this person what has changed (GDPR 19)."""
    register = office.store.rooms.disclosures
    for found in register.of_party(tx, party):
        if found.recipient_kind != "authority":
            register.told(tx, found.id, now=now)
            job = jobs.job(jobs.TELL, found.id, office.account.id)
            office.store.outbox.add(tx, job, now=now)


def _check_record(tx: Transaction, party: PartyId, record: str) -> None:
    """Raise `Refused` unless a record is a call of this person."""
    own = {str(row[1]) for row in rows(tx, PATHS["call_parties"], party)}
    if record not in own:
        raise Refused("not_found", "the person took part in no call of that SID")


async def erase(office: Office, case: Case, words: str) -> Case:
    """Erase the person by the ledger of erasures; what a law keeps has its date in the receipt.

    Everybody who received something is told first, while it can still be read who they are.
    """
    party = case.party
    if party is None:
        raise Refused("not_identified", "it is not known yet whom this is about")
    planned = await erasure.plan(office, party, reason="request")
    done = await erasure.execute(office, planned.id)
    left = case_desk.find(office, case.id, "request")
    facts = {
        "erasure": done.id, "kept_until": done.due_at, "left": after_erasure.left_by(done),
    }  # fmt: skip
    return await case_desk.take(
        office,
        left,
        "answer",
        facts=facts,
        words=words or None,
        known={**case.facts, **facts, "outcome": "answered"},
        words_sealed=None,
        key_serial=office.account.seal_key,
        **case_desk.ended(office),
    )


def need_mail(office: Office) -> None:
    """Raise `Refused` where no mail server is set up: no code could be sent to a mailbox."""
    if not office.settings.smtp_host:
        raise Refused("no_mail_server", "this exchange sends no e-mail; give a telephone number")


async def mail_code(office: Office, address: str, code: str) -> None:
    """Send a code to a mailbox. Raises `Refused`."""
    need_mail(office)
    reason = f"code:{case_desk.new_secret(office)}"
    fields = {"code": code, "page": case_mail.page(office)}
    await office.write(
        lambda tx: messages.ask(tx, office, "rights_code", address, fields, reason=reason)
    )
