"""The four transactions of RFC 3261 section 17, with the Accepted state of RFC 6026.

A transaction makes one request and its responses survive loss, repetition and reordering. Each of
the four is a table: in this state, on this input, go there and do that. What a table does not
mention is ignored, as the RFC's figures ask.

Client: ``start`` once, then ``receive`` responses. Server: created for a request, then ``receive``
its repetitions and ACKs, ``do`` the responses of the transaction user. Both: ``deadline``,
``fire``, ``take_output`` (messages for the wire), ``take_events`` (what the user must know). A
transaction that is ``over`` may be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, ClassVar, Final, NamedTuple

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.sip import timers
from ringfence.sip.events import Peer, Transmit
from ringfence.sip.headers import Headers
from ringfence.sip.message import Message, Request, Response
from ringfence.sip.timers import T1, T2, Alarm


class State(StrEnum):
    """Where a transaction stands; the names are those of the RFC's figures 5 to 8."""

    CALLING = "calling"
    TRYING = "trying"
    PROCEEDING = "proceeding"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    TERMINATED = "terminated"


_WAITING: Final = frozenset({State.CALLING, State.TRYING, State.PROCEEDING})


class Input(StrEnum):
    """What can happen to a transaction."""

    REQUEST = "request"  # the request came again
    ACK = "ack"
    PROVISIONAL = "1xx"  # received by a client, sent by a server's user; likewise the next two
    SUCCESS = "2xx"
    REFUSAL = "300-699"
    UNSENT = "unsent"  # the transport could not deliver it
    ABANDON = "abandon"  # the user no longer cares
    TIMER_A = "timer A"
    TIMER_B = "timer B"
    TIMER_D = "timer D"
    TIMER_E = "timer E"
    TIMER_F = "timer F"
    TIMER_G = "timer G"
    TIMER_H = "timer H"
    TIMER_I = "timer I"
    TIMER_J = "timer J"
    TIMER_K = "timer K"
    TIMER_L = "timer L"
    TIMER_M = "timer M"


class Received(NamedTuple):
    """A response for the user of a client, an ACK to a 2xx for the user of a server."""

    message: Message


class GaveUp(NamedTuple):
    """The time is over: no final response (client) or no ACK (server)."""


class Unsent(NamedTuple):
    """The transport failed."""


WAIT: Final = {
    Input.TIMER_A: timers.T1,
    Input.TIMER_B: timers.TIMER_B,
    Input.TIMER_D: timers.TIMER_D,
    Input.TIMER_E: timers.T1,
    Input.TIMER_F: timers.TIMER_F,
    Input.TIMER_G: timers.T1,
    Input.TIMER_H: timers.TIMER_H,
    Input.TIMER_I: timers.TIMER_I,
    Input.TIMER_J: timers.TIMER_J,
    Input.TIMER_K: timers.TIMER_K,
    Input.TIMER_L: timers.TIMER_L,
    Input.TIMER_M: timers.TIMER_M,
}
"""How long each timer runs, the first time."""

_LINGERING: Final = frozenset(
    {Input.TIMER_D, Input.TIMER_I, Input.TIMER_J, Input.TIMER_K, Input.TIMER_L, Input.TIMER_M}
)
"""Timers at whose end a transaction is forgotten and nothing else happens."""

Event = Received | GaveUp | Unsent
Key = tuple[Any, ...]
Action = Callable[[Any, Any, Ms], None]
Table = dict[State, dict[Input, tuple[State, tuple[Action, ...]]]]


