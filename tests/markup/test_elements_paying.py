"""The table's part about payments: what is read, what is reported."""

from ringfence.markup.parser import parse
from ringfence.markup.verbs import Pay


def test_every_attribute_has_its_field() -> None:
    document = parse(
        "<Response><Pay input='dtmf' action='/a' statusCallback='/s' statusCallbackMethod='GET'"
        " paymentMethod='ach-debit' bankAccountType='consumer-savings' timeout='7'"
        " maxAttempts='2' securityCode='false' postalCode='94105' minPostalCodeLength='4'"
        " paymentConnector='acme' tokenType='one-time' chargeAmount='20.45' currency='eur'"
        " description='words' validCardTypes='visa jcb' language='de-DE'>"
        "<Prompt for='security-code' errorType='timeout invalid-security-code' cardType='amex'"
        " attempt='1 2' requireMatchingInputs='true'>"
        "<Say>a</Say><Play>b.wav</Play><Pause/></Prompt>"
        "<Parameter name='order' value='17'/></Pay></Response>"
    )
    assert document.problems == ()
    (pay,) = document.verbs
    assert isinstance(pay, Pay)
    assert (pay.payment_method, pay.bank_account_type, pay.timeout) == (
        "ach-debit", "consumer-savings", 7,
    )  # fmt: skip
    assert (pay.max_attempts, pay.security_code, pay.postal_code) == (2, False, "94105")
    assert (pay.charge_amount, pay.currency, pay.valid_card_types) == ("20.45", "eur", "visa jcb")
    assert pay.parameters == (("order", "17"),)
    (prompt,) = pay.prompts
    assert prompt.for_ == "security-code"
    assert set(prompt.error_type) == {"timeout", "invalid-security-code"}
    assert (prompt.card_type, prompt.attempt, prompt.again) == (("amex",), (1, 2), True)
    assert len(prompt.prompts) == 3


def test_what_is_not_known_is_reported_and_left_out() -> None:
    document = parse(
        "<Response><Pay colour='red' maxAttempts='many'><Prompt><Say>a</Say></Prompt>"
        "<Prompt for='security-code'/><Dial/></Pay></Response>"
    )
    codes = [problem.code for problem in document.problems]
    assert codes.count("bad_prompt") == 2
    assert "unknown_attribute" in codes
    assert "bad_value" in codes
    (pay,) = document.verbs
    assert isinstance(pay, Pay)
    assert pay.max_attempts == 1
    assert not pay.prompts


def test_a_prompt_alone_is_misplaced() -> None:
    document = parse("<Response><Prompt for='postal-code'/><Say>a</Say></Response>")
    assert len(document.verbs) == 1
