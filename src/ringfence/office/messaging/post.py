"""The post: takes messages whose turn has come, asks a carrier, writes down what it says.

::

    take (one transaction) ─► rules once more ─► Carrier.send ─► Sent │ Failed │ Queued again
      ▲ up to TEXT_UNDER_WAY at once                               (one transaction, with others)
      └── woken by a new message, by the hour of the next one, by a carrier that is there again

A message is marked before a carrier hears of it. Should the process die before the answer is
written, it is handed over again at the next start; once the answer is written, never.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import MessageId
from ringfence.kernel.limits import (
    TEXT_AGAIN_MAX_MS,
    TEXT_AGAIN_MS,
    TEXT_AT_HAND,
    TEXT_IDLE_MS,
    TEXT_STOP_MS,
    TEXT_UNDER_WAY,
)
from ringfence.kernel.phone import Phone
from ringfence.messaging import message as life
from ringfence.messaging.carrier import (
    Accepted,
    Carrier,
    Cause,
    Link,
    Outbound,
    Registration,
    Rejected,
)
from ringfence.messaging.errors import NUMBERS
from ringfence.messaging.message import MessageFact
from ringfence.messaging.rules import STOPPED, Verdict
from ringfence.messaging.senders import sender
from ringfence.observe.logs import get_logger
from ringfence.office import webhooks
from ringfence.office.billing import ledger_of, spent
from ringfence.office.deliveries import told
from ringfence.office.messaging.asking import judge
from ringfence.office.messaging.telling import callback_of
from ringfence.privacy.purposes import exchange_itself, purpose
from ringfence.privacy.recording_law.places import place_of
from ringfence.storage import text_inbox
from ringfence.storage.texts import Text, too_late
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)


PICTURE_NUMBERS = {"bad_media_url": 21620, "bad_media_type": 12300}
"""Under which numbers clients know that a picture cannot go."""


class Carriers(Protocol):
    """The carriers at work (`carriers.roster.Roster`)."""

    def running(self) -> Sequence[Carrier]:
        """Return all of them."""
        ...

    def serving(self, sender: str, /) -> Sequence[Carrier]:
        """Return those that a number or word of ours goes by, the first choice first."""
        ...


@dataclass(frozen=True, slots=True)
class _AtHand:
    """What a message that was just asked for says: it need not be opened to be sent."""

    to: Phone = field(repr=False)
    own: str = field(repr=False)
    body: str = field(repr=False)


class Post:
    """Sends the messages of every account. Without `start` it keeps still, and they wait.

    Each is sent by the office of its account (`Office.of`): its rules, its people, its seals.
    """

    def __init__(self, office: Office) -> None:
        self._office = office
        self.carriers: Carriers | None = None
        self._hand: dict[MessageId, _AtHand] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._something = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False
        self.owed: set[MessageId] = set()
        """Messages on their way that a law asks for: they go without credit, too."""
        self.counts = {"sent": 0, "failed": 0, "again": 0}
        self.states: Counter[str] = Counter()
        """What became of messages since the start, for the metrics."""
        self.by_carrier: Counter[str] = Counter()

    # --- life -----------------------------------------------------------------------------------

    async def start(self, carriers: Carriers | None) -> None:
        """Begin: first with what a killed process left with a carrier. None: messages wait."""
        self.carriers = carriers
        self._loop = asyncio.get_running_loop()
        now = self._office.clock.now()
        texts = self._office.store.rooms.texts
        left = await self._office.write(lambda tx: texts.give_back(tx, now=now))
        if left:
            log.warning("messages_given_back", count=left)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Take no more; those with a carrier get a moment to be answered."""
        self._stopping = True
        self._something.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=TEXT_STOP_MS / 1000)
        if self._under_way:
            _, late = await asyncio.wait(set(self._under_way), timeout=TEXT_STOP_MS / 1000)
            for task in late:
                task.cancel()

    @property
    def works(self) -> bool:
        """Whether messages are sent here at present."""
        return self._task is not None

    # --- what others say ------------------------------------------------------------------------

    def at_hand(self, message: MessageId, to: Phone, own: str, body: str) -> None:
        """Keep at hand what a message says until it is sent, as long as there is room."""
        if self.works and len(self._hand) < TEXT_AT_HAND:
            self._hand[message] = _AtHand(to, own, body)

    def wake(self) -> None:
        """A message waits, or a carrier is there again; from any thread."""
        if self._loop is not None:
            try:
                self._loop.call_soon_threadsafe(self._something.set)
            except RuntimeError:
                pass  # the loop is closed: the message is found at the next start

    def note(self, fact: MessageFact, carrier: str | None = None) -> None:
        """Count a fact: by the state it leads to, and by the carrier that has or brought it."""
        self.states[_COUNTED[type(fact)]] += 1
        if isinstance(fact, life.MessageSent):
            carrier = fact.carrier
        if carrier is not None:
            self.by_carrier[carrier] += 1

    def metrics(self) -> dict[str, float | dict[str, float]]:
        """Values of the metrics of messages; nobody's number is in one."""
        store = self._office.store
        unread = text_inbox.unread(store.db.reading, self._office.account.id)
        faulty = 0
        if self.carriers is not None:
            faulty = sum(c.state().link is not Link.READY for c in self.carriers.running())
        return {
            "ringfence_messages_total": {k: float(v) for k, v in self.states.items()},
            "ringfence_carrier_messages_total": {k: float(v) for k, v in self.by_carrier.items()},
            "ringfence_messages_waiting": store.rooms.texts.waiting(store.db.reading),
            "ringfence_messages_unread": sum(unread.values()),
            "ringfence_carriers_faulty": faulty,
        }

    def forget(self) -> None:
        """Keep nothing at hand: somebody was erased."""
        self._hand.clear()

    def keep_callback(self, tx: Transaction, fact: MessageFact) -> None:
        """Tell of what became of a message: whoever asked to be told of it, and every webhook.

        In the transaction of the fact itself: none is told that did not happen, and none is lost.
        """
        texts = self._office.store.rooms.texts
        asked = texts.is_told(tx, fact.message)
        if not asked and not webhooks.anywhere(self._office, fact):
            return
        office = self._office.of(texts.account_of(tx, fact.message))
        webhooks.tell(office, tx, fact)
        if not asked:
            return
        with exchange_itself(), purpose("carry_message"):
            callback = callback_of(office, tx, fact)
        if callback is not None:
            office.postbox.add(tx, told(None, callback), self._office.clock.now())

    # --- the loop -------------------------------------------------------------------------------

    async def _run(self) -> None:
        while not self._stopping:
            self._something.clear()
            try:
                taken = await self._round()
            except Refused:
                taken = 0  # storage says no: look again in a while
            except Exception:
                log.exception("post_interrupted")
                taken = 0
            if not taken:
                await self._pause(self._until_due())

    async def _round(self) -> int:
        free = TEXT_UNDER_WAY - len(self._under_way)
        now = self._office.clock.now()
        texts = self._office.store.rooms.texts
        due = texts.next_due(self._office.store.db.reading)
        if free <= 0 or due is None or due > now or self._ready() is None:
            return 0

        def take(tx: Transaction) -> list[Text]:
            taken = texts.take(tx, now=now, count=free)
            for text in taken:
                if text.state == "failed":
                    self.keep_callback(tx, too_late(text.id, now))
            return taken

        # taken back by a power cut, the mark costs a message sent twice, and none that is not
        found = await self._office.store.db.post(take, patient=False, forced=False)
        for text in found:
            if text.state == "failed":
                self._hand.pop(text.id, None)
                self.counts["failed"] += 1
                continue
            task = asyncio.create_task(self._carry(text))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return len(found)

    def _ready(self, own: str | None = None) -> Carrier | None:
        """Return the first carrier that is connected, of those that ``own`` goes by."""
        if self.carriers is None:
            return None
        some = self.carriers.running() if own is None else self.carriers.serving(own)
        return next((found for found in some if found.state().link is Link.READY), None)

    def _until_due(self) -> int:
        due = self._office.store.rooms.texts.next_due(self._office.store.db.reading)
        if due is None:
            return int(TEXT_IDLE_MS)
        wait = due - self._office.clock.now()
        if wait <= 0:  # no carrier is there, or too many are under way: that will be said
            return int(TEXT_IDLE_MS) if len(self._under_way) >= TEXT_UNDER_WAY else 200
        return min(wait, int(TEXT_IDLE_MS))

    async def _pause(self, milliseconds: int) -> None:
        try:
            async with asyncio.timeout(milliseconds / 1000):
                await self._something.wait()
        except TimeoutError:
            pass

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._something.set()

    # --- one message ----------------------------------------------------------------------------

    async def _carry(self, text: Text) -> None:
        try:
            with exchange_itself():
                fact, parts = await self._send(text)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("message_not_sent", message=text.id)
            fact, parts = self._again(text, Cause.UNKNOWN, "broken"), ()
        await self._settle(text, fact, parts)

    async def _send(self, text: Text) -> tuple[MessageFact, tuple[str, ...]]:
        """Return what became of a message, and as what parts the carrier knows it."""
        now = self._office.clock.now()
        try:
            outbound = self._outbound(text)
        except Refused as refused:
            return _failed(text, now, refused.code, 30008), ()
        verdict = self._judged(text, outbound, now)
        if not verdict.allowed:
            return _failed(text, now, verdict.refusal, verdict.number), ()
        free = text.about == "keyword" or text.id in self.owed
        if not free and spent(self._office.of(text.account)):
            return _failed(text, now, Cause.NO_CREDIT.value, NUMBERS[Cause.NO_CREDIT]), ()
        carrier = self._ready(text_own(outbound))
        if carrier is None:
            return self._again(text, Cause.UNAVAILABLE, "no_carrier"), ()
        if text.media:
            try:
                pictures = self._office.of(text.account).pictures
                outbound = replace(outbound, media=await pictures.links(text.id))
            except RemoteError:
                return self._again(text, Cause.UNAVAILABLE, "picture"), ()
            except Refused as refused:
                number = PICTURE_NUMBERS.get(refused.code, 21620)
                return _failed(text, now, refused.code, number), ()
        answer = await carrier.send(outbound)
        now = self._office.clock.now()
        match answer:
            case Accepted():
                sent = life.MessageSent(
                    at=now, message=text.id, carrier=carrier.name, parts=len(answer.carrier_ids)
                )
                return sent, answer.carrier_ids
            case Rejected(temporary=True):
                # Another way is open at once; the only one there is, when it wants to be asked.
                wait = 0 if self._ready(text_own(outbound)) is not None else answer.wait_ms
                return self._again(text, answer.cause, answer.status, wait), ()
            case Rejected():
                number = NUMBERS[answer.cause]
                return _failed(text, now, answer.cause.value, number, answer.status), ()

    def _judged(self, text: Text, outbound: Outbound, now: Ms) -> Verdict:
        """Return what the rules say now: an offer is judged anew, of the rest who has stopped.

        What was registered when a message was asked for is good for that message.
        """
        office, reading = self._office.of(text.account), self._office.store.db.reading
        if text.about == "service":
            stopped = office.store.rooms.consents.suppressed(reading, outbound.to, "texts")
            return STOPPED if stopped else Verdict("service")
        return judge(
            office, reading, outbound.to, text_own(outbound), about=text.about, at=now,
            place=place_of(outbound.to), customer=True, template=text.template is not None,
            party=text.party,
        )  # fmt: skip

    def _again(self, text: Text, cause: Cause, status: str, asked: int = 0) -> MessageFact:
        """Return when it is tried again, or that it is too late for that.

        ``asked``: milliseconds that the carrier wants to be left in peace.
        """
        now = self._office.clock.now()
        wait = min(TEXT_AGAIN_MS << min(text.attempts - 1, 20), int(TEXT_AGAIN_MAX_MS))
        wait = max(wait, asked)
        due = Ms(now + wait)
        if text.expires_at is not None and due >= text.expires_at:
            return _failed(text, now, cause.value, NUMBERS[Cause.TOO_LATE], status)
        return life.MessageQueued(at=now, message=text.id, why=cause.value, due_at=due)

    def _outbound(self, text: Text) -> Outbound:
        """Return what a carrier is handed. Raises `Refused` (``erased``) where that is gone."""
        texts = self._office.of(text.account).store.rooms.texts
        reading = self._office.store.db.reading
        hand = self._hand.get(text.id)
        with purpose("carry_message"):
            if hand is None:
                body = texts.body(text)
                if body is None:
                    raise Refused("erased", "what it says is gone")
                to = Phone(self._office.store.parties.address(reading, text.party))
                hand = _AtHand(to, texts.own(text), body)
        self._office.store.parties.hear_of(text.party, hand.to.e164)
        left = None if text.expires_at is None else text.expires_at - self._office.clock.now()
        return Outbound(
            id=text.id,
            sender=sender(hand.own),
            to=hand.to,
            text=hand.body,
            valid_ms=left,
            registration=self._registration(text),
        )

    def _registration(self, text: Text) -> Registration:
        book = self._office.of(text.account).text_senders
        template = next((t for t in book.templates if t.id == text.template), None)
        campaign = next((c for c in book.campaigns if c.id == text.campaign), None)
        return Registration(
            entity="" if template is None else template.entity,
            template="" if template is None else template.registration,
            campaign="" if campaign is None else campaign.registration,
        )

    async def _settle(self, text: Text, fact: MessageFact, parts: Sequence[str]) -> None:
        texts = self._office.store.rooms.texts

        def write(tx: Transaction) -> None:
            if texts.happen(tx, fact) is None:
                return
            if isinstance(fact, life.MessageSent):
                ledger_of(self._office).texted(
                    tx, text.id, text.party, text.account, inbound=False,
                    address=self._office.store.parties.heard_of(text.party),
                    segments=text.segments, at=fact.at,
                )  # fmt: skip
                texts.parts.sent_as(tx, text.id, text.party, fact.carrier, parts, fact.at)
            self.keep_callback(tx, fact)
            if text.discard in {"text", "both"} and not isinstance(fact, life.MessageQueued):
                texts.happen(tx, life.MessageRedacted(at=fact.at, message=text.id))

        # patient: shares a commit with others, and waits for a disk that is full for a while
        await self._office.store.db.post(write)
        self.note(fact)
        if isinstance(fact, life.MessageQueued):
            self.counts["again"] += 1
            return
        self._hand.pop(text.id, None)
        self.owed.discard(text.id)
        self.counts["sent" if isinstance(fact, life.MessageSent) else "failed"] += 1


_COUNTED: dict[type[MessageFact], str] = {
    life.MessageQueued: "again",
    life.MessageSent: "sent",
    life.MessageFailed: "failed",
    life.MessageDelivered: "delivered",
    life.MessageUndelivered: "undelivered",
    life.MessageArrived: "received",
}
"""Facts that are counted, and as what."""


def text_own(outbound: Outbound) -> str:
    """Return our side of what a carrier is handed, as it is written."""
    return outbound.sender.e164 if isinstance(outbound.sender, Phone) else outbound.sender


def _failed(text: Text, now: Ms, cause: str, number: int, status: str = "") -> MessageFact:
    return life.MessageFailed(at=now, message=text.id, cause=cause, code=number, status=status)