class Transaction:
    """What the four have in common: a table, timers by name, and what goes out.

    ``key`` and ``user`` belong to whoever keeps the transaction: under what, and for whom.
    ``output`` and ``events``: what was not taken yet.
    """

    __slots__ = (
        "_interval",
        "_last",
        "_timers",
        "alarm",
        "events",
        "key",
        "output",
        "peer",
        "state",
        "user",
    )

    table: ClassVar[Table]

    def __init__(self, peer: Peer, state: State) -> None:
        self.peer = peer
        self.state = state
        self.key: Key = ()
        self.user: Any = None
        self.alarm: Alarm | None = None
        self._timers: dict[Input, Ms] = {}
        self._interval = T1
        self._last = b""
        self.output: list[Transmit] = []
        self.events: list[Event] = []

    def deadline(self) -> Ms | None:
        """Return when the next timer of this transaction goes off, or None."""
        pending = self._timers
        return min(pending.values()) if pending else None

    def fire(self, now: Ms) -> None:
        """Let every timer go off whose time has come, the earliest first."""
        pending = self._timers
        while pending:
            timer = min(pending, key=pending.__getitem__)
            if pending[timer] > now:
                return
            del pending[timer]
            self._step(timer, None, now)

    def take_output(self) -> list[Transmit]:
        """Return what must be sent, once."""
        output = self.output
        if output:
            self.output = []
        return output

    def take_events(self) -> list[Event]:
        """Return what the user must know, once."""
        events = self.events
        if events:
            self.events = []
        return events

    @property
    def last(self) -> Transmit:
        """The message sent last, to be sent again."""
        return Transmit(self._last, self.peer)

    @property
    def lingers(self) -> bool:
        """Whether it only waits for stragglers: how much longer than it has to matters to nobody.

        RFC 3261 17.1.1.2 says so of timer D: at least 32 seconds.
        """
        return self._timers.keys() <= _LINGERING

    def unsent(self, now: Ms) -> None:
        """Take note that the transport could not deliver a message."""
        self._step(Input.UNSENT, None, now)

    def _step(self, what: Input, message: Message | None, now: Ms) -> bool:
        step = self.table[self.state].get(what)
        if step is None:
            return False
        self.state, actions = step
        for action in actions:
            action(self, message, now)
        return True


class Client(Transaction):
    """The asking side of a transaction."""

    __slots__ = ("request",)

    def __init__(self, request: Request, peer: Peer, state: State) -> None:
        super().__init__(peer, state)
        self.request = request

    @property
    def waiting(self) -> bool:
        """Whether a final response may still come."""
        return self.state in _WAITING

    def start(self, now: Ms) -> None:
        """Send the request for the first time."""
        raise NotImplementedError

    def receive(self, response: Response, now: Ms) -> None:
        """Take a response whose branch and CSeq method are this transaction's (17.1.3)."""
        self._step(_kind(response), response, now)

    def abandon(self, now: Ms) -> None:
        """Stop, unless a final response has come."""
        self._step(Input.ABANDON, None, now)

    def _begin(self, now: Ms, resend: Input, give_up: Input) -> None:
        self._last = self.request.to_bytes()
        self.output.append(Transmit(self._last, self.peer))
        if self.peer.transport == "udp":
            self._timers[resend] = Ms(now + WAIT[resend])
        self._timers[give_up] = Ms(now + WAIT[give_up])


class Server(Transaction):
    """The answering side of a transaction."""

    __slots__ = ()

    @property
    def unanswered(self) -> bool:
        """Whether a final response may still be given."""
        return self.state is State.TRYING or self.state is State.PROCEEDING

    @property
    def silent(self) -> bool:
        """Whether no response has left at all and one still may."""
        return not self._last and self.unanswered

    def receive(self, request: Request, now: Ms) -> None:
        """Take a repetition of the request, or an ACK (17.2.3)."""
        self._step(Input.ACK if request.method == "ACK" else Input.REQUEST, request, now)

    def do(self, response: Response, now: Ms) -> None:
        """Send a response; raises `LocalError` where the state does not allow it."""
        if not self._step(_kind(response), response, now):
            raise LocalError(f"a response of {response.status} in state {self.state}")


def _kind(response: Response) -> Input:
    status = response.status
    if status < 200:
        return Input.PROVISIONAL
    return Input.SUCCESS if status < 300 else Input.REFUSAL


# -- actions -------------------------------------------------------------------------------------


def send(server: Server, response: Response, _now: Ms) -> None:
    """Send a response of the user and keep it for repetitions."""
    server._last = response.to_bytes()
    server.output.append(Transmit(server._last, server.peer))


def repeat(transaction: Transaction, _message: Message | None, _now: Ms) -> None:
    """Send the last message again; there is none before the first response."""
    if transaction._last:
        transaction.output.append(Transmit(transaction._last, transaction.peer))


