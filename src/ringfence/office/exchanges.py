"""What exchanges with the account's own servers leave: a row of its log, and what it may keep.

Neither is worth a call: where storage takes nothing at present, the call goes on without.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ringfence.calls.events import CallFact, TimelineNoted
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId
from ringfence.kernel.limits import CACHE_ENTRY_BYTES
from ringfence.observe.logs import get_logger
from ringfence.privacy.purposes import purpose
from ringfence.storage.fetched import Answer, Kind
from ringfence.storage.notifications import Exchange

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)

_NUMBER = re.compile(r" \(([0-9]{5})\)\Z")
"""Twilio's number at the end of a line of the timeline (`ringfence.markup.voice`)."""


class Exchanges:
    """The log and the kept answers of the account that an office runs."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._log = office.store.rooms.notifications
        self._kept = office.store.rooms.fetched

    @property
    def most_s(self) -> int:
        """For how many seconds an answer is kept at the most; 0: nothing is ever kept."""
        return self._office.settings.cache_seconds

    def note(self, exchange: Exchange) -> None:
        """Write an exchange into the log, behind everything that was written before."""
        try:
            flow = self._office.directory.text_flow
            self._office.store.db.give(lambda tx: self._log.add(tx, exchange, text_flow=flow))
        except Refused as refused:
            log.warning("exchange_not_noted", call=exchange.call, code=refused.code)

    def watch(self, facts: Sequence[CallFact]) -> None:
        """Write down what was wrong with a document, where Twilio has a number for it.

        A failed request is in the log already, by its exchange.
        """
        for fact in facts:
            if not isinstance(fact, TimelineNoted) or fact.level not in {"error", "warning"}:
                continue
            number = _NUMBER.search(fact.text)
            if number is None or fact.code.startswith(("fetch_", "clip_")):
                continue
            if fact.level == "error":
                log.info("document_wrong", call=fact.call, code=fact.code)
            self.note(
                Exchange(
                    call=fact.call,
                    kind="problem",
                    at=fact.at,
                    elapsed_ms=0,
                    method="",
                    url="",
                    failure=fact.code,
                    code=int(number[1]),
                    body=fact.text.encode(),
                )
            )

    def find(self, kind: Kind, url: str) -> Answer | None:
        """Return what was kept of ``url`` and is still fresh."""
        if not self.most_s:
            return None
        with purpose("deliver_content"):
            return self._office.read(
                lambda queries: self._kept.find(
                    queries, kind=kind, url=url, now=self._office.clock.now()
                )
            )

    def keep(self, call: CallId, kind: Kind, url: str, answer: Answer, *, seconds: int) -> None:
        """Keep an answer whose server allowed it for ``seconds``; 0 keeps nothing."""
        if seconds <= 0 or len(answer.body) > CACHE_ENTRY_BYTES:
            return
        now = self._office.clock.now()
        try:
            self._office.store.db.give(
                lambda tx: self._kept.keep(
                    tx, call=call, kind=kind, url=url, answer=answer, now=now, seconds=seconds
                )
            )
        except Refused as refused:
            log.warning("answer_not_kept", call=call, code=refused.code)

    async def sweep(self, now: Ms) -> int:
        """Take away what has expired, answers to apps' requests and their tokens too; how much."""
        rooms = self._office.store.rooms
        kept = (self._kept, rooms.repeats, rooms.apps)
        return await self._office.write(lambda tx: sum(room.sweep(tx, now) for room in kept))
