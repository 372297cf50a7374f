"""What a processor is asked and what it answers; and what that is called on the wire.

A gateway is asked once for a payment. Under ``id`` it can tell that it was asked before: whoever
knows idempotency keys is given that one, and nobody else is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from ringfence.kernel.errors import LocalError
from ringfence.payments.entries import Entries
from ringfence.payments.order import PaymentOrder

Result = Literal[
    "success",
    "too-many-failed-attempts",
    "payment-connector-error",
    "caller-interrupted-with-star",
    "caller-hung-up",
    "validation-error",
    "transaction-cancelled",
    "internal-error",
]
"""How a payment ended, in Twilio's words."""

Standing = Literal["approved", "declined", "unknown", "unreached"]
"""``declined``: no money moved. ``unknown``: the processor was asked and did not answer; it may
have moved. ``unreached``: it was never asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One payment on its way to a processor. Whoever carries it wipes ``entries`` when done."""

    id: str
    order: PaymentOrder
    entries: Entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it. ``code``: ours, a word; ``error``: the processor's own code and text.

    ``pay_error``: Twilio's number for what went wrong, 0 for nothing.
    """

    standing: Standing
    code: str = ""
    pay_error: int = 0
    error: str = field(default="", repr=False)
    confirmation: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    profile: str = field(default="", repr=False)

    @property
    def result(self) -> Result:
        """The word for it."""
        return "success" if self.standing == "approved" else "payment-connector-error"


class Gateway(Protocol):
    """A processor that can be asked."""

    async def charge(self, charge: Charge, /) -> Outcome:
        """Ask it once; never raises for what the processor does."""
        ...


NO_CONNECTOR = 64004
REJECTED_CHARGE = 64008
REJECTED_TOKEN = 64010
REJECTED_CARD = 64012
SESSION_IN_PROGRESS = 64021
"""Twilio's numbers."""


def unreached(code: str, order: PaymentOrder) -> Outcome:
    """Nobody was asked, and why."""
    number = REJECTED_CHARGE if order.charges else REJECTED_TOKEN
    return Outcome(
        standing="unreached", code=code,
        pay_error=NO_CONNECTOR if code == "no_connector" else number,
    )  # fmt: skip


def unknown(code: str, order: PaymentOrder) -> Outcome:
    """Somebody was asked and did not answer."""
    number = REJECTED_CHARGE if order.charges else REJECTED_TOKEN
    return Outcome(standing="unknown", code=code, pay_error=number)


SENTENCES = {
    "no_connector": "no payment connector of that name is set up",
    "declined": "the card was declined",
    "rejected": "the processor rejected the payment",
    "no_answer": "the processor did not answer: whether it charged is not known",
    "unreachable": "the processor could not be reached",
    "not_secure": "the processor's address is not reached by TLS, or lies inside this network",
    "not_understood": "the processor's answer was not understood: whether it charged is not known",
    "not_stored": "the payment could not be written down, so nobody was asked",
    "rehearsed": "nobody pays in a simulation",
    "interrupted": "the server stopped before the answer came: whether it charged is not known",
}
"""What our codes mean, for people."""


def told(order: PaymentOrder, outcome: Outcome) -> tuple[tuple[str, str], ...]:
    """Return what a callback says of an outcome."""
    if outcome.standing == "approved":
        pairs = (
            ("PaymentConfirmationCode" if order.charges else "PaymentToken",
             outcome.confirmation if order.charges else outcome.token),
            ("ProfileId", outcome.profile),
        )  # fmt: skip
        return tuple(pair for pair in pairs if pair[1])
    sentence = SENTENCES.get(outcome.code)
    if sentence is None:
        raise LocalError("an outcome without a sentence")
    return (
        ("PaymentError", sentence),
        ("PayErrorCode", str(outcome.pay_error)),
        *((("ConnectorError", outcome.error),) if outcome.error else ()),
    )
