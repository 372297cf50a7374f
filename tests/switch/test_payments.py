"""Sessions between a call and the world: what comes out is carried out, what comes in is told."""

from typing import Any

from ringfence.calls.causes import Cause
from ringfence.calls.commands import Capture, GuardDigits
from ringfence.calls.notices import CallOver, DigitHeard, SecretEntered
from ringfence.kernel.clock import Ms, VirtualClock
from ringfence.kernel.ids import AccountId, CallId
from ringfence.kernel.secret import SecretDigits
from ringfence.markup.exchange import Callback, DropPayment
from ringfence.markup.pay_session import PaySession, SessionOrder
from ringfence.payments.order import PaymentOrder
from ringfence.switch import payments

CALL = CallId("CA" + "1" * 32)


class Host:
    def __init__(self) -> None:
        self.asked: list[Any] = []

    def perform(self, _call: CallId, request: Any, then: Any = None) -> None:
        self.asked.append(request)


class Machine:
    ending = False

    def __init__(self) -> None:
        self.done: list[Any] = []

    def do(self, command: Any, _now: Ms) -> None:
        self.done.append(command)


class Tenant:
    def __init__(self) -> None:
        self.host = Host()


class Live:
    settling = True
    id = CALL

    def __init__(self, session: PaySession | None) -> None:
        self.payment = session
        self.call = Machine()
        self.tenant = Tenant()


class Runner:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.calls: dict[CallId, Any] = {}


def scene() -> tuple[Any, Any, PaySession]:
    session = PaySession(
        "PK1", PaymentOrder(), call=CALL, account=AccountId("AC1"), leg=None, shown=CALL,
        began=Ms(0),
    )  # fmt: skip
    return Runner(), Live(session), session


def entered(digits: str) -> SecretEntered:
    return SecretEntered(by="session", digits=SecretDigits(digits), reason="max_digits")


def test_what_a_session_wants_is_done() -> None:
    runner, live, session = scene()
    payments.order(runner, live, session, SessionOrder(callback="https://x.example"))
    payments.order(
        runner, live, session,
        SessionOrder(callback="https://x.example", capture="payment-card-number"),
    )  # fmt: skip
    assert [type(one) for one in live.call.done] == [GuardDigits, Capture]
    assert [type(one) for one in live.tenant.host.asked] == [Callback, Callback]


def test_its_digits_are_for_it_alone() -> None:
    runner, live, _ = scene()
    late = entered("4242")
    assert payments.hear(runner, live, late)
    assert not late.digits
    live.payment = None
    nobodys = entered("4242")
    assert payments.hear(runner, live, nobodys)
    assert not nobodys.digits
    assert not payments.hear(runner, live, DigitHeard(digit="1"))


def test_the_end_of_the_call_is_its_end_and_the_programs() -> None:
    runner, live, session = scene()
    assert not payments.hear(runner, live, CallOver(cause=Cause.NORMAL, answered=True))
    assert session.state == "over"
    assert [type(one) for one in live.tenant.host.asked] == [DropPayment, Callback]
