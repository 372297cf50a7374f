"""What a carrier brings, made durable before it is told so.

    deliver_sm ─┬─ receipt ── Receiver.receipt ───────────────────────────────> answer
                ├─ message ── Receiver.inbound ───────────────────────────────> answer
                └─ part ───── Keeper.keep ────────────────────────────────────> answer
                                    └─ the last one: Receiver.inbound, Keeper.forget

A carrier that waits for an answer to each part would wait for ever if we waited for the whole, so
each part is kept by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from ringfence.carriers.again import Again, digest
from ringfence.carriers.ports import Keeper
from ringfence.carriers.smpp import reading
from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.pdu import Pdu
from ringfence.carriers.smpp.reading import Piece
from ringfence.carriers.smpp.receipts import Notice
from ringfence.carriers.smpp.status import Status
from ringfence.kernel.clock import Clock
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import SMPP_INBOUND, SMPP_RECEIPT_TRIES, SMPP_SAFE_MS
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Inbound, Receipt, Receiver
from ringfence.messaging.concatenation import Key, Part, Reassembly, Whole
from ringfence.observe.logs import get_logger

log = get_logger(__name__)

_RECEIPT_WAIT_S = 0.25


class Inbox:
    """Everything that comes over the links of one carrier."""

    def __init__(
        self, name: str, dialect: Dialect, receiver: Receiver, keeper: Keeper, clock: Clock
    ) -> None:
        self._name = name
        self._dialect = dialect
        self._receiver = receiver
        self._keeper = keeper
        self._clock = clock
        self._joining = Reassembly()
        self._again = Again()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Go on with the parts that were here when the process ended."""
        async with asyncio.timeout(SMPP_SAFE_MS / 1000):
            kept = await self._keeper.kept(self._name)
        for part, at in kept:
            whole = self._joining.receive(part, at)
            if whole is not None:
                self._spawn(self._whole(whole))
        self._arm()

    async def stop(self) -> None:
        """Let what is at work end; what is not durable then, the carrier brings again."""
        if self._timer is not None:
            self._timer.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=SMPP_SAFE_MS / 1000)
        for task in self._tasks:
            task.cancel()

    def forget(self, key: Key) -> None:
        """Drop what came of a message: whoever sent it was erased."""
        self._joining.forget(key)
        self._arm()

    @property
    def full(self) -> bool:
        """Whether nothing more should be read for now."""
        return len(self._tasks) >= SMPP_INBOUND

    def take(self, pdu: Pdu, answer: Callable[[int], None], session: object = None) -> None:
        """Take a unit; ``answer`` is called once, with a status, when it is safe or cannot be.

        ``session``: in which it came, for `ringfence.carriers.again`.
        """
        self._spawn(self._take(pdu, answer, session))

    async def _take(self, pdu: Pdu, answer: Callable[[int], None], session: object) -> None:
        status = int(Status.ESME_RX_T_APPN)  # the carrier tries again later
        try:
            async with asyncio.timeout(SMPP_SAFE_MS / 1000):
                await self._read(pdu, session)
            status = int(Status.ESME_ROK)
        except RemoteError:
            # brought again it would be no clearer
            log.warning("smpp_unreadable", carrier=self._name)
            status = int(Status.ESME_ROK)
        except Exception as error:  # noqa: BLE001 - whatever a receiver raises, it is not safe
            log.warning("smpp_not_safe", carrier=self._name, error=error)
        finally:
            # before the answer: of many that one commit makes safe at once, the last must find room
            self._done(asyncio.current_task())
            answer(status)

    async def _read(self, pdu: Pdu, session: object) -> None:
        found = reading.read(pdu, self._dialect)
        match found:
            case Notice():
                await self._receipt(found)
            case Piece() if found.header.total == 1:
                await self._short(found, session)
            case Piece():
                await self._part(found)

    async def _short(self, piece: Piece, session: object) -> None:
        """Hand a message of one part on."""
        name = digest(_text(piece.sender), _text(piece.to), piece.text)
        message = Inbound(
            carrier=self._name,
            sender=piece.sender,
            to=piece.to,
            text=piece.text,
            carrier_ref=self._again.reference(name, session, self._clock.now()),
            at=self._clock.now(),
        )
        try:
            await self._receiver.inbound(message)
        except BaseException:
            self._again.refused(name)
            raise
        self._again.answered(name, self._clock.now())

    async def _receipt(self, notice: Notice) -> None:
        receipt = Receipt(
            carrier=self._name,
            carrier_id=notice.carrier_id,
            state=notice.state,
            error=notice.error,
            cause=notice.cause,
            at=self._clock.now(),
        )
        for attempt in range(SMPP_RECEIPT_TRIES):
            if await self._receiver.receipt(receipt):
                return
            await asyncio.sleep(_RECEIPT_WAIT_S * 2**attempt / 2)
        log.info("smpp_receipt_unknown", carrier=self._name)

    async def _part(self, piece: Piece) -> None:
        header = piece.header
        part = Part(
            (_text(piece.sender), _text(piece.to), header.reference),
            header.total,
            header.number,
            piece.text,
        )
        now = self._clock.now()
        await self._keeper.keep(self._name, part, now)
        whole = self._joining.receive(part, now)
        if whole is not None:
            self._spawn(self._whole(whole))
        self._arm()

    async def _whole(self, whole: Whole) -> None:
        """Hand a message on; its parts stay kept until that has worked."""
        sender, to, reference = whole.key
        message = Inbound(
            carrier=self._name,
            sender=_who(sender),
            to=_who(to),
            text=whole.text,
            carrier_ref=digest(sender, to, str(reference), whole.text),
            parts=whole.parts,
            incomplete=whole.incomplete,
            at=self._clock.now(),
        )
        wait = _RECEIPT_WAIT_S
        while not self._keeper.forgotten(self._name, whole.key):
            try:
                async with asyncio.timeout(SMPP_SAFE_MS / 1000):
                    await self._receiver.inbound(message)
                    await self._keeper.forget(self._name, whole.key)
            except Exception as error:  # noqa: BLE001 - it is kept, and tried again
                log.warning("smpp_not_safe", carrier=self._name, error=error)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 60.0)
            else:
                return

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None] | None) -> None:
        if task is not None:
            self._tasks.discard(task)

    def _arm(self) -> None:
        deadline = self._joining.deadline()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            wait = max(0, deadline - self._clock.now()) / 1000
            self._timer = asyncio.get_running_loop().call_later(wait, self._fire)

    def _fire(self) -> None:
        self._timer = None
        for whole in self._joining.fire(self._clock.now()):
            self._spawn(self._whole(whole))
        self._arm()


def _text(who: Phone | str) -> str:
    return who.e164 if isinstance(who, Phone) else who


def _who(text: str) -> Phone | str:
    bare = text.removeprefix("+")
    return Phone(text) if bare.isascii() and bare.isdigit() else text
