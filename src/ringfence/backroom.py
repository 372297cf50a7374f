"""The work behind a running server: callbacks until they are taken, and its jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

from msgspec.structs import replace

from ringfence.jobs import schedule
from ringfence.jobs.handlers import (
    audits,
    billing,
    cases,
    checkpoints,
    epochs,
    erasures,
    fetched,
    mail,
    notices,
    sweeps,
    texts,
    transcriptions,
    usage,
)
from ringfence.jobs.schedule import Again
from ringfence.jobs.worker import Worker
from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.ids import CallId
from ringfence.kernel.limits import BACKROOM_STOP_S
from ringfence.mail.smtp import relay
from ringfence.markup.exchange import Callback
from ringfence.office import Office, usage_triggers
from ringfence.office.billing import rent
from ringfence.office.deliveries import told
from ringfence.office.exchanges import Exchanges
from ringfence.office.privacy import (
    audit,
    case_clocks,
    erasure,
    messages,
    policy,
    portability,
    retention,
)
from ringfence.storage.deliveries import Delivery, Message
from ringfence.webhooks.courier import Attempt, Courier

SERIES = (
    checkpoints.HOURLY,
    epochs.DAILY,
    fetched.OFTEN,
    notices.DAILY,
    sweeps.DAILY,
    audits.DAILY,
    cases.ROUND,
    usage.OFTEN,
    billing.HOURLY,
)


class Deliver(Protocol):
    """Sends a callback: `ringfence.outside.Outside.deliver`."""

    def __call__(
        self, message: Message, *, once: str, spare: bool = False, token: str
    ) -> Awaitable[list[Attempt]]: ...


class Backroom:
    """Does the jobs of one data folder while its server runs."""

    def __init__(
        self,
        office: Office,
        *,
        deliver: Deliver,
        clock: Clock,
        post: portability.Post = portability.nowhere,
        answer: texts.Answer | None = None,
        read: transcriptions.Read | None = None,
    ) -> None:
        self._office = office
        self._clock = clock
        store = office.store.store
        self._outbox = store.outbox
        self._audits = audits.CheckLog(partial(audit.nightly, office))
        self.worker = Worker(
            store.outbox,
            {
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
                    fetched.OFTEN, fetched.TakeAway(partial(_swept, office)), store.outbox
                ),
                sweeps.KIND: Again(
                    sweeps.DAILY,
                    sweeps.SweepOld(partial(_of_all, office, retention.nightly)),
                    store.outbox,
                ),
                audits.KIND: Again(audits.DAILY, self._audits, store.outbox),
                usage.KIND: Again(
                    usage.OFTEN,
                    usage.Look(partial(_of_all, office, usage_triggers.look)),
                    store.outbox,
                ),
                billing.KIND: Again(
                    billing.HOURLY,
                    billing.Charge(partial(_of_all, office, rent)),
                    store.outbox,
                ),
                **case_clocks.handlers(office, post),
                **({} if answer is None else {texts.KIND: texts.AnswerTexts(answer)}),
                **({} if read is None else {transcriptions.KIND: transcriptions.Transcribe(read)}),
                texts.PICTURES: texts.FetchPictures(office.pictures),
            },
            clock=clock,
        )
        store.outbox.wake = self.worker.wake

        def send(delivery: Delivery, spare: bool) -> Awaitable[list[Attempt]]:
            token = office.of(delivery.account).directory.auth_token
            message = self.postbox.message(delivery)
            return deliver(message, once=delivery.id, spare=spare, token=token)

        self.postbox = office.postbox
        self.courier = Courier(self.postbox, send, clock=clock)
        self.postbox.courier = self.courier
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Ask for the recurring jobs and begin with what is waiting."""
        now = self._clock.now()
        await schedule.begin(SERIES, self._outbox, now=now)
        await self._outbox.enqueue([notices.at_start(now)], now=now)
        self._running = asyncio.create_task(self.worker.run())
        self.courier.start()

    def tell(self, call: CallId | None, request: Callback) -> None:
        """Keep a callback, sealed, before its first try; it is tried until it is taken.

        Each URL is told for itself: one that does not answer keeps nothing from another.
        """
        self.tell_for(self._office, call, request)

    def tell_for(self, office: Office, call: CallId | None, request: Callback) -> None:
        """Likewise for another account."""
        if request.silent:
            office.postbox.void(request.outcome)
            return
        urls = (request.url, *request.also)
        office.postbox.tell(*(told(call, replace(request, url=url)) for url in urls))

    def metrics(self) -> dict[str, float | dict[str, float]]:
        """Values of the metrics of callbacks."""
        courier = self.courier
        return {
            "ringfence_callbacks_total": {
                "taken": courier.taken, "failed": courier.failed, "given_up": courier.dead,
            },
            "ringfence_callbacks_flying": courier.flying,
            "ringfence_callbacks": dict(self.postbox.counts()),
            "ringfence_servers_left_alone": len(courier.resting),
        }  # fmt: skip

    async def stop(self) -> None:
        """Let what is under way finish; the rest waits for the next start."""
        self.worker.stop()
        await self._audits.stop()
        await self.courier.stop()
        if self._running is not None:
            try:
                await asyncio.wait_for(self._running, BACKROOM_STOP_S)
            except TimeoutError:
                pass  # its lease ends and it is tried again at the next start


async def _of_all(office: Office, work: Callable[..., Awaitable[object]], *args: Any) -> None:
    """Do something for every account, one after the other."""
    for one in office.everybody:
        await work(one, *args)


async def _swept(office: Office, now: Ms) -> int:
    """Take away what has expired of every account."""
    return sum([await Exchanges(one).sweep(now) for one in office.everybody])
