"""A payments session: an agent on the line leads a caller through a card, one entry at a time.

    open ──capture──▶ capturing ──entered──▶ open ──complete──▶ charging ──answer──▶ over
      │                   └──*──▶ over         └─▶ confirming ─1─▶ ▲                ▲
      └──cancel, caller gone──────────────────────────── └──2, *────────────────────┘

Where the agent wants it confirmed, the caller alone hears how the number they keyed in ends, digit
by digit from sentences that say nothing else, and nothing is charged without their 1.

It runs beside the call's program and whatever the call is about. What comes out is commands for the
call, requests and callbacks; every callback has what is still ``Required``, and entries masked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, cast

from ringfence.calls.commands import (
    Capture,
    Command,
    GuardDigits,
    Note,
    Play,
    StopCapture,
    StopPlay,
)
from ringfence.calls.secrecy import SecretEntered, SecretPressed
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, CallId, ClipId, LegId
from ringfence.markup.exchange import (
    Callback,
    ClipFailed,
    ClipReady,
    DropPayment,
    MakePayment,
    Params,
    PaymentMade,
    Request,
    Speak,
)
from ringfence.payments.charge import Charge, Outcome, Result, told
from ringfence.payments.entries import Entries
from ringfence.payments.order import FIELDS, Field, PaymentOrder
from ringfence.payments.wording import says

State = Literal["open", "capturing", "confirming", "charging", "over"]

_MATCHER: Final = "-matcher"
CAPTURES: Final = (*FIELDS, *(f"{name}{_MATCHER}" for name in FIELDS[:4]))
"""What may be asked for, in Twilio's words."""
_WORDS: Final = {"timeout": "input-timeout"}
_PLAY: Final = 1_900_000_000
"""From where prompts of a session are numbered: apart from those of programs."""
_CONFIRMED: Final = 4
"""Digits of the number that the caller hears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOrder:
    """What is asked of a session; ``callback``: who is told, absolute. ``capture`` or ``status``,
    neither at the beginning.
    """

    callback: str = field(repr=False)
    capture: str = ""
    status: Literal["", "complete", "cancel"] = ""


class PaySession:
    """One session of one leg of a call."""

    def __init__(
        self,
        payment: str,
        order: PaymentOrder,
        *,
        call: CallId,
        account: AccountId,
        leg: LegId | None,
        shown: CallId,
        began: Ms,
        confirm: bool = False,
        language: str = "",
    ) -> None:
        """``shown``: the SID that clients know the leg by; ``leg`` None: the call's first one.

        ``confirm``: the caller is asked in ``language`` before anything is charged.
        """
        self.payment = payment
        self.order = order
        self.call = call
        self.shown = shown
        self.leg = leg
        self.began = began
        self.updated = began
        self.state: State = "open"
        self._account = account
        self._entries = Entries(order)
        self._capturing: Field | None = None
        self._confirm = confirm
        self._language = language
        self._spoken: dict[int, ClipId | None] = {}
        self._play = _PLAY
        self._url = ""
        self._final: Params = ()
        self._out: list[Command | Request] = []

    # -- the machine ------------------------------------------------------------------------

    def do(self, order: SessionOrder, now: Ms) -> None:
        """Begin, capture, complete or cancel. Raises `Refused` where it cannot be done now."""
        if self.state in {"charging", "over"}:
            raise Refused("payment_over", "the payment is complete or cancelled")
        self.updated = now
        self._url = order.callback or self._url
        if order.status == "complete":
            self._complete()
        elif order.status == "cancel":
            self._end("transaction-cancelled", drop=True)
        elif order.capture:
            self._capture(order.capture)
        else:
            self._out.append(GuardDigits(on=True, why="session", leg=self.leg))
            self._tell(())

    def receive(
        self,
        news: SecretPressed | SecretEntered | PaymentMade | ClipReady | ClipFailed,
        now: Ms,
    ) -> None:
        """Keys, sentences that were asked for, or what came of the payment."""
        self.updated = now
        match news:
            case PaymentMade():
                if self.state == "charging":
                    self._made(news.outcome)
            case ClipReady() | ClipFailed():
                self._said(news)
            case SecretPressed():
                self._pressed(news)
            case SecretEntered():
                self._entered(news, now)

    def hang_up(self, now: Ms) -> None:
        """The call is over: nobody has paid, unless the processor is being asked."""
        self.updated = now
        if self.state in {"open", "capturing", "confirming"}:
            self._end("caller-hung-up", drop=True)

    def take_output(self) -> list[Command | Request]:
        """Return and forget what is to be carried out, in order."""
        out, self._out = self._out, []
        return out

    # -- entries ----------------------------------------------------------------------------

    def _capture(self, what: str) -> None:
        name, entries = cast("Field", what.removesuffix(_MATCHER)), self._entries
        second = what.endswith(_MATCHER)
        if what not in CAPTURES or name not in self.order.fields:
            raise Refused("bad_capture", "that is not a part of this payment")
        if second and not entries.again(name):
            raise Refused("bad_capture", "it was not entered a first time, or is not entered twice")
        if self.state in {"capturing", "confirming"}:
            self._out.append(StopCapture())
            self._capturing = None
            self._spoken.clear()
        if name == "security-code" and not entries.has("payment-card-number"):
            self._report(name, "invalid-card-number-security-code-capture-sequence")
            self.state = "open"
            return
        if not second:
            entries.forget(name)
        self.state, self._capturing = "capturing", name
        self._out.append(
            Capture(max_digits=entries.most(name), timeout_ms=self.order.timeout_ms, leg=self.leg)
        )
        self._report(what, partial=True)

    def _pressed(self, news: SecretPressed) -> None:
        name = self._capturing
        if name is None or self.state != "capturing":
            return
        if self._entries.is_whole(name, news.digits):
            self._out.append(StopCapture())
            return
        self._report(self._word(name), partial=True, pressed=len(news.digits))

    def _entered(self, news: SecretEntered, now: Ms) -> None:
        name, self._capturing = self._capturing, None
        if self.state == "confirming" and news.reason != "stopped":
            self._confirmed(news)
            return
        if name is None or self.state != "capturing":
            news.digits.wipe()
            return
        if news.key == "*":
            news.digits.wipe()
            self._end("caller-interrupted-with-star", drop=True)
            return
        word = self._word(name)
        self.state = "open"
        self._report(word, self._entries.take(name, news.digits, now))

    def _word(self, name: Field) -> str:
        return f"{name}{_MATCHER}" if self._entries.again(name) else name

    @property
    def required(self) -> tuple[str, ...]:
        """What is still to be entered, in Twilio's words."""
        return tuple(self._word(name) for name in self._entries.missing)

    # -- the end ----------------------------------------------------------------------------

    def _complete(self) -> None:
        if self.state == "capturing" or self.required:
            raise Refused("payment_incomplete", f"still to be entered: {', '.join(self.required)}")
        if self.state == "confirming":
            raise Refused("payment_incomplete", "the caller is being asked to confirm")
        if self._confirm:
            self._ask_caller()
        else:
            self._charge()

    def _ask_caller(self) -> None:
        """Have the parts of the question spoken; none of them says more than a digit."""
        self.state = "confirming"
        card = self.order.method == "credit-card"
        number = self._entries.secret("payment-card-number" if card else "bank-account-number")
        before, language = says("confirm", self._language)
        after, _ = says("confirm-keys", self._language)
        self._spoken = {}
        for place, text in enumerate((before, *number.last(_CONFIRMED), after)):
            self._spoken[place] = None
            self._out.append(Speak(request=place, text=text, language=language))

    def _said(self, news: ClipReady | ClipFailed) -> None:
        if self.state != "confirming" or news.request not in self._spoken:
            return
        if isinstance(news, ClipFailed):
            self._spoken.clear()
            self.state = "open"  # nobody agreed, so nothing is charged; it may be tried again
            self._out.append(Note(code="speech_failed", text="the caller could not be asked"))
            self._report("", "internal-error")
            return
        self._spoken[news.request] = news.clip
        clips = tuple(clip for clip in self._spoken.values() if clip is not None)
        if len(clips) == len(self._spoken):
            self._play += 1
            self._out.append(Play(play=self._play, clips=clips, leg=self.leg))
            self._out.append(Capture(max_digits=1, timeout_ms=self.order.timeout_ms, leg=self.leg))

    def _confirmed(self, news: SecretEntered) -> None:
        key = news.key or news.digits.reveal()
        news.digits.wipe()
        self._out.append(StopPlay(leg=self.leg))
        if key == "1":
            self._charge()
        elif key in {"2", "*"}:
            star = key == "*"
            result: Result = "caller-interrupted-with-star" if star else "transaction-cancelled"
            self._end(result, drop=True)
        else:
            self._ask_caller()

    def _charge(self) -> None:
        self.state = "charging"
        self._final = self._shown()
        charge = Charge(id=self.payment, order=self.order, entries=self._entries)
        self._out.append(MakePayment(request=0, charge=charge))

    def _made(self, outcome: Outcome) -> None:
        self._end(outcome.result, told(self.order, outcome))

    def _end(self, result: Result, more: Params = (), *, drop: bool = False) -> None:
        shown = self._final or self._shown()
        self.state = "over"
        self._entries.wipe()
        if drop:
            self._out.append(DropPayment(payment=self.payment, result=result))
        self._out.append(GuardDigits(on=False, why="session", leg=self.leg))
        self._out.append(Note(code="payment_ended", text=f"payment ended: {result}"))
        self._tell((*self._dated(), *shown, ("Result", result), *more))

    # -- telling ----------------------------------------------------------------------------

    def _shown(self) -> Params:
        bank = (("BankAccountType", self.order.bank_account_type),)
        return (*self._entries.masked(), *(bank if self.order.method == "ach-debit" else ()))

    def _report(
        self, word: str, error: str = "", *, partial: bool = False, pressed: int = 0
    ) -> None:
        shown = self._shown()
        if pressed:
            name = _PARAMETER[cast("Field", word.removesuffix(_MATCHER))]
            shown = (*(pair for pair in shown if pair[0] != name), (name, "x" * pressed))
        self._tell(
            (
                *self._dated(),
                *((("Capture", word),) if word else ()),
                ("PartialResult", "true" if partial else "false"),
                ("Required", " ".join(self.required)),
                *shown,
                *((("ErrorType", _WORDS.get(error, error)),) if error else ()),
            )
        )

    def _dated(self) -> Params:
        return (("DateUpdated", _instant(self.updated)),)

    def _tell(self, more: Params) -> None:
        order = self.order
        what = ("ChargeAmount", order.amount) if order.charges else ("TokenType", order.token_type)
        params: Params = (
            ("AccountSid", self._account),
            ("CallSid", self.shown),
            ("Sid", self.payment),
            ("DateCreated", _instant(self.began)),
            ("PaymentConnector", order.connector),
            ("PaymentMethod", order.method),
            what,
            *more,
        )
        self._out.append(
            Callback(url=self._url, params=params, kind="payment", subject=self.payment)
        )


_PARAMETER: Final[dict[Field, str]] = {
    "payment-card-number": "PaymentCardNumber",
    "expiration-date": "ExpirationDate",
    "security-code": "SecurityCode",
    "postal-code": "PaymentCardPostalCode",
    "bank-routing-number": "BankRoutingNumber",
    "bank-account-number": "BankAccountNumber",
}


def _instant(at: Ms) -> str:
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03}Z"
