"""Reliable provisional responses (RFC 3262): RSeq, PRACK and their repetition.

::

    UAC                                UAS
     | INVITE  Supported: 100rel        |
     |--------------------------------->|
     | 183  Require: 100rel, RSeq: 7    |   repeated after 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s
     |<---------------------------------|   and given up after 32 s
     | PRACK  RAck: 7 1 INVITE          |
     |--------------------------------->|
     | 200 (PRACK)                      |
     |<---------------------------------|
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import RELIABLE_QUEUE
from ringfence.sip.headers import CSEQ_MAX, CSeq
from ringfence.sip.message import Request, Response
from ringfence.sip.timers import T1

REL100: Final = "100rel"
"""The option tag."""


class RAck(NamedTuple):
    """Which response a PRACK acknowledges: ``776656 1 INVITE`` (section 7.2)."""

    rseq: int
    cseq: CSeq

    @classmethod
    def parse(cls, text: str) -> RAck:
        """Read the value; raises `RemoteError`."""
        rseq, _, cseq = text.strip().partition(" ")
        return cls(parse_rseq(rseq), CSeq.parse(cseq.strip()))

    def __str__(self) -> str:
        return f"{self.rseq} {self.cseq}"


def parse_rseq(text: str) -> int:
    """Read an RSeq number, 1 to 2**32 - 1 (section 7.1)."""
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or not 0 < int(text) < 2**32:
        raise RemoteError("the RSeq number is malformed")
    return int(text)


class ReliableSender:
    """Our reliable provisional responses to one INVITE; one at a time is on its way (section 3).

    ``do`` takes a response, ``receive`` a PRACK, ``take_output`` gives the responses to send.
    ``failed`` turns true when nobody acknowledged one for 64*T1.
    """

    __slots__ = ("_cseq", "_give_up_at", "_interval", "_next_at", "_output", "_queue", "_rseq")

    def __init__(self, invite: Request, first: int) -> None:
        """``first``: the first RSeq, random below 2**31."""
        self._cseq = invite.cseq
        self._rseq = 1 + first % (CSEQ_MAX - 1)
        self._queue: deque[Response] = deque()
        self._output: list[Response] = []
        self._interval = T1
        self._next_at: Ms | None = None
        self._give_up_at = Ms(0)

    @property
    def waiting(self) -> bool:
        """Whether a response still lacks its PRACK."""
        return bool(self._queue)

    @property
    def owes_answer(self) -> bool:
        """Whether one with a session description lacks its PRACK: a 2xx has to wait (section 3)."""
        return any(response.body for response in self._queue)

    def do(self, response: Response, now: Ms) -> None:
        """Send a provisional response reliably, after those before it were acknowledged."""
        if len(self._queue) >= RELIABLE_QUEUE:
            raise LocalError("too many reliable provisional responses are waiting")
        response.headers.add("Require", REL100)
        self._queue.append(response)
        if len(self._queue) == 1:
            self._send_next(now)

    def receive(self, prack: Request, now: Ms) -> bool:
        """Take a PRACK; False if it acknowledges nothing that is on its way (answer 481)."""
        text = prack.headers.get("RAck")
        if text is None:
            raise RemoteError("a PRACK has no RAck header")
        rack = RAck.parse(text)
        if not self._queue or rack != (self._rseq, self._cseq):
            return False
        self._queue.popleft()
        self._rseq += 1
        self._next_at = None
        if self._queue:
            self._send_next(now)
        return True

    def stop(self) -> None:
        """The final response has left: nothing is repeated any more."""
        self._queue.clear()
        self._next_at = None

    def deadline(self) -> Ms | None:
        """Return when the next repetition or the end of patience is due."""
        return self._next_at

    def fire(self, now: Ms) -> bool:
        """Repeat; False when the time is over and the INVITE should be refused (section 3)."""
        if self._next_at is None or self._next_at > now:
            return True
        if now >= self._give_up_at:
            self.stop()
            return False
        self._output.append(self._queue[0])
        self._interval *= 2
        self._next_at = min(Ms(now + self._interval), self._give_up_at)
        return True

    def take_output(self) -> list[Response]:
        """Return the responses to send, once."""
        output, self._output = self._output, []
        return output

    def _send_next(self, now: Ms) -> None:
        response = self._queue[0]
        response.headers.set("RSeq", str(self._rseq))
        self._output.append(response)
        self._interval = T1
        self._next_at = Ms(now + T1)
        self._give_up_at = Ms(now + 64 * T1)


class ReliableReceiver:
    """Their reliable provisional responses in one early dialog (section 4)."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: int | None = None

    def receive(self, response: Response) -> RAck | None:
        """Return the RAck to send; None for a repetition or one out of order, both ignored."""
        rseq = parse_rseq(response.headers.get("RSeq") or "")
        if self._last is not None and rseq != self._last + 1:
            return None
        self._last = rseq
        return RAck(rseq, response.cseq)


def is_reliable(response: Response) -> bool:
    """Whether a provisional response wants a PRACK."""
    return response.status > 100 and REL100 in response.require
