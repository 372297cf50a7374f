"""A session in virtual time, against units written by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.carriers.smpp.pdu import Command, Framer, Pdu, Tag, parse, serialize
from ringfence.carriers.smpp.session import TABLE, Input, Session, State
from ringfence.carriers.smpp.status import Status
from ringfence.carriers.smpp.words import (
    Answered,
    Arrived,
    Bind,
    BindRefused,
    Bound,
    Closed,
    HangUp,
    Reply,
    Start,
    Submit,
)
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import (
    SMPP_BIND_MS,
    SMPP_IDLE_MS,
    SMPP_RESPONSE_MS,
    SMPP_TOO_MANY_ERRORS,
    SMPP_UNBIND_MS,
)

T0 = Ms(1_000_000)
WHO = Bind(system_id="ringfence", password="sesame")
MESSAGE = Pdu(Command.SUBMIT_SM, fields={"short_message": b"hi"})
DELIVER = parse(serialize(Pdu(Command.DELIVER_SM, 900, fields={"short_message": b"hello"})))


def sent(session: Session) -> list[Pdu]:
    return [parse(unit) for unit in Framer().receive(session.take_output())]


def hear(session: Session, *pdus: Pdu, now: Ms = T0) -> None:
    session.receive(b"".join(map(serialize, pdus)), now)


def bound(window: int = 3, kind: Command = Command.BIND_TRANSCEIVER) -> Session:
    session = Session(Bind(kind=kind, system_id="ringfence", password="sesame"), window=window)
    session.do(Start(), T0)
    (request,) = sent(session)
    hear(session, request.answer(system_id="SMSC"))
    assert session.take_events() == [Bound()]
    return session


def submit(session: Session, handle: str, now: Ms = T0) -> Pdu:
    session.do(Submit(handle, MESSAGE), now)
    (request,) = sent(session)
    return request


@pytest.mark.parametrize(
    "kind", [Command.BIND_TRANSCEIVER, Command.BIND_TRANSMITTER, Command.BIND_RECEIVER]
)
def test_binding(kind: Command) -> None:
    session = Session(Bind(kind=kind, system_id="me", password="pw", system_type="vma"))
    session.do(Start(), T0)
    (request,) = sent(session)
    assert request.command is kind
    assert (request.text("system_id"), request.text("password")) == ("me", "pw")
    assert request.number("interface_version") == 0x34
    assert session.state is State.BINDING
    assert session.room == 0
    version = {int(Tag.SC_INTERFACE_VERSION): b"\x34"}
    answer = request.answer(system_id="SMSC")
    hear(session, Pdu(answer.command, answer.sequence, 0, answer.fields, version))
    assert session.take_events() == [Bound()]


def test_a_carrier_that_does_not_know_us() -> None:
    session = Session(WHO)
    session.do(Start(), T0)
    (request,) = sent(session)
    hear(session, request.answer(Status.ESME_RINVPASWD))
    assert session.take_events() == [
        BindRefused(Status.ESME_RINVPASWD),
        Closed("refused", ()),
    ]
    assert session.over


def test_a_bind_answered_with_generic_nack() -> None:
    session = Session(WHO)
    session.do(Start(), T0)
    (request,) = sent(session)
    hear(session, Pdu(Command.GENERIC_NACK, request.sequence, Status.ESME_RINVCMDID))
    assert session.take_events()[0] == BindRefused(Status.ESME_RINVCMDID)


def test_a_carrier_that_does_not_answer_the_bind() -> None:
    session = Session(WHO)
    session.do(Start(), T0)
    assert session.deadline() == T0 + SMPP_BIND_MS
    session.fire(Ms(T0 + SMPP_BIND_MS))
    assert session.take_events() == [Closed("no_answer", ())]


def test_a_carrier_that_calls_us() -> None:
    session = Session(Bind(kind=Command.BIND_RECEIVER, system_id="me", password="pw"))
    hear(session, Pdu(Command.OUTBIND, 1, fields={"system_id": "SMSC", "password": "x"}))
    (request,) = sent(session)
    assert request.command is Command.BIND_RECEIVER
    hear(session, request.answer())
    assert session.take_events() == [Bound()]


def test_messages_and_their_answers_in_any_order() -> None:
    session = bound()
    requests = [submit(session, handle) for handle in "abc"]
    assert [r.sequence for r in requests] == [2, 3, 4]
    hear(
        session,
        requests[1].answer(message_id="id-b"),
        requests[0].answer(Status.ESME_RINVDSTADR),
        Pdu(Command.GENERIC_NACK, requests[2].sequence, Status.ESME_RINVCMDLEN),
        requests[1].answer(message_id="again"),  # nobody waits for it
    )
    assert session.take_events() == [
        Answered("b", 0, "id-b"),
        Answered("a", Status.ESME_RINVDSTADR, ""),
        Answered("c", Status.ESME_RINVCMDLEN, ""),
    ]
    assert session.unanswered == 0


def test_a_window_is_a_bound() -> None:
    session = bound(window=2)
    first = submit(session, "a")
    submit(session, "b")
    assert session.room == 0
    with pytest.raises(LocalError):
        session.do(Submit("c", MESSAGE), T0)
    hear(session, first.answer(message_id="1"))
    assert session.room == 1


def test_no_answer_ends_the_session_and_hands_everything_back() -> None:
    session = bound()
    submit(session, "a")
    submit(session, "b", Ms(T0 + 10))
    hear(session, Pdu(Command.ENQUIRE_LINK, 5), now=Ms(T0 + SMPP_RESPONSE_MS - 1))
    assert session.deadline() == T0 + SMPP_RESPONSE_MS
    session.fire(Ms(T0 + SMPP_RESPONSE_MS))
    assert session.take_events() == [Closed("no_answer", ("a", "b"))]
    assert session.deadline() is None


def test_silence_is_asked_about() -> None:
    session = bound()
    idle = Ms(T0 + SMPP_IDLE_MS)
    assert session.deadline() == idle
    session.fire(idle)
    (enquiry,) = sent(session)
    assert enquiry.command is Command.ENQUIRE_LINK
    hear(session, enquiry.answer(), now=Ms(idle + 100))
    assert session.deadline() == idle + 100 + SMPP_IDLE_MS
    session.fire(Ms(idle + 100 + SMPP_IDLE_MS))
    later = Ms(idle + 100 + SMPP_IDLE_MS + SMPP_RESPONSE_MS)
    session.fire(later)
    assert session.take_events() == [Closed("silent", ())]


def test_a_message_waits_for_its_answer_until_it_is_safe() -> None:
    session = bound()
    hear(session, DELIVER)
    (event,) = session.take_events()
    assert event == Arrived(DELIVER)
    assert sent(session) == []
    session.do(Reply(DELIVER), T0)
    (answer,) = sent(session)
    assert (answer.command, answer.sequence, answer.status) == (Command.DELIVER_SM_RESP, 900, 0)
    session.do(Reply(DELIVER, Status.ESME_RX_T_APPN), T0)
    assert sent(session)[0].status == Status.ESME_RX_T_APPN


def test_their_questions_are_answered_at_once() -> None:
    session = bound()
    hear(session, Pdu(Command.ENQUIRE_LINK, 77), Pdu(Command.ALERT_NOTIFICATION, 78))
    assert [(p.command, p.sequence) for p in sent(session)] == [(Command.ENQUIRE_LINK_RESP, 77)]


def test_hanging_up_waits_for_answers() -> None:
    session = bound()
    request = submit(session, "a")
    session.do(HangUp(), T0)
    (unbind,) = sent(session)
    assert session.room == 0
    hear(session, request.answer(message_id="1"), DELIVER, unbind.answer())
    assert session.take_events() == [Answered("a", 0, "1"), Arrived(DELIVER), Closed("stopped", ())]


def test_hanging_up_does_not_wait_for_ever() -> None:
    session = bound()
    submit(session, "a")
    session.do(HangUp(), T0)
    session.fire(Ms(T0 + SMPP_UNBIND_MS))
    assert session.take_events() == [Closed("stopped", ("a",))]


def test_they_hang_up() -> None:
    session = bound()
    submit(session, "a")
    hear(session, Pdu(Command.UNBIND, 5), DELIVER)
    assert [p.command for p in sent(session)] == [Command.UNBIND_RESP]
    assert session.take_events() == [Closed("unbound", ("a",))]


def test_a_lost_link_hands_back_in_order() -> None:
    session = bound()
    for handle in "abc":
        submit(session, handle)
    session.lost(T0)
    assert session.take_events() == [Closed("lost", ("a", "b", "c"))]
    session.lost(T0)
    assert session.take_events() == []


def test_what_has_no_place_is_answered() -> None:
    session = Session(WHO)
    session.do(Start(), T0)
    sent(session)
    hear(session, DELIVER, Pdu(Command.SUBMIT_SM, 8), Pdu(Command.SUBMIT_SM_RESP, 9))
    assert [(p.command, p.status) for p in sent(session)] == [
        (Command.DELIVER_SM_RESP, Status.ESME_RINVBNDSTS),
        (Command.SUBMIT_SM_RESP, Status.ESME_RINVBNDSTS),
    ]
    assert session.state is State.BINDING


def test_an_unknown_command_is_answered_and_many_end_it() -> None:
    session = bound()
    unknown = bytes.fromhex("00000010 00000999 00000000 00000021".replace(" ", ""))
    session.receive(unknown, T0)
    (answer,) = sent(session)
    assert (answer.command, answer.status, answer.sequence) == (
        Command.GENERIC_NACK,
        Status.ESME_RINVCMDID,
        0x21,
    )
    session.receive(unknown * SMPP_TOO_MANY_ERRORS, T0)
    assert session.take_events() == [Closed("not_smpp", ())]


def test_an_unreadable_answer_is_an_answer() -> None:
    session = bound()
    request = submit(session, "a")
    head = (20).to_bytes(4, "big") + int(Command.SUBMIT_SM_RESP).to_bytes(4, "big") + b"\0" * 4
    session.receive(head + request.sequence.to_bytes(4, "big") + b"abcd", T0)
    assert session.take_events() == [Answered("a", Status.ESME_RUNKNOWNERR, "")]


def test_a_length_that_cannot_be_ends_it() -> None:
    session = bound()
    submit(session, "a")
    session.receive(b"HTTP/1.1 400 Bad Request\r\n", T0)
    assert session.take_events() == [Closed("not_smpp", ("a",))]


def test_sequence_numbers_come_round() -> None:
    session = bound()
    session._sequence = 0x7FFF_FFFE
    assert [submit(session, handle).sequence for handle in "abc"] == [0x7FFF_FFFF, 1, 2]


def test_every_state_can_be_left() -> None:
    reachable = {State.OPEN}
    for _ in State:
        reachable |= {to for state in reachable for to, _ in TABLE[state].values()}
    assert reachable == set(State)
    assert all(Input.LOST in row for state, row in TABLE.items() if state is not State.CLOSED)


PIECES = [
    *(serialize(Pdu(command, 2)) for command in Command),
    *(serialize(Pdu(command, 3, Status.ESME_RTHROTTLED)) for command in Command),
    *(b"\0\0\0\x10" + b"\xff" * 12, b"\0\0\0", b"GET /", serialize(DELIVER)),
]


@given(
    st.lists(
        st.one_of(
            st.sampled_from(PIECES),
            st.binary(max_size=40),
            st.sampled_from(["submit", "hang up", "lost", "start", "fire"]),
        ),
        max_size=30,
    )
)
def test_no_message_is_ever_forgotten(steps: list[bytes | str]) -> None:
    """Whatever happens, each message is answered, handed back or still waited for, and once."""
    session = Session(WHO, window=5)
    given_, back, now = [], [], T0
    for step in steps:
        now = Ms(now + 1)
        if isinstance(step, bytes):
            session.receive(step, now)
        elif step == "submit" and session.room > 0:
            given_.append(len(given_))
            session.do(Submit(given_[-1], MESSAGE), now)
        elif step == "start":
            session.do(Start(), now)
        elif step == "hang up":
            session.do(HangUp(), now)
        elif step == "lost":
            session.lost(now)
        elif step == "fire":
            now = max(now, session.deadline() or now)
            session.fire(now)
        for event in session.take_events():
            if isinstance(event, Answered):
                back.append(event.handle)
            elif isinstance(event, Closed):
                back += event.unanswered
    session.lost(now)
    back += [
        handle for e in session.take_events() if isinstance(e, Closed) for handle in e.unanswered
    ]
    assert sorted(back) == given_
