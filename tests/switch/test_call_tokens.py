"""Tokens that let a caller's number be shown again."""

from ringfence.kernel.ids import CallId
from ringfence.kernel.limits import CALL_DURATION_MS
from ringfence.kernel.phone import Phone
from ringfence.switch.call_tokens import made, vouches

AT = 0x018C_0000_0000
CALL = CallId(f"CA{AT:012x}{'0' * 20}")
CALLER, OTHER = Phone("+12025550123"), Phone("+12025550124")
TOKEN = made("secret", CALL, CALLER)


def test_it_vouches_for_its_caller_alone_and_for_a_while():
    assert vouches("secret", TOKEN, CALLER, AT)
    assert vouches("secret", TOKEN, CALLER, AT + CALL_DURATION_MS)
    assert not vouches("secret", TOKEN, CALLER, AT + CALL_DURATION_MS + 1)
    assert not vouches("secret", TOKEN, CALLER, AT - 1)
    assert not vouches("secret", TOKEN, OTHER, AT)
    assert not vouches("other", TOKEN, CALLER, AT)
    assert CALLER.e164.strip("+") not in TOKEN


def test_what_is_no_token_vouches_for_nobody():
    other = CallId(CALL[:-1] + "1")
    for wrong in ("", ".", CALL, f"{CALL}.", f"{other}{TOKEN[34:]}", TOKEN + "0", "é.é"):
        assert not vouches("secret", wrong, CALLER, AT)
