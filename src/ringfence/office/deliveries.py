"""Callbacks between the office's data and the courier: kept, read, settled, with a row each try.

What a try leaves is written in one transaction: its rows in the notification log, and what becomes
of the callback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ringfence.calls import events
from ringfence.calls.events import CallFact
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, own_call
from ringfence.kernel.limits import DELIVERY_HELD_MAX
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Callback, Params
from ringfence.markup.problems import KINDS
from ringfence.privacy.purposes import purpose
from ringfence.storage.deliveries import Delivery, Message, Told
from ringfence.storage.notifications import Exchange
from ringfence.storage.unit_of_work import Transaction
from ringfence.webhooks.courier import Attempt, Courier
from ringfence.webhooks.dispatch import Verdict
from ringfence.webhooks.guard import origin

if TYPE_CHECKING:
    from ringfence.office import Office

TOO_LARGE_MEDIA = 11751


ENDS = (
    events.RecordingSaved,
    events.RecordingFailed,
    events.LegEnded,
    events.LegGiven,
    events.CallEnded,
)
"""The facts that `Postbox.watch` wants to hear."""


def code_of(failure: str | None, kind: str) -> int | None:
    """Return Twilio's number for what went wrong, None where nothing did."""
    if failure is None:
        return None
    if failure == "fetch_too_large" and kind == "media":
        return TOO_LARGE_MEDIA
    found = KINDS.get(failure)
    return found.twilio if found is not None else None


def plain(params: Params) -> list[tuple[str, str]]:
    """Return parameters as they are sent."""
    return [(n, value.e164 if isinstance(value, Phone) else value) for n, value in params]


def told(call: CallId | None, request: Callback) -> Told:
    """Return a program's callback as it is kept."""
    return Told(
        message=Message(
            request.url,
            request.method,
            plain(request.params),
            request.body,
            request.fallback_url,
            request.fallback_method,
        ),
        origin=origin(request.url),
        subject=request.subject or call or "",
        kind=request.kind,
        call=call,
        party=request.party,
        event=request.pledged[0] if len(request.pledged) == 1 else request.event,
        outcome=request.outcome,
        pledged=bool(request.pledged),
    )


def exchange(delivery: Delivery, attempt: Attempt) -> Exchange:
    """Return the row of one request of a try."""
    result = attempt.result
    return Exchange(
        call=delivery.call,
        kind=delivery.kind,
        at=attempt.at,
        elapsed_ms=result.elapsed_ms,
        method=attempt.method,
        url=attempt.url,
        params=attempt.params,
        status=result.status,
        failure=result.failure,
        content_type=result.content_type,
        body=result.body,
        response_size=len(result.body),
        subject=None if delivery.subject == delivery.call else delivery.subject,
        event=delivery.event,
        code=code_of(result.failure, delivery.kind),
        headers=result.headers,
        sent=attempt.sent,
        delivery=delivery.id,
        attempt=delivery.attempts + 1,
        source=delivery.source,
        serial=delivery.key_serial,
    )


