"""Messages and receipts that carriers bring: durable first, then acknowledged.

A STOP, START or HELP is obeyed and answered in the transaction that keeps the message, so that no
message slips out behind it. Everything else that a message leads to is a job
(`ringfence.office.messaging.replies`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.jobs.handlers import texts as jobs
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, MessageId
from ringfence.kernel.phone import Phone
from ringfence.messaging import message as life
from ringfence.messaging.carrier import Cause, Delivery, Inbound, Receipt, overall
from ringfence.messaging.errors import NUMBERS
from ringfence.messaging.keywords import Keyword, answer, keyword
from ringfence.messaging.message import MessageFact
from ringfence.observe.logs import get_logger
from ringfence.office import webhooks
from ringfence.office.billing import ledger_of
from ringfence.office.messaging.asking import Ready, Wanted, prepare
from ringfence.office.tenancy import may
from ringfence.privacy.purposes import exchange_itself
from ringfence.privacy.recording_law.places import UNKNOWN, place_of
from ringfence.storage.texts import NewText
from ringfence.storage.unit_of_work import Transaction
from ringfence.switch.directory import NumberEntry

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)


class Incoming:
    """Who carriers report to (`messaging.carrier.Receiver`)."""

    def __init__(self, office: Office) -> None:
        self._office = office

    # --- receipts -------------------------------------------------------------------------------

    async def receipt(self, receipt: Receipt, /) -> bool:
        """Write down what became of a part; False where nobody knows it (yet)."""
        texts = self._office.store.rooms.texts

        def write(tx: Transaction) -> tuple[bool, MessageFact | None]:
            found = texts.parts.told(tx, receipt.carrier, receipt.carrier_id, receipt.state)
            if found is None:
                return False, None
            message, states = found
            fact = self._fact(message, states, receipt)
            happened = None
            if fact is not None and texts.happen(tx, fact) is not None:
                happened = fact
                self._office.post.keep_callback(tx, fact)
            if all(state.final for state in states):
                texts.parts.forget(tx, message)
            return True, happened

        with exchange_itself():
            known, happened = await self._office.store.db.post(write)
        if happened is not None:
            self._office.post.note(happened)
        return known

    def _fact(
        self, message: MessageId, states: list[Delivery], receipt: Receipt
    ) -> MessageFact | None:
        now = self._office.clock.now()
        whole = overall(states)
        if whole is Delivery.DELIVERED:
            return life.MessageDelivered(at=now, message=message)
        if whole.failed:
            cause = receipt.cause or Cause.UNKNOWN
            return life.MessageUndelivered(
                at=now, message=message, cause=cause.value, code=NUMBERS[cause],
                status=receipt.error[:16],
            )  # fmt: skip
        return None

    # --- messages -------------------------------------------------------------------------------

    async def inbound(self, message: Inbound, /) -> None:
        """Keep a message; it is durable when this returns. To a number nobody has: dropped."""
        office = self._office.of(self._whose(message.to))
        entry = Incoming(office)._number(message.to)
        if entry is None or not (office is office.house or may(office, "receive_call")):
            log.info("message_to_nobody", carrier=message.carrier)
            return
        with exchange_itself():
            await Incoming(office)._keep(message, entry)

    def _whose(self, to: Phone | str) -> AccountId | None:
        """Whose number a message goes to."""
        return self._office.directory.roll.whose(to.e164 if isinstance(to, Phone) else to)

    async def _keep(self, message: Inbound, entry: NumberEntry) -> None:
        office = self._office
        now = office.clock.now()
        party = office.store.party_room.resolve(message.sender, now)
        identifier = MessageId(ids.make("message", now, office.entropy))
        begun = life.MessageArrived(
            at=now, message=identifier, account=office.account.id, party=party, number=entry.id,
            direction="inbound", segments=message.parts,
        )  # fmt: skip
        found = self._keyword(message)
        new = NewText(
            begun=begun, own=entry.phone.e164, body=message.text, media=message.media,
            carrier=message.carrier, unread=found is None,
        )  # fmt: skip
        reply = None if found is None else self._reply(message, entry, found)
        texts = office.store.rooms.texts

        def write(tx: Transaction) -> bool:
            if message.carrier_ref and texts.parts.came_before(
                tx, begun, message.carrier, message.carrier_ref
            ):
                return False
            texts.add(tx, new)
            webhooks.tell(office, tx, begun)
            ledger_of(office).texted(
                tx, identifier, party, office.account.id,
                inbound=True, address=new.own, segments=message.parts, at=now,
            )  # fmt: skip
            if found is not None and isinstance(message.sender, Phone):
                self._obey(tx, message.sender, found, now)
            if reply is not None:
                texts.add(tx, reply.new)
            word = "" if found is None else found.word
            job = jobs.arrived(message=identifier, account=office.account.id, word=word)
            office.store.outbox.add(tx, job, now=now)
            if message.media:
                more = jobs.pictures(message=identifier, account=office.account.id)
                office.store.outbox.add(tx, more, now=now)
            return True

        if await office.store.db.post(write, patient=False):
            office.post.note(begun, message.carrier)
            if reply is not None:
                office.post.wake()

    def _number(self, to: Phone | str) -> NumberEntry | None:
        return self._office.directory.number(to.e164 if isinstance(to, Phone) else to)

    def _keyword(self, message: Inbound) -> Keyword | None:
        """Return what a message means to us; None for a message to whoever reads it."""
        if not isinstance(message.sender, Phone):
            return None
        stopped = self._stopped(message.sender)
        found = keyword(message.text, self._place(message.sender), stopped=stopped)
        if found is not None and found.word == "start" and not stopped:
            return None
        return found

    def _stopped(self, sender: Phone) -> bool:
        office = self._office
        return office.store.rooms.consents.suppressed(office.store.db.reading, sender, "texts")

    def _place(self, sender: Phone) -> str:
        return place_of(sender) if sender.e164.startswith("+") else UNKNOWN

    def _reply(self, message: Inbound, entry: NumberEntry, found: Keyword) -> Ready | None:
        """Return the one answer; who has stopped before hears nothing more of it."""
        if not isinstance(message.sender, Phone) or not message.sender.e164.startswith("+"):
            return None
        if found.word == "stop" and self._stopped(message.sender):
            return None
        wanted = Wanted(
            to=message.sender,
            sender=entry.phone,
            text=answer(found, self._office.account_name),
            about="keyword",
            priority=0,
            direction="reply",
        )
        try:
            return prepare(self._office, wanted)
        except Refused as refused:
            log.warning("keyword_not_answered", code=refused.code)
            return None

    def _obey(self, tx: Transaction, sender: Phone, found: Keyword, now: Ms) -> None:
        consents = self._office.store.rooms.consents
        if found.word == "stop":
            for kind in ("texts", "marketing"):
                if not consents.suppressed(tx, sender, kind):
                    consents.suppress(tx, sender, kind, how="message", by="caller", now=now)
        elif found.word == "start" and consents.suppressed(tx, sender, "texts"):
            consents.unsuppress(tx, sender, "texts", how="message", by="caller", now=now)
