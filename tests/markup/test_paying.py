"""Pay: what is asked, what is told, how it ends."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringfence.calls import commands, notices
from ringfence.kernel.secret import SecretDigits
from ringfence.markup.context import Source
from ringfence.markup.exchange import (
    Callback,
    DropPayment,
    Fetch,
    GoTo,
    MakePayment,
    OpenPayment,
    PaymentMade,
    PaymentOpened,
)
from ringfence.payments.charge import Outcome, unknown, unreached

BASE = Source(url="https://x.example/d/voice")
NOW = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000)
PAYMENT = "PK" + "1" * 32
CARD, DATE, CODE = "4242424242424242", "1231", "737"


def pay(script, attributes="postalCode='false' chargeAmount='20.45'", inside="", *, opened=True):
    s = script(BASE)
    s.clock.set(NOW)
    s.begin()
    s.fetched(
        f"<Response><Pay action='/paid' statusCallback='/status' {attributes}>{inside}</Pay>"
        "<Say>next</Say></Response>"
    )
    if opened:
        s.tell(PaymentOpened(request=s.last(OpenPayment).request, payment=PAYMENT))
    return s


def enter(s, digits, key="#"):
    secret = SecretDigits(digits)
    for press in range(len(digits)):
        s.tell(notices.SecretPressed(by="program", digits=SecretDigits(digits[: press + 1])))
    reason = "finish_key" if key else "timeout"
    s.tell(notices.SecretEntered(by="program", digits=secret, reason=reason, key=key))
    return secret


def made(s, outcome):
    return s.tell(PaymentMade(request=s.last(MakePayment).request, outcome=outcome))


def reports(s):
    return [s.params(c) for c in s.all(Callback) if c.url.endswith("/status")]


def test_a_card_is_asked_for_and_charged(script):
    s = pay(script)
    order = s.last(OpenPayment).order
    assert (order.amount, order.currency, order.connector) == ("20.45", "usd", "Default")
    assert s.last(commands.GuardDigits) == commands.GuardDigits(on=True, why="verb")
    assert s.last(commands.Collect) == commands.Collect(
        max_digits=19, finish_on="#*", timeout_ms=5000, prompting=True, sensitive=True
    )
    enter(s, CARD)
    assert s.last(commands.Collect).max_digits == 4
    enter(s, DATE, "")
    assert s.last(commands.Collect).max_digits == 3
    enter(s, CODE, "")
    charge = s.last(MakePayment).charge
    assert charge.id == PAYMENT
    assert charge.entries.secret("payment-card-number").reveal() == CARD
    charge.entries.wipe()  # as whoever carries it does
    made(s, Outcome(standing="approved", confirmation="ch_1"))
    assert s.last(Fetch).url == "https://x.example/paid"
    params = s.params()
    assert params["Result"] == "success"
    assert params["PaymentCardNumber"] == "xxxxxxxxxxxx4242"
    assert params["SecurityCode"] == "xxx"
    assert params["ExpirationDate"] == DATE
    assert params["PaymentConfirmationCode"] == "ch_1"
    assert params["PaymentMethod"] == "credit-card"
    assert s.last(commands.GuardDigits).on is False
    assert [r["For"] for r in reports(s)] == [
        "payment-card-number", "expiration-date", "security-code", "payment-processing",
        "payment-processing",
    ]  # fmt: skip
    assert {c.kind for c in s.all(Callback)} == {"payment"}


def test_no_digit_is_in_anything_that_comes_out(script):
    s = pay(script)
    for digits in (CARD, DATE, CODE):
        enter(s, digits)
    made(s, Outcome(standing="approved", confirmation="ch_1"))
    told = [v for item in s.log if isinstance(item, Callback | Fetch) for _, v in item.params]
    assert not [v for v in told if isinstance(v, str) and (CARD in v or v == CODE)]
    assert CARD not in repr(s.log)
    assert CARD not in " ".join(note.text for note in s.notes)


def test_without_a_connector_nobody_is_asked_for_a_card(script):
    s = pay(script, opened=False)
    ask = s.last(OpenPayment)
    s.tell(PaymentOpened(request=ask.request, outcome=unreached("no_connector", ask.order)))
    assert not s.all(commands.Collect)
    params = s.params()
    assert (params["Result"], params["PayErrorCode"]) == ("payment-connector-error", "64004")
    assert "payment_no_connector" in s.codes


@pytest.mark.parametrize(
    ("attributes", "number"),
    [("chargeAmount='-0.5'", "64003"), ("chargeAmount='ten'", "64003"),
     ("currency='dollars'", "64020"), ("validCardTypes='visa acme'", "64020")],
)  # fmt: skip
def test_a_wrong_attribute_is_a_validation_error(script, attributes, number):
    s = pay(script, attributes, opened=False)
    assert not s.all(OpenPayment)
    params = s.params()
    assert (params["Result"], params["PayErrorCode"]) == ("validation-error", number)
    assert "payment_invalid" in s.codes


def test_what_is_wrong_is_asked_for_again_and_then_no_more(script):
    s = pay(script, "maxAttempts='2' postalCode='false'")
    for attempt in (1, 2):
        enter(s, "4242424242424241")
        assert reports(s)[-1]["ErrorType"] == "invalid-card-number"
        assert reports(s)[-1]["Attempt"] == str(attempt + 1)
    wrong = enter(s, "")
    params = s.params()
    assert params["Result"] == "too-many-failed-attempts"
    assert params["PaymentError"] == "input-timeout"
    assert s.last(DropPayment) == DropPayment(payment=PAYMENT, result="too-many-failed-attempts")
    assert not wrong
    assert s.heard.count("That is not a valid card number.") == 2


def test_each_entry_has_its_own_attempts(script):
    s = pay(script)
    enter(s, "1")
    enter(s, CARD)
    enter(s, "9999")
    assert reports(s)[-1]["Attempt"] == "2"
    enter(s, DATE)
    assert reports(s)[-1]["For"] == "security-code"


def test_a_star_ends_it(script):
    s = pay(script)
    half = enter(s, "4242", "*")
    assert s.params()["Result"] == "caller-interrupted-with-star"
    assert not half
    assert s.last(DropPayment).result == "caller-interrupted-with-star"


def test_who_hangs_up_has_not_paid(script):
    s = pay(script)
    enter(s, CARD)
    s.hang_up()
    told = s.params(s.all(Callback)[-1])
    assert told["Result"] == "caller-hung-up"
    assert s.last(DropPayment).result == "caller-hung-up"
    assert s.all(Callback)[-1].kind == "action"


def test_who_hangs_up_while_it_is_charged_may_have_paid(script):
    s = pay(script)
    for digits in (CARD, DATE, CODE):
        enter(s, digits)
    s.hang_up()
    assert not s.all(DropPayment)
    made(s, Outcome(standing="approved", confirmation="ch_1"))
    assert s.params(s.all(Callback)[-1])["Result"] == "success"


def test_another_document_in_between_charges_nothing(script):
    s = pay(script)
    enter(s, CARD)
    s.order(GoTo(url="https://x.example/else"))
    assert s.last(DropPayment).result == "transaction-cancelled"
    assert not s.all(MakePayment)


def test_an_opened_payment_that_nobody_waits_for_is_dropped(script):
    s = pay(script, opened=False)
    ask = s.last(OpenPayment)
    s.order(GoTo(url="https://x.example/else"))
    s.tell(PaymentOpened(request=ask.request, payment=PAYMENT))
    assert s.last(DropPayment).payment == PAYMENT


def test_an_answer_that_did_not_come_is_no_success(script):
    s = pay(script)
    for digits in (CARD, DATE, CODE):
        enter(s, digits)
    made(s, unknown("no_answer", s.last(OpenPayment).order))
    params = s.params()
    assert params["Result"] == "payment-connector-error"
    assert params["PayErrorCode"] == "64008"
    assert "not known" in params["PaymentError"]
    assert "payment_failed" in s.codes


def test_a_whole_number_needs_no_finishing_key(script):
    s = pay(script)
    s.tell(notices.SecretPressed(by="program", digits=SecretDigits("555555555555444")))
    assert not s.all(commands.StopCollect)
    s.tell(notices.SecretPressed(by="program", digits=SecretDigits("5555555555554444")))
    assert s.all(commands.StopCollect)


def test_a_bank_account(script):
    s = pay(script, "paymentMethod='ach-debit' bankAccountType='commercial-checking'")
    enter(s, "121181976")
    enter(s, "508862392")
    made(s, Outcome(standing="approved", token="tok_1"))
    params = s.params()
    assert params["BankAccountNumber"] == "*******92"
    assert params["BankRoutingNumber"] == "121181976"
    assert params["BankAccountType"] == "commercial-checking"
    assert params["PaymentToken"] == "tok_1"


def test_what_has_to_be_entered_twice(script):
    twice = (
        "<Prompt for='security-code'><Say>code</Say></Prompt>"
        "<Prompt for='security-code' requireMatchingInputs='true'><Say>again</Say></Prompt>"
        "<Prompt for='security-code' errorType='input-matching-failed'><Say>differ</Say></Prompt>"
    )
    s = pay(script, "postalCode='false'", twice)
    enter(s, CARD)
    enter(s, DATE)
    enter(s, CODE)
    assert s.heard[-1] == "again"
    enter(s, "999")
    assert reports(s)[-1]["ErrorType"] == "input-matching-failed"
    assert s.heard[-1] == "differ"
    enter(s, CODE)
    enter(s, CODE)
    assert s.all(MakePayment)


def test_without_an_action_only_a_success_goes_back_to_the_document(script):
    for outcome, url in ((Outcome(standing="approved", token="t"), BASE.url), (None, None)):
        s = script(BASE)
        s.clock.set(NOW)
        s.begin()
        s.fetched("<Response><Pay postalCode='false'/><Say>next</Say></Response>")
        s.tell(PaymentOpened(request=s.last(OpenPayment).request, payment=PAYMENT))
        if outcome is None:
            enter(s, "", "*")
            assert s.heard[-1] == "next"
            continue
        for digits in (CARD, DATE, CODE):
            enter(s, digits)
        made(s, outcome)
        assert s.last(Fetch).url == url
        assert s.params()["PaymentToken"] == "t"


KEYS = st.lists(
    st.tuples(st.sampled_from([CARD, DATE, CODE, "", "1", "94105", "378282246310005"]),
              st.sampled_from(["#", "", "#", "#", "*"])), max_size=12,
)  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(keys=KEYS, hangs_up=st.booleans())
def test_whatever_is_pressed_it_ends_once_and_keeps_nothing(script, keys, hangs_up):
    """However a caller types, a payment is made or dropped once, told once, and all is wiped."""
    s = pay(script, "maxAttempts='3'")
    secrets = []
    for digits, key in keys:
        if s.all(MakePayment, DropPayment):
            break
        secrets.append(enter(s, digits, key))
    if s.all(MakePayment):
        s.last(MakePayment).charge.entries.wipe()
        made(s, Outcome(standing="approved", token="t"))
    elif hangs_up or not s.all(DropPayment):
        s.hang_up()
    assert len(s.all(MakePayment, DropPayment)) == 1
    results = [r for r in reports(s) if "Result" in r]
    assert len(results) == 1
    assert not any(secrets)
    assert s.last(commands.GuardDigits).on is False or s.program.over