def acknowledge(client: Client, response: Response, _now: Ms) -> None:
    """Acknowledge a refusal, hop by hop (17.1.1.3)."""
    asked = client.request.headers.fields
    headers = Headers()
    copy = headers.fields
    copy["Via"] = asked["Via"][:1]  # a client's own request has one Via, the top one
    for name in ("Max-Forwards", "Route"):
        if name in asked:
            copy[name] = asked[name]
    copy["From"] = asked["From"]
    copy["To"] = response.headers.fields["To"]  # with the tag
    copy["Call-ID"] = asked["Call-ID"]
    copy["CSeq"] = [f"{client.request.cseq.number} ACK"]
    client._last = Request("ACK", client.request.uri, headers).to_bytes()
    client.output.append(Transmit(client._last, client.peer))


def tell(transaction: Transaction, message: Message, _now: Ms) -> None:
    """Pass a message up."""
    transaction.events.append(Received(message))


def tell_gave_up(transaction: Transaction, _message: None, _now: Ms) -> None:
    """Say that the time is over."""
    transaction.events.append(GaveUp())


def tell_unsent(transaction: Transaction, _message: None, _now: Ms) -> None:
    """Say that the transport failed."""
    transaction.events.append(Unsent())


def stop_timers(transaction: Transaction, _message: Message | None, _now: Ms) -> None:
    """Stop whatever runs: on the way out, or into a state with timers of its own."""
    transaction._timers.clear()


def slow_down(client: Client, _message: Message, _now: Ms) -> None:
    """Repeat every T2 from the next time on: the server is at work (17.1.2.2)."""
    client._interval = T2


def again(timer: Input, ceiling: int | None) -> Action:
    """Make an action that doubles the interval, to ``ceiling`` at most, and starts ``timer``."""

    def action(transaction: Transaction, _message: None, now: Ms) -> None:
        interval = transaction._interval * 2
        if ceiling is not None and interval > ceiling:
            interval = ceiling
        transaction._interval = interval
        transaction._timers[timer] = Ms(now + interval)

    return _named(action, f"start {timer} with twice the interval")


def start(timer: Input) -> Action:
    """Make an action that starts ``timer``."""
    interval = WAIT[timer]

    def action(transaction: Transaction, _message: Message, now: Ms) -> None:
        transaction._timers[timer] = Ms(now + interval)

    return _named(action, f"start {timer}")


def start_if_unreliable(timer: Input) -> Action:
    """Make an action that starts ``timer`` on UDP; elsewhere nothing needs repeating."""
    interval = WAIT[timer]

    def action(transaction: Transaction, _message: Message, now: Ms) -> None:
        if transaction.peer.transport == "udp":
            transaction._timers[timer] = Ms(now + interval)

    return _named(action, f"start {timer} on UDP")


def linger(timer: Input) -> Action:
    """Make an action that waits for stragglers on UDP; elsewhere ``timer`` goes off at once."""
    interval = WAIT[timer]

    def action(transaction: Transaction, _message: Message, now: Ms) -> None:
        if transaction.peer.transport == "udp":
            transaction._timers[timer] = Ms(now + interval)
        else:
            transaction._step(timer, None, now)

    return _named(action, f"linger for {timer}")


def _named(action: Action, name: str) -> Action:
    action.__name__ = name
    return action


def _table(*rows: tuple[Any, ...]) -> Table:
    table: Table = {state: {} for state in State}
    for state, what, then, *actions in rows:
        assert what not in table[state], "two rows for one input"
        table[state][what] = (then, tuple(actions))
    return table


# -- the four tables -----------------------------------------------------------------------------

S = State
I = Input  # noqa: E741 - the tables below are read by column, and a column has no room

