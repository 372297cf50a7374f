"""The jobs of a running server: callbacks until they are taken, the log signed, keys moved on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from ringfence.jobs import schedule
from ringfence.jobs.handlers import (
    callbacks,
    cases,
    checkpoints,
    epochs,
    erasures,
    fetched,
    mail,
    notices,
    sweeps,
)
from ringfence.jobs.schedule import Again
from ringfence.jobs.worker import Worker
from ringfence.kernel.clock import Clock
from ringfence.kernel.ids import CallId
from ringfence.kernel.limits import BACKROOM_STOP_S
from ringfence.kernel.phone import Phone
from ringfence.mail.smtp import relay
from ringfence.markup.exchange import Callback
from ringfence.office import Office
from ringfence.office.exchanges import Exchanges
from ringfence.office.privacy import case_clocks, erasure, messages, policy, portability, retention

SERIES = (checkpoints.HOURLY, epochs.DAILY, fetched.OFTEN, notices.DAILY, sweeps.DAILY, cases.ROUND)


class Backroom:
    """Does the jobs of one data folder while its server runs."""

    def __init__(
        self,
        office: Office,
        *,
        send: callbacks.Send,
        clock: Clock,
        post: portability.Post = portability.nowhere,
    ) -> None:
        self._office = office
        self._clock = clock
        store = office.store.store
        self._outbox = store.outbox
        self.worker = Worker(
            store.outbox,
            {
                callbacks.KIND: callbacks.DeliverCallback(send, store.outbox.secret),
                checkpoints.KIND: Again(
                    checkpoints.HOURLY, checkpoints.SignLog(store.sign_log), store.outbox
                ),
                mail.KIND: mail.DeliverMail(
                    partial(messages.deliver, office, relay(office.settings).deliver)
                ),
                notices.KIND: Again(
                    notices.DAILY,
                    notices.CompareNotice(partial(policy.refresh, office)),
                    store.outbox,
                ),
                erasures.KIND: erasures.GoOn(partial(erasure.go_on, office)),
                epochs.KIND: Again(epochs.DAILY, epochs.MoveKeys(store.keystore), store.outbox),
                fetched.KIND: Again(
                    fetched.OFTEN, fetched.TakeAway(Exchanges(office).sweep), store.outbox
                ),
                sweeps.KIND: Again(
                    sweeps.DAILY, sweeps.SweepOld(partial(retention.sweep, office)), store.outbox
                ),
                **case_clocks.handlers(office, post),
            },
            clock=clock,
        )
        store.outbox.wake = self.worker.wake
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Ask for the recurring jobs and begin with what is waiting."""
        now = self._clock.now()
        await schedule.begin(SERIES, self._outbox, now=now)
        await self._outbox.enqueue([notices.at_start(now)], now=now)
        self._running = asyncio.create_task(self.worker.run())

    def tell(self, call: CallId, request: Callback) -> None:
        """Keep a callback, sealed, before its first try; it is told until it is taken."""
        now = self._clock.now()
        job = callbacks.callback_job(
            call=call,
            account=self._office.account.id,
            party=None,
            url=request.url,
            method=request.method,
            params=_plain(request.params),
        )
        self._office.store.db.give(lambda tx: self._outbox.add(tx, job, now=now))

    async def stop(self) -> None:
        """Let the job under way finish; the others wait for the next start."""
        self.worker.stop()
        if self._running is not None:
            try:
                await asyncio.wait_for(self._running, BACKROOM_STOP_S)
            except TimeoutError:
                pass  # its lease ends and it is tried again at the next start


def _plain(params: Sequence[tuple[str, str | Phone]]) -> list[tuple[str, str]]:
    return [(n, value.e164 if isinstance(value, Phone) else value) for n, value in params]
