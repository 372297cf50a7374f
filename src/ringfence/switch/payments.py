"""Payments sessions of open calls: beside the program, and after the call until they have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.calls.notices import CallOver, Notice, SecretEntered, SecretPressed
from ringfence.kernel.errors import LocalError, Refused
from ringfence.markup.exchange import Answer, ClipFailed, ClipReady, PaymentMade, Request
from ringfence.markup.pay_session import PaySession, SessionOrder
from ringfence.switch.live import LiveCall

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner


def order(runner: CallRunner, live: LiveCall, session: PaySession, wanted: SessionOrder) -> None:
    """Ask something of a session. Raises `Refused`; what came out before is carried out."""
    try:
        session.do(wanted, runner.clock.now())
    finally:
        carry_out(runner, live, session)


def hear(runner: CallRunner, live: LiveCall, notice: Notice) -> bool:
    """Tell a call's session; whether the notice was for it alone."""
    session = live.payment
    if isinstance(notice, SecretPressed | SecretEntered) and notice.by == "session":
        if session is None:
            notice.digits.wipe()
        else:
            session.receive(notice, runner.clock.now())
            carry_out(runner, live, session)
        return True
    if session is not None and isinstance(notice, CallOver):
        session.hang_up(runner.clock.now())
        carry_out(runner, live, session)
    return False


def carry_out(runner: CallRunner, live: LiveCall, session: PaySession) -> None:
    """Do what a session wants done."""
    for output in session.take_output():
        if isinstance(output, Request):

            def answered(answer: Answer | None) -> None:
                if isinstance(answer, PaymentMade | ClipReady | ClipFailed):
                    session.receive(answer, runner.clock.now())
                    carry_out(runner, live, session)

            answered(live.tenant.host.perform(live.id, output, then=answered))
        elif not live.call.ending:
            try:
                live.call.do(output, runner.clock.now())
            except LocalError as error:
                raise Refused("call_not_in_progress", "the leg is not on the line") from error
    if not live.settling and live.id in runner.calls:
        runner.settle(live)