INVITE_CLIENT: Final = _table(
    # state        input          next           actions
    (S.CALLING,    I.TIMER_A,     S.CALLING,     repeat, again(I.TIMER_A, None)),
    (S.CALLING,    I.TIMER_B,     S.TERMINATED,  stop_timers, tell_gave_up),
    (S.CALLING,    I.UNSENT,      S.TERMINATED,  stop_timers, tell_unsent),
    (S.CALLING,    I.ABANDON,     S.TERMINATED,  stop_timers),
    (S.CALLING,    I.PROVISIONAL, S.PROCEEDING,  stop_timers, tell),
    (S.CALLING,    I.SUCCESS,     S.ACCEPTED,    stop_timers, start(I.TIMER_M), tell),
    (S.CALLING,    I.REFUSAL,     S.COMPLETED,   stop_timers, acknowledge, tell,
                                                 linger(I.TIMER_D)),
    (S.PROCEEDING, I.PROVISIONAL, S.PROCEEDING,  tell),
    (S.PROCEEDING, I.SUCCESS,     S.ACCEPTED,    start(I.TIMER_M), tell),
    (S.PROCEEDING, I.REFUSAL,     S.COMPLETED,   acknowledge, tell,
                                                 linger(I.TIMER_D)),
    (S.PROCEEDING, I.ABANDON,     S.TERMINATED),
    (S.COMPLETED,  I.REFUSAL,     S.COMPLETED,   repeat),
    (S.COMPLETED,  I.UNSENT,      S.TERMINATED,  stop_timers),
    (S.COMPLETED,  I.TIMER_D,     S.TERMINATED),
    (S.ACCEPTED,   I.SUCCESS,     S.ACCEPTED,    tell),
    (S.ACCEPTED,   I.TIMER_M,     S.TERMINATED),
)  # fmt: skip
"""Figure 5 with RFC 6026 7.2: a repeated or forked 2xx goes up, where its ACK comes from.
``repeat`` in Completed repeats the ACK, the last thing sent. After a provisional response only
the user limits the wait (timer C, ABANDON after a CANCEL): 9.1, 16.6."""

INVITE_SERVER: Final = _table(
    # state        input          next           actions
    (S.PROCEEDING, I.REQUEST,     S.PROCEEDING,  repeat),
    (S.PROCEEDING, I.PROVISIONAL, S.PROCEEDING,  send),
    (S.PROCEEDING, I.SUCCESS,     S.ACCEPTED,    send, start(I.TIMER_L)),
    (S.PROCEEDING, I.REFUSAL,     S.COMPLETED,   send, start_if_unreliable(I.TIMER_G),
                                                 start(I.TIMER_H)),
    (S.COMPLETED,  I.REQUEST,     S.COMPLETED,   repeat),
    (S.COMPLETED,  I.TIMER_G,     S.COMPLETED,   repeat, again(I.TIMER_G, T2)),
    (S.COMPLETED,  I.TIMER_H,     S.TERMINATED,  stop_timers, tell_gave_up),
    (S.COMPLETED,  I.ACK,         S.CONFIRMED,   stop_timers, linger(I.TIMER_I)),
    (S.CONFIRMED,  I.TIMER_I,     S.TERMINATED),
    (S.ACCEPTED,   I.ACK,         S.ACCEPTED,    tell),
    (S.ACCEPTED,   I.SUCCESS,     S.ACCEPTED,    send),
    (S.ACCEPTED,   I.TIMER_L,     S.TERMINATED),
)  # fmt: skip
"""Figure 7 with RFC 6026 7.1: after a 2xx a repeated INVITE is absorbed, and the user itself
repeats the 2xx until the ACK (13.3.1.4)."""

