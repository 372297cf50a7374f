"""A payments session: captured one by one, masked, completed once."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.calls.commands import Capture, GuardDigits, Play, StopCapture
from ringfence.calls.secrecy import SecretEntered, SecretPressed
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, CallId, ClipId
from ringfence.kernel.secret import SecretDigits
from ringfence.markup.exchange import (
    Callback,
    ClipFailed,
    ClipReady,
    DropPayment,
    MakePayment,
    PaymentMade,
    Speak,
)
from ringfence.markup.pay_session import CAPTURES, PaySession, SessionOrder
from ringfence.payments.charge import Outcome
from ringfence.payments.order import PaymentOrder

NOW = Ms(int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000))
CALL = CallId("CA" + "1" * 32)
URL = "https://x.example/pay"
CARD = "4242424242424242"
ORDER = PaymentOrder(amount="20.45", postal_code=False)


class Desk:
    """A session with all that came out of it."""

    def __init__(self, order: PaymentOrder = ORDER, *, confirm: bool = False) -> None:
        self.session = PaySession(
            "PK1", order, call=CALL, account=AccountId("AC1"), leg=None, shown=CALL, began=NOW,
            confirm=confirm,
        )  # fmt: skip
        self.log: list = []
        self.ask()

    def ask(self, **more) -> None:
        try:
            self.session.do(SessionOrder(callback=URL, **more), NOW)
        finally:
            self.log += self.session.take_output()

    def enter(self, digits: str, key: str = "#") -> SecretDigits:
        secret = SecretDigits(digits)
        reason = "finish_key" if key else "max_digits"
        self.tell(SecretEntered(by="session", digits=secret, reason=reason, key=key))
        return secret

    def tell(self, news) -> None:
        self.session.receive(news, NOW)
        self.log += self.session.take_output()

    def all(self, *kinds) -> list:
        return [one for one in self.log if isinstance(one, kinds)]

    @property
    def told(self) -> dict[str, str]:
        return dict(self.all(Callback)[-1].params)


def test_it_keeps_digits_secret_and_says_what_it_is_for() -> None:
    desk = Desk()
    assert desk.all(GuardDigits) == [GuardDigits(on=True, why="session")]
    assert desk.told == {
        "AccountSid": "AC1", "CallSid": CALL, "Sid": "PK1",
        "DateCreated": "2026-11-22T00:00:00.000Z", "PaymentConnector": "Default",
        "PaymentMethod": "credit-card", "ChargeAmount": "20.45",
    }  # fmt: skip


def test_a_card_one_by_one() -> None:
    desk = Desk()
    desk.ask(capture="payment-card-number")
    assert desk.all(Capture)[-1] == Capture(max_digits=19, timeout_ms=5000)
    assert (desk.told["PartialResult"], desk.told["Required"]) == (
        "true", "payment-card-number expiration-date security-code",
    )  # fmt: skip
    desk.tell(SecretPressed(by="session", digits=SecretDigits("42")))
    assert desk.told["PaymentCardNumber"] == "xx"
    desk.enter(CARD)
    assert desk.told["PaymentCardNumber"] == "xxxxxxxxxxxx4242"
    assert desk.told["PartialResult"] == "false"
    assert desk.told["Required"] == "expiration-date security-code"
    desk.ask(capture="expiration-date")
    desk.tell(SecretPressed(by="session", digits=SecretDigits("1231")))
    assert desk.all(StopCapture)
    desk.enter("1231", "")
    desk.ask(capture="security-code")
    assert desk.all(Capture)[-1].max_digits == 3
    desk.enter("737", "")
    assert desk.told["Required"] == ""
    assert desk.told["SecurityCode"] == "xxx"
    desk.ask(status="complete")
    charge = desk.all(MakePayment)[-1].charge
    assert charge.entries.secret("security-code").reveal() == "737"
    charge.entries.wipe()
    desk.tell(PaymentMade(request=0, outcome=Outcome(standing="approved", confirmation="ch")))
    assert desk.told["Result"] == "success"
    assert desk.told["PaymentConfirmationCode"] == "ch"
    assert desk.told["PaymentCardNumber"] == "xxxxxxxxxxxx4242"
    assert desk.all(GuardDigits)[-1].on is False
    assert CARD not in repr(desk.log)


def test_what_is_missing_is_said_and_nothing_is_charged() -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.ask(status="complete")
    assert refused.value.code == "payment_incomplete"
    assert "security-code" in refused.value.reason
    assert not desk.all(MakePayment)


@pytest.mark.parametrize("what", ["bank-account-number", "postal-code", "name",
                                  "payment-card-number-matcher"])  # fmt: skip
def test_what_is_no_part_of_it(what: str) -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.ask(capture=what)
    assert refused.value.code == "bad_capture"


def test_a_code_comes_after_its_card() -> None:
    desk = Desk()
    desk.ask(capture="security-code")
    assert desk.told["ErrorType"] == "invalid-card-number-security-code-capture-sequence"
    assert not desk.all(Capture)


def test_what_is_wrong_is_asked_for_again() -> None:
    desk = Desk()
    desk.ask(capture="payment-card-number")
    wrong = desk.enter("4242424242424241")
    assert desk.told["ErrorType"] == "invalid-card-number"
    assert not wrong
    desk.ask(capture="payment-card-number")
    desk.enter("", "")
    assert desk.told["ErrorType"] == "input-timeout"


def test_what_is_entered_twice() -> None:
    desk = Desk(PaymentOrder(postal_code=False, matching=frozenset({"expiration-date"})))
    desk.ask(capture="expiration-date")
    desk.enter("1231")
    assert "expiration-date-matcher" in desk.told["Required"]
    desk.ask(capture="expiration-date-matcher")
    desk.enter("1131")
    assert desk.told["ErrorType"] == "input-matching-failed"
    desk.ask(capture="expiration-date")
    desk.enter("1231")
    desk.ask(capture="expiration-date-matcher")
    desk.enter("1231")
    assert desk.told["ExpirationDate"] == "1231"


@pytest.mark.parametrize(
    ("end", "result"),
    [("star", "caller-interrupted-with-star"), ("cancel", "transaction-cancelled"),
     ("gone", "caller-hung-up")],
)  # fmt: skip
def test_how_it_ends_without_a_payment(end: str, result: str) -> None:
    desk = Desk()
    desk.ask(capture="payment-card-number")
    match end:
        case "star":
            desk.enter("42", "*")
        case "cancel":
            desk.ask(status="cancel")
        case _:
            desk.session.hang_up(NOW)
            desk.log += desk.session.take_output()
    assert desk.told["Result"] == result
    assert desk.all(DropPayment)[-1].result == result
    late = desk.enter(CARD)
    assert not late
    with pytest.raises(Refused):
        desk.ask(status="complete")


@given(
    st.lists(
        st.one_of(
            st.sampled_from(CAPTURES),
            st.sampled_from(["complete", "cancel", "gone"]),
            st.tuples(st.sampled_from([CARD, "1231", "737", ""]), st.sampled_from(["#", "", "*"])),
        ),
        max_size=20,
    )
)
def test_whatever_an_agent_asks_it_is_charged_once_at_most_and_ends_once(steps: list) -> None:
    """However it is driven, no secret is left after the end and one result is told."""
    desk = Desk()
    secrets = []
    for step in steps:
        if isinstance(step, tuple):
            secrets.append(desk.enter(*step))
        elif step == "gone":
            desk.session.hang_up(NOW)
            desk.log += desk.session.take_output()
        else:
            try:
                desk.ask(
                    **({"status": step} if step in {"complete", "cancel"} else {"capture": step})
                )
            except Refused:
                pass
    desk.session.hang_up(NOW)
    desk.log += desk.session.take_output()
    if desk.all(MakePayment):
        desk.all(MakePayment)[0].charge.entries.wipe()
        desk.tell(PaymentMade(request=0, outcome=Outcome(standing="approved", confirmation="c")))
    assert len(desk.all(MakePayment, DropPayment)) == 1
    assert len([c for c in desk.all(Callback) if "Result" in dict(c.params)]) == 1
    assert not any(secrets)


# --- confirmed by the caller ----------------------------------------------------------------------


def asked_to_confirm(*, card: str = CARD) -> Desk:
    desk = Desk(confirm=True)
    for what, digits in (
        ("payment-card-number", card), ("expiration-date", "1231"), ("security-code", "123")
    ):  # fmt: skip
        desk.ask(capture=what)
        desk.enter(digits)
    desk.ask(status="complete")
    return desk


def spoken(desk: Desk) -> None:
    for one in desk.all(Speak):
        desk.tell(ClipReady(request=one.request, clip=ClipId(f"CL-{one.request}")))


def test_the_caller_hears_how_the_number_ends_and_no_sentence_holds_it() -> None:
    desk = asked_to_confirm()
    texts = [one.text for one in desk.all(Speak)]
    assert texts[1:-1] == list(CARD[-4:])
    assert desk.all(MakePayment, Play) == []
    spoken(desk)
    (play,) = desk.all(Play)
    assert len(play.clips) == 6
    assert desk.all(Capture)[-1].max_digits == 1
    with pytest.raises(Refused, match="payment_incomplete"):
        desk.ask(status="complete")


@pytest.mark.parametrize(
    ("keys", "result"),
    [("1", ""), ("2", "transaction-cancelled"), ("*", "caller-interrupted-with-star")],
)
def test_nothing_is_charged_without_a_one(keys: str, result: str) -> None:
    desk = asked_to_confirm()
    spoken(desk)
    desk.enter("" if keys == "*" else keys, keys if keys == "*" else "")
    assert len(desk.all(MakePayment)) == (not result)
    assert len(desk.all(DropPayment)) == bool(result)
    if result:
        assert desk.told["Result"] == result


def test_another_key_asks_again() -> None:
    desk = asked_to_confirm()
    spoken(desk)
    desk.log.clear()
    desk.enter("7", "")
    assert len(desk.all(Speak)) == 6
    assert desk.all(MakePayment, DropPayment) == []
    spoken(desk)
    desk.enter("1", "")
    assert len(desk.all(MakePayment)) == 1


def test_who_cannot_be_asked_pays_nothing_and_may_be_asked_again() -> None:
    desk = asked_to_confirm()
    desk.tell(ClipFailed(request=0))
    assert desk.told["ErrorType"] == "internal-error"
    assert desk.all(MakePayment) == []
    desk.log.clear()
    desk.ask(status="complete")
    spoken(desk)
    desk.enter("1", "")
    assert len(desk.all(MakePayment)) == 1


def test_an_entry_may_be_taken_anew_instead_of_confirmed() -> None:
    desk = asked_to_confirm()
    spoken(desk)
    desk.ask(capture="expiration-date")
    assert desk.all(StopCapture)
    desk.enter("", "")
    assert desk.all(MakePayment) == []


def test_who_hangs_up_instead_pays_nothing() -> None:
    desk = asked_to_confirm()
    spoken(desk)
    desk.session.hang_up(NOW)
    desk.log += desk.session.take_output()
    assert desk.told["Result"] == "caller-hung-up"