class Postbox:
    """What the courier of one office reads and writes."""

    def __init__(self, office: Office, *, over: Postbox | None = None) -> None:
        """``over``: that of the installation, whose courier carries the callbacks of all."""
        self._office = office
        self._over = over
        self._rooms = office.store.rooms.deliveries
        self._fresh: dict[str, Message] = {} if over is None else over._fresh
        self._courier: Courier[Delivery] | None = None
        self._pledges: set[str] = set()

    @property
    def courier(self) -> Courier[Delivery] | None:
        """Who carries what is told, where a server runs."""
        return self._courier if self._over is None else self._over.courier

    @courier.setter
    def courier(self, courier: Courier[Delivery] | None) -> None:
        self._courier = courier

    # --- telling --------------------------------------------------------------------------------

    def tell(self, *same: Told) -> None:
        """Keep a callback, sealed, before its first try; it is tried until it is taken.

        ``same``: what is told to several servers, in one transaction, so that none is forgotten.
        """
        now = self._office.clock.now()
        first = same[0]
        if first.outcome:
            (self._pledges.add if first.pledged else self._pledges.discard)(first.outcome)

        def work(tx: Transaction) -> None:
            if first.pledged:
                self._rooms.settle(tx, first.outcome)
            for wanted in same:
                self.add(tx, wanted, now)

        self._office.store.db.give(work)

    def watch(self, facts: Sequence[CallFact]) -> None:
        """Something is over: what was pledged and nobody told is nobody's to hear any more.

        Of a room's recording every voice is one; whoever tells of the whole settles it.
        """
        for fact in facts:
            match fact:
                case events.RecordingSaved() | events.RecordingFailed():
                    if fact.source != "conference":
                        self.void(fact.recording)
                case events.LegEnded() | events.LegGiven():
                    self.void(fact.leg)
                    self.void(own_call(fact.leg))
                case events.CallEnded():
                    self.void(fact.call)
                case _:
                    pass

    def void(self, about: str) -> None:
        """What was pledged to be told of the end of something is nobody's to hear any more."""
        if about in self._pledges:
            self._pledges.discard(about)
            self._office.store.db.give(partial(self._settle, about=about))

    def _settle(self, tx: Transaction, *, about: str) -> None:
        self._rooms.settle(tx, about)

    def add(self, tx: Transaction, wanted: Told, now: Ms) -> Delivery:
        """Keep a callback in the transaction of its reason."""
        kept = self._rooms.add(tx, wanted, now=now)
        tx.after(lambda: self._kept(kept, wanted.message))
        return kept

    def _kept(self, kept: Delivery, message: Message) -> None:
        """It is on the disk (in the writer's thread)."""
        if self.courier is None or kept.state == "pledged":
            return
        if len(self._fresh) < DELIVERY_HELD_MAX:
            self._fresh[kept.id] = message
        self._tell_courier(kept)

    def revive(self, tx: Transaction, delivery: str, now: Ms) -> Delivery:
        """Try again what was given up."""
        again = self._rooms.revive(tx, delivery, now=now)
        tx.after(lambda: self._tell_courier(again))
        return again

    def _tell_courier(self, kept: Delivery) -> None:
        if self.courier is not None and kept.state == "ready":
            self.courier.kept(kept)

    def message(self, delivery: Delivery) -> Message:
        """Return what is to be said: at hand before the first try, opened anew before others."""
        fresh = self._fresh.pop(delivery.id, None)
        if fresh is not None:
            return fresh
        with purpose("deliver_content"):
            return self._rooms.message(delivery)

    def forget(self) -> None:
        """Keep nothing in clear: somebody was erased."""
        self._fresh.clear()
        now = self._office.clock.now()

        def work(tx: Transaction) -> None:
            if self._rooms.unblock(tx, now=now) and self.courier is not None:
                tx.after(self.courier.look)

        self._office.store.db.give(work)

    def counts(self) -> dict[str, int]:
        """Return how many callbacks wait, and how many were given up."""
        return self._rooms.counts(self._office.store.db.reading)

    # --- for the courier ------------------------------------------------------------------------

    def destinations(self) -> Iterable[tuple[bytes, Ms]]:
        """Return every server that something waits for, and when the first of it is due."""
        return list(self._rooms.destinations(self._office.store.db.reading))

    def load(self, destination: bytes, count: int, now: Ms) -> tuple[list[Delivery], Ms | None]:
        """Return what is due for a server, and when the next that is not returned is due."""
        return self._rooms.ready(self._office.store.db.reading, destination, count=count, now=now)

    def settle(
        self, delivery: Delivery, attempts: list[Attempt], ruled: Verdict, now: Ms
    ) -> asyncio.Future[Delivery | None]:
        """Write down what became of a callback; the one that was behind it and is ready now."""
        rows = [exchange(delivery, attempt) for attempt in attempts]
        office = self._office.of(delivery.account)
        log, flow = office.store.rooms.notifications, office.directory.text_flow

        def work(tx: Transaction) -> Delivery | None:
            for row in rows:
                log.add(tx, row, text_flow=flow)
            match ruled.ending:
                case "done":
                    return self._rooms.done(tx, delivery, now=now)
                case "again":
                    self._rooms.again(tx, delivery, at=ruled.at, error=ruled.error)
                    return None
                case "dead":
                    tried = bool(attempts)
                    return self._rooms.bury(tx, delivery, error=ruled.error, tried=tried, now=now)

        return self._office.store.db.post(work)
