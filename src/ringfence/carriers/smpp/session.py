"""One SMPP session as a table: in this state, on this input, go there and do that (2.2, 7.2).

    open ──bind──> binding ──ok──> bound ──hang up──> unbinding ──> closed
      ^ outbind asks us to bind, too    └─ their unbind, silence, a lost link ─^

What a table does not mention: a request is answered ESME_RINVBNDSTS, an answer is ignored. Time
is an argument; the link reads, writes and arms one timer.

    do(Start | Submit | Reply | HangUp, now)      receive(octets, now), lost(now)
    take_output() ─> octets                       take_events() ─> Bound, Answered, Arrived, ...
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from ringfence.carriers.smpp.pdu import (
    RESPONSE,
    Command,
    Framer,
    Pdu,
    number_of,
    parse,
    serialize,
)
from ringfence.carriers.smpp.status import Status
from ringfence.carriers.smpp.words import (
    Answered,
    Arrived,
    Bind,
    BindRefused,
    Bound,
    Closed,
    Event,
    HangUp,
    Reply,
    Start,
    Submit,
)
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import (
    SMPP_BIND_MS,
    SMPP_IDLE_MS,
    SMPP_RESPONSE_MS,
    SMPP_TOO_MANY_ERRORS,
    SMPP_UNBIND_MS,
    SMPP_WINDOW,
)

_LAST_SEQUENCE: Final = 0x7FFF_FFFF


class State(StrEnum):
    """Where a session stands."""

    OPEN = "open"
    BINDING = "binding"
    BOUND = "bound"
    UNBINDING = "unbinding"
    CLOSED = "closed"


class Input(StrEnum):
    """What can happen to a session."""

    START = "start"
    SUBMIT = "submit"
    HANG_UP = "hang up"
    OUTBIND = "outbind"
    BIND_OK = "bind_resp ok"
    BIND_NO = "bind_resp refused"
    MESSAGE = "deliver_sm, data_sm"
    ANSWER = "submit_sm_resp"
    ENQUIRY = "enquire_link"
    ALIVE = "enquire_link_resp"
    UNBIND = "unbind"
    UNBOUND = "unbind_resp"
    NOTICE = "alert_notification"
    TIMER_BIND = "timer bind"
    TIMER_IDLE = "timer idle"
    TIMER_ENQUIRY = "timer enquiry"
    TIMER_ANSWER = "timer answer"
    TIMER_UNBIND = "timer unbind"
    LOST = "lost"


Action = Callable[["Session", Any, Ms], None]
Table = dict[State, dict[Input, tuple[State, tuple[Action, ...]]]]


class Session:
    """One connection. ``window``: messages that may be without an answer at a time."""

    __slots__ = (
        "_bind",
        "_errors",
        "_events",
        "_framer",
        "_idle_ms",
        "_output",
        "_response_ms",
        "_sequence",
        "_timers",
        "_unanswered",
        "_window",
        "state",
    )

    def __init__(
        self,
        bind: Bind,
        *,
        window: int = SMPP_WINDOW,
        idle_ms: int = SMPP_IDLE_MS,
        response_ms: int = SMPP_RESPONSE_MS,
    ) -> None:
        self.state = State.OPEN
        self._bind = bind
        self._window = window
        self._idle_ms = idle_ms
        self._response_ms = response_ms
        self._framer = Framer()
        self._sequence = 0
        self._errors = 0
        self._timers: dict[Input, Ms] = {}
        self._unanswered: dict[int, tuple[Any, Ms]] = {}
        self._output: list[bytes] = []
        self._events: list[Event] = []

    @property
    def over(self) -> bool:
        """Whether the connection is to be closed."""
        return self.state is State.CLOSED

    @property
    def unanswered(self) -> int:
        """How many messages the carrier has not answered."""
        return len(self._unanswered)

    @property
    def room(self) -> int:
        """How many messages may be sent now."""
        return self._window - len(self._unanswered) if self.state is State.BOUND else 0

    def do(self, command: Start | Submit | Reply | HangUp, now: Ms) -> None:
        """Raises `LocalError` for a message without `room`; the rest may always be asked."""
        match command:
            case Start():
                self._step(Input.START, None, now)
            case Submit():
                if self.room <= 0:
                    raise LocalError("no message may be sent now")
                self._step(Input.SUBMIT, command, now)
            case Reply():
                if self.state in {State.BOUND, State.UNBINDING}:
                    self._send(command.request.answer(command.status))
            case HangUp():
                self._step(Input.HANG_UP, None, now)

    def receive(self, octets: bytes, now: Ms) -> None:
        """Take octets of the stream; never raises for what the far side does."""
        if self.over:
            return
        if Input.TIMER_IDLE in self._timers:
            self._timers[Input.TIMER_IDLE] = Ms(now + self._idle_ms)
        self._timers.pop(Input.TIMER_ENQUIRY, None)
        try:
            units = self._framer.receive(octets)
        except RemoteError as error:
            self._send(Pdu(Command.GENERIC_NACK, 0, error.hint))
            close("not_smpp")(self, None, now)
            return
        for unit in units:
            if not self.over:
                self._unit(unit, now)

    def lost(self, now: Ms) -> None:
        """Take note that the connection is gone."""
        self._step(Input.LOST, None, now)

    def deadline(self) -> Ms | None:
        """Return when the next timer goes off."""
        first = next(iter(self._unanswered.values()), None)
        pending = list(self._timers.values())
        if first is not None and not self.over:
            pending.append(first[1])
        return min(pending) if pending else None

    def fire(self, now: Ms) -> None:
        """Let every timer go off whose time has come."""
        for timer in [timer for timer, at in self._timers.items() if at <= now]:
            if self._timers.pop(timer, None) is not None:
                self._step(timer, None, now)
        first = next(iter(self._unanswered.values()), None)
        if first is not None and first[1] <= now:
            self._step(Input.TIMER_ANSWER, None, now)

    def take_output(self) -> bytes:
        """Return what must be written, once."""
        output, self._output = self._output, []
        return b"".join(output)

    def take_events(self) -> list[Event]:
        """Return what happened, once."""
        events, self._events = self._events, []
        return events

    def _unit(self, unit: bytes, now: Ms) -> None:
        try:
            pdu = parse(unit)
        except RemoteError as error:
            self._unreadable(unit, error, now)
            return
        self._errors = 0
        what = _KIND.get(pdu.command)
        if what is Input.BIND_OK and pdu.status != Status.ESME_ROK:
            what = Input.BIND_NO
        if pdu.command is Command.GENERIC_NACK and self.state is State.BINDING:
            what = Input.BIND_NO
        if what is not None and self._step(what, pdu, now):
            return
        if not pdu.command & RESPONSE and pdu.command in _ANSWERED:
            self._send(pdu.answer(Status.ESME_RINVBNDSTS))

    def _unreadable(self, unit: bytes, error: RemoteError, now: Ms) -> None:
        command, sequence = number_of(unit)
        if not command & RESPONSE:
            self._send(Pdu(Command.GENERIC_NACK, sequence, error.hint))
        elif sequence in self._unanswered:
            answer(self, Pdu(Command.GENERIC_NACK, sequence, Status.ESME_RUNKNOWNERR), now)
        self._errors += 1
        if self._errors >= SMPP_TOO_MANY_ERRORS:
            close("not_smpp")(self, None, now)

    def _step(self, what: Input, pdu: Any, now: Ms) -> bool:
        step = TABLE[self.state].get(what)
        if step is None:
            return False
        self.state, actions = step
        for action in actions:
            action(self, pdu, now)
        return True

    def _send(self, pdu: Pdu) -> None:
        self._output.append(serialize(pdu))

    def _next(self) -> int:
        self._sequence = self._sequence % _LAST_SEQUENCE + 1
        return self._sequence


# -- actions ---------------------------------------------------------------------------------------


def bind(session: Session, _pdu: object, now: Ms) -> None:
    """Ask to be let in."""
    session._send(Pdu(session._bind.kind, session._next(), fields=session._bind.fields()))
    session._timers[Input.TIMER_BIND] = Ms(now + SMPP_BIND_MS)


def bound(session: Session, _pdu: Pdu, now: Ms) -> None:
    """Go to work."""
    session._timers.clear()
    session._timers[Input.TIMER_IDLE] = Ms(now + session._idle_ms)
    session._events.append(Bound())


def refused(session: Session, pdu: Pdu, _now: Ms) -> None:
    """Say that, and with what status."""
    session._events.append(BindRefused(pdu.status or Status.ESME_RBINDFAIL))


def submit(session: Session, command: Submit, now: Ms) -> None:
    """Send a message under a number of its own."""
    sequence = session._next()
    message = command.message
    session._output.append(
        serialize(Pdu(message.command, sequence, fields=message.fields, tlvs=message.tlvs))
    )
    session._unanswered[sequence] = (command.handle, Ms(now + session._response_ms))


def answer(session: Session, pdu: Pdu, _now: Ms) -> None:
    """Match an answer, or a generic_nack, with its message; others are ignored."""
    known = session._unanswered.pop(pdu.sequence, None)
    if known is not None:
        status = pdu.status
        if pdu.command is Command.GENERIC_NACK and status == Status.ESME_ROK:
            status = Status.ESME_RUNKNOWNERR
        session._events.append(Answered(known[0], status, pdu.text("message_id")))


def arrived(session: Session, pdu: Pdu, _now: Ms) -> None:
    """Pass a message up; its answer waits until it is safe."""
    session._events.append(Arrived(pdu))


def confirm(session: Session, pdu: Pdu, _now: Ms) -> None:
    """Answer what needs no thought."""
    session._send(pdu.answer())


def enquire(session: Session, _pdu: object, now: Ms) -> None:
    """Ask whether the other side lives (4.11)."""
    session._send(Pdu(Command.ENQUIRE_LINK, session._next()))
    session._timers[Input.TIMER_ENQUIRY] = Ms(now + session._response_ms)
    session._timers[Input.TIMER_IDLE] = Ms(now + session._idle_ms)


def alive(_session: Session, _pdu: Pdu, _now: Ms) -> None:
    """Every octet is a sign of life; nothing else is to be done."""


def unbind(session: Session, _pdu: object, now: Ms) -> None:
    """Say good-bye and wait for the answer, and for those still missing."""
    session._send(Pdu(Command.UNBIND, session._next()))
    session._timers.clear()
    session._timers[Input.TIMER_UNBIND] = Ms(now + SMPP_UNBIND_MS)


def close(reason: str) -> Action:
    """Make an action that ends it and hands back what nobody answered."""

    def action(session: Session, _pdu: object, _now: Ms) -> None:
        handles = tuple(handle for handle, _ in session._unanswered.values())
        session._unanswered.clear()
        session._timers.clear()
        session.state = State.CLOSED
        session._events.append(Closed(reason, handles))

    return action


_KIND: Final[dict[Command, Input]] = {
    Command.GENERIC_NACK: Input.ANSWER,
    Command.SUBMIT_SM_RESP: Input.ANSWER,
    Command.DATA_SM_RESP: Input.ANSWER,
    Command.DELIVER_SM: Input.MESSAGE,
    Command.DATA_SM: Input.MESSAGE,
    Command.BIND_TRANSCEIVER_RESP: Input.BIND_OK,
    Command.BIND_TRANSMITTER_RESP: Input.BIND_OK,
    Command.BIND_RECEIVER_RESP: Input.BIND_OK,
    Command.OUTBIND: Input.OUTBIND,
    Command.ENQUIRE_LINK: Input.ENQUIRY,
    Command.ENQUIRE_LINK_RESP: Input.ALIVE,
    Command.UNBIND: Input.UNBIND,
    Command.UNBIND_RESP: Input.UNBOUND,
    Command.ALERT_NOTIFICATION: Input.NOTICE,
}
_ANSWERED: Final = frozenset(
    command
    for command in Command
    if not command & RESPONSE and command not in {Command.OUTBIND, Command.ALERT_NOTIFICATION}
)
"""Requests that have a response at all (2.2)."""

TABLE: Final[Table] = {
    State.OPEN: {
        Input.START: (State.BINDING, (bind,)),
        Input.OUTBIND: (State.BINDING, (bind,)),
        Input.HANG_UP: (State.CLOSED, (close("stopped"),)),
        Input.ENQUIRY: (State.OPEN, (confirm,)),
        Input.LOST: (State.CLOSED, (close("lost"),)),
    },
    State.BINDING: {
        Input.BIND_OK: (State.BOUND, (bound,)),
        Input.BIND_NO: (State.CLOSED, (refused, close("refused"))),
        Input.ENQUIRY: (State.BINDING, (confirm,)),
        Input.UNBIND: (State.CLOSED, (confirm, close("unbound"))),
        Input.HANG_UP: (State.CLOSED, (close("stopped"),)),
        Input.TIMER_BIND: (State.CLOSED, (close("no_answer"),)),
        Input.LOST: (State.CLOSED, (close("lost"),)),
    },
    State.BOUND: {
        Input.SUBMIT: (State.BOUND, (submit,)),
        Input.ANSWER: (State.BOUND, (answer,)),
        Input.MESSAGE: (State.BOUND, (arrived,)),
        Input.ENQUIRY: (State.BOUND, (confirm,)),
        Input.ALIVE: (State.BOUND, (alive,)),
        Input.NOTICE: (State.BOUND, (alive,)),
        Input.UNBIND: (State.CLOSED, (confirm, close("unbound"))),
        Input.HANG_UP: (State.UNBINDING, (unbind,)),
        Input.TIMER_IDLE: (State.BOUND, (enquire,)),
        Input.TIMER_ENQUIRY: (State.CLOSED, (close("silent"),)),
        Input.TIMER_ANSWER: (State.CLOSED, (close("no_answer"),)),
        Input.LOST: (State.CLOSED, (close("lost"),)),
    },
    State.UNBINDING: {
        Input.ANSWER: (State.UNBINDING, (answer,)),
        Input.MESSAGE: (State.UNBINDING, (arrived,)),
        Input.ENQUIRY: (State.UNBINDING, (confirm,)),
        Input.UNBIND: (State.CLOSED, (confirm, close("stopped"))),
        Input.UNBOUND: (State.CLOSED, (close("stopped"),)),
        Input.TIMER_UNBIND: (State.CLOSED, (close("stopped"),)),
        Input.LOST: (State.CLOSED, (close("stopped"),)),
    },
    State.CLOSED: {},
}
"""Every transition; a diagram of it is drawn into the reference."""