NON_INVITE_CLIENT: Final = _table(
    # state        input          next           actions
    (S.TRYING,     I.TIMER_E,     S.TRYING,      repeat, again(I.TIMER_E, T2)),
    (S.TRYING,     I.TIMER_F,     S.TERMINATED,  stop_timers, tell_gave_up),
    (S.TRYING,     I.UNSENT,      S.TERMINATED,  stop_timers, tell_unsent),
    (S.TRYING,     I.ABANDON,     S.TERMINATED,  stop_timers),
    (S.TRYING,     I.PROVISIONAL, S.PROCEEDING,  slow_down, tell),
    (S.TRYING,     I.SUCCESS,     S.COMPLETED,   stop_timers, tell,
                                                 linger(I.TIMER_K)),
    (S.TRYING,     I.REFUSAL,     S.COMPLETED,   stop_timers, tell,
                                                 linger(I.TIMER_K)),
    (S.PROCEEDING, I.TIMER_E,     S.PROCEEDING,  repeat, again(I.TIMER_E, T2)),
    (S.PROCEEDING, I.TIMER_F,     S.TERMINATED,  stop_timers, tell_gave_up),
    (S.PROCEEDING, I.UNSENT,      S.TERMINATED,  stop_timers, tell_unsent),
    (S.PROCEEDING, I.ABANDON,     S.TERMINATED,  stop_timers),
    (S.PROCEEDING, I.PROVISIONAL, S.PROCEEDING,  tell),
    (S.PROCEEDING, I.SUCCESS,     S.COMPLETED,   stop_timers, tell,
                                                 linger(I.TIMER_K)),
    (S.PROCEEDING, I.REFUSAL,     S.COMPLETED,   stop_timers, tell,
                                                 linger(I.TIMER_K)),
    (S.COMPLETED,  I.TIMER_K,     S.TERMINATED),
)  # fmt: skip
"""Figure 6."""

NON_INVITE_SERVER: Final = _table(
    # state        input          next           actions
    (S.TRYING,     I.PROVISIONAL, S.PROCEEDING,  send),
    (S.TRYING,     I.SUCCESS,     S.COMPLETED,   send, linger(I.TIMER_J)),
    (S.TRYING,     I.REFUSAL,     S.COMPLETED,   send, linger(I.TIMER_J)),
    (S.PROCEEDING, I.REQUEST,     S.PROCEEDING,  repeat),
    (S.PROCEEDING, I.PROVISIONAL, S.PROCEEDING,  send),
    (S.PROCEEDING, I.SUCCESS,     S.COMPLETED,   send, linger(I.TIMER_J)),
    (S.PROCEEDING, I.REFUSAL,     S.COMPLETED,   send, linger(I.TIMER_J)),
    (S.COMPLETED,  I.REQUEST,     S.COMPLETED,   repeat),
    (S.COMPLETED,  I.TIMER_J,     S.TERMINATED),
)  # fmt: skip
"""Figure 8."""


class InviteClient(Client):
    """An INVITE of ours, until its final response."""

    __slots__ = ()
    table = INVITE_CLIENT

    def __init__(self, request: Request, peer: Peer) -> None:
        super().__init__(request, peer, State.CALLING)

    def start(self, now: Ms) -> None:
        """Send the INVITE for the first time."""
        self._begin(now, Input.TIMER_A, Input.TIMER_B)


class InviteServer(Server):
    """An INVITE of theirs."""

    __slots__ = ()
    table = INVITE_SERVER

    def __init__(self, peer: Peer) -> None:
        super().__init__(peer, State.PROCEEDING)


class NonInviteClient(Client):
    """Any other request of ours."""

    __slots__ = ()
    table = NON_INVITE_CLIENT

    def __init__(self, request: Request, peer: Peer) -> None:
        super().__init__(request, peer, State.TRYING)

    def start(self, now: Ms) -> None:
        """Send the request for the first time."""
        self._begin(now, Input.TIMER_E, Input.TIMER_F)


class NonInviteServer(Server):
    """Any other request of theirs."""

    __slots__ = ()
    table = NON_INVITE_SERVER

    def __init__(self, peer: Peer) -> None:
        super().__init__(peer, State.TRYING)


# -- matching ------------------------------------------------------------------------------------


def client_key(message: Message) -> Key:
    """Return what a request of ours and its responses have in common (17.1.3)."""
    return (message.via.params.get("branch"), message.cseq.method)


def server_key(request: Request, method: str | None = None) -> Key:
    """Return what a request of theirs and its repetitions have in common (17.2.3).

    ``method`` replaces the request's own: ``INVITE`` to find what an ACK or CANCEL is about.
    """
    method = method or request.method
    via = request.via
    if via.has_magic:
        return (via.params["branch"], via.host, via.port, method)
    # A client older than RFC 3261: the branch means nothing, the identifying headers do.
    return (
        request.call_id, request.from_tag, request.cseq.number, str(request.uri), str(via), method,
    )  # fmt: skip
