"""Pay: ask for a card or a bank account key by key, and have a processor charge it.

    opening ──known──▶ asking ──all entered──▶ charging ──answer──▶ action with Result
       │                │  ▲                      └──caller gone──▶ the same, once it is here
       │                │  └──wrong, too late──┐
       │                ├──────────────────────┘
       │                ├──too often wrong──▶ too-many-failed-attempts
       │                ├──*────────────────▶ caller-interrupted-with-star
       │                └──caller gone──────▶ caller-hung-up
       └──no connector──▶ payment-connector-error      attribute wrong──▶ validation-error

From its first moment to its last the call keeps digits secret (`ringfence.calls.secrecy`), also
between two entries. What was entered lies in `Entries`; a callback gets it masked. An action that
is not there means the document's own URL after a success, else the next verb.
"""

from __future__ import annotations

from typing import Literal

from ringfence.calls import commands, notices
from ringfence.calls.notices import Notice
from ringfence.kernel.clock import Ms
from ringfence.markup.exchange import (
    Answer,
    DropPayment,
    MakePayment,
    OpenPayment,
    Params,
    PaymentMade,
    PaymentOpened,
)
from ringfence.markup.payment_prompts import prompts_for
from ringfence.markup.payment_words import bad_attribute, order_of
from ringfence.markup.speaking import PromptLine
from ringfence.markup.stage import Stage, Step
from ringfence.markup.verbs import Pay
from ringfence.payments.charge import Charge, Outcome, Result, told
from ringfence.payments.entries import Entries
from ringfence.payments.order import Field, PaymentOrder

_LEAST_TIMEOUT_MS = 1_000
_CALLBACK_WORDS = {"timeout": "input-timeout"}
"""What a callback calls an error, where a Prompt calls it otherwise."""


class PayStep(Step):
    """One Pay."""

    __slots__ = (
        "_base", "_entries", "_failures", "_line", "_order", "_pay", "_payment", "_request",
        "_shown", "_stage", "_state",
    )  # fmt: skip

    def __init__(self, stage: Stage, pay: Pay, base: str) -> None:
        self._stage = stage
        self._pay = pay
        self._base = base
        self._order = PaymentOrder()
        self._entries = Entries(self._order)
        self._line: PromptLine | None = None
        self._failures = 0
        """Of the field that is being asked for."""
        self._request = 0
        self._payment = ""
        self._shown: Params = ()
        """What may be told of the entries, once a processor has them."""
        self._state: Literal["idle", "opening", "asking", "charging", "done"] = "idle"

    def begin(self) -> None:
        stage, wrong = self._stage, bad_attribute(self._pay)
        if wrong is not None:
            stage.note("payment_invalid", wrong.sentence, at=self._pay)
            self._end(
                "validation-error",
                (("PaymentError", wrong.sentence), ("PayErrorCode", str(wrong.number))),
            )
            return
        self._order = order_of(self._pay)
        self._entries = Entries(self._order)
        self._state = "opening"
        self._request = stage.next_request()
        stage.ask(OpenPayment(request=self._request, order=self._order))

    def take(self, answer: Answer) -> bool:
        if isinstance(answer, PaymentOpened) and answer.request == self._request:
            self._opened(answer)
        elif isinstance(answer, PaymentMade) and answer.request == self._request:
            self._made(answer.outcome)
        else:
            return False
        return True

    def receive(self, notice: Notice) -> None:
        line = self._line
        match notice:
            case notices.SecretPressed(by="program") if self._state == "asking":
                field = self._entries.missing[0]
                if self._entries.is_whole(field, notice.digits):
                    self._stage.command(commands.StopCollect())
            case notices.SecretEntered(by="program"):
                if self._state == "asking":
                    self._entered(notice)
                else:
                    notice.digits.wipe()
            case notices.PlayFinished(reason="stopped") if (
                line is not None and line.state == "playing"
            ):
                # the first key cut the prompt short: the ones after it are not wanted either
                self._stage.progress()
                line.state = "done"
                self._prompts_done()
            case _:
                if line is not None:
                    line.receive(notice)

    def clip_settled(self) -> None:
        if self._line is not None:
            self._line.clip_settled()

    def deadline(self) -> Ms | None:
        return None if self._line is None else self._line.deadline()

    def fire(self) -> None:
        if self._line is not None:
            self._line.fire()

    def abandon(self) -> None:
        if self._line is not None:
            self._line.abandon()
        if self._state in {"opening", "asking"}:
            self._drop("transaction-cancelled")
        self._state = "done"

    def hung_up(self) -> None:
        if self._state in {"opening", "asking"}:
            self._drop("caller-hung-up")
            self._end("caller-hung-up", ())

    # -- asking -------------------------------------------------------------------------------

    def _opened(self, opened: PaymentOpened) -> None:
        if self._state != "opening":
            return
        if opened.outcome is not None:
            self._finish(opened.outcome)
            return
        self._payment = opened.payment
        self._stage.command(commands.GuardDigits(on=True, why="verb"))
        self._ask()

    def _ask(self, error: str = "") -> None:
        field, entries = self._entries.missing[0], self._entries
        self._state = "asking"
        self._say(field, error)
        self._stage.command(
            commands.Collect(
                max_digits=entries.most(field),
                finish_on="#*",
                timeout_ms=max(self._order.timeout_ms, _LEAST_TIMEOUT_MS),
                prompting=True,
                sensitive=True,
            )
        )
        self._report(field, error)
        if self._line is not None:
            self._line.begin()

    def _say(self, what: Field | Literal["payment-processing"], error: str = "") -> None:
        found = prompts_for(
            self._pay,
            what,
            attempt=self._failures + 1,
            error=error,
            card_type=self._entries.card_type,
            again=what != "payment-processing" and self._entries.again(what),
            language=self._pay.language or self._stage.context.language,
        )
        self._line = PromptLine(
            self._stage, found, self._base, self._prompts_done, audible_pauses=True
        )

    def _prompts_done(self) -> None:
        if self._state == "asking":
            self._stage.command(commands.PromptsDone())

    def _entered(self, entered: notices.SecretEntered) -> None:
        stage, entries = self._stage, self._entries
        if self._line is not None:
            self._line.stop()
        stage.progress()
        if entered.key == "*":
            entered.digits.wipe()
            self._drop("caller-interrupted-with-star")
            self._end("caller-interrupted-with-star", ())
            return
        field = entries.missing[0]
        error = entries.take(field, entered.digits, stage.now)
        if not error:
            self._failures = 0 if entries.has(field) else self._failures
            if entries.missing:
                self._ask()
            else:
                self._charge()
            return
        self._failures += 1
        if self._failures <= self._pay.max_attempts:
            self._ask(error)
            return
        self._drop("too-many-failed-attempts")
        word = _CALLBACK_WORDS.get(error, error)
        self._end("too-many-failed-attempts", (("PaymentError", word),))

    # -- charging -----------------------------------------------------------------------------

    def _charge(self) -> None:
        stage = self._stage
        self._shown = self._about()  # whoever asks the processor wipes the rest
        self._state = "charging"
        self._request = stage.next_request()
        self._report("payment-processing")
        stage.ask(
            MakePayment(
                request=self._request,
                charge=Charge(id=self._payment, order=self._order, entries=self._entries),
            )
        )
        self._say("payment-processing")
        if self._line is not None:
            self._line.begin()

    def _made(self, outcome: Outcome) -> None:
        if self._state == "charging":
            if self._line is not None:
                self._line.stop()
            self._finish(outcome)

    def _finish(self, outcome: Outcome) -> None:
        if outcome.standing != "approved":
            code = "payment_no_connector" if outcome.code == "no_connector" else "payment_failed"
            self._stage.note(code, dict(told(self._order, outcome))["PaymentError"], at=self._pay)
        self._end(outcome.result, told(self._order, outcome))

    def _drop(self, result: Result) -> None:
        """It ends before a processor was asked."""
        if self._payment:
            self._stage.ask(DropPayment(payment=self._payment, result=result))

    def _end(self, result: Result, more: Params) -> None:
        stage, pay = self._stage, self._pay
        self._state = "done"
        params: Params = (
            ("Result", result),
            ("PaymentMethod", self._order.method),
            *(self._shown or self._about()),
            *more,
        )
        self._entries.wipe()
        stage.command(commands.GuardDigits(on=False, why="verb"))
        stage.command(commands.Note(code="payment_ended", text=f"payment ended: {result}"))
        if pay.status_callback:
            self._tell((("For", "payment-processing"), *params))
        if pay.action is None and (result != "success" or stage.whole("") is None):
            stage.proceed()
        else:
            stage.go(pay.action, "POST", params)

    def _about(self) -> Params:
        kind = self._order.bank_account_type
        bank = (("BankAccountType", kind),) if self._order.method == "ach-debit" else ()
        return (*self._entries.masked(), *bank)

    def _report(self, what: str, error: str = "") -> None:
        if not self._pay.status_callback:
            return
        params: Params = (("For", what), ("PaymentMethod", self._order.method), *self._about())
        if what != "payment-processing":
            params = (*params, ("Attempt", str(self._failures + 1)))
        if error:
            params = (*params, ("ErrorType", _CALLBACK_WORDS.get(error, error)))
        self._tell(params)

    def _tell(self, params: Params) -> None:
        pay = self._pay
        if pay.status_callback:
            self._stage.tell(pay.status_callback, pay.status_callback_method, params, "payment")
