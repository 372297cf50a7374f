"""Telephone keys in INFO bodies as telephones write them."""

import pytest
from sip_net import request

from ringfence.sip.info import NO_KEYS, PLAIN, RELAY, Keys, keys


def info(kind, body):
    asked = request("INFO")
    asked.headers.set("Content-Type", kind)
    asked.body = body
    return keys(asked)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"Signal=5\r\nDuration=160\r\n", Keys("5", 160)),
        (b"Signal= 5\r\nDuration= 160\r\n", Keys("5", 160)),
        (b"signal=#\nduration=100", Keys("#", 100)),
        (b"Signal=10\r\n", Keys("*", 0)),
        (b"Signal=11\r\n", Keys("#", 0)),
        (b"Signal=a\r\nDuration=x\r\n", Keys("A", 0)),
        (b"Signal=hello\r\n", Keys("", 0)),
        (b"Signal=\xff\r\n", NO_KEYS),
        (b"", Keys("", 0)),
    ],
)
def test_dtmf_relay(body, found):
    assert info(RELAY, body) == found


@pytest.mark.parametrize(("body", "digits"), [(b"5", "5"), (b" * \r\n", "*"), (b"x", "")])
def test_plain_dtmf(body, digits):
    assert info(PLAIN, body) == Keys(digits, 0)


def test_a_sender_of_too_many_keys_is_not_believed():
    assert info(PLAIN, b"1" * 33) == Keys("", 0)
    assert info(PLAIN, b"1" * 32) == Keys("1" * 32, 0)


def test_another_body_holds_no_keys():
    assert info("text/plain", b"5") == NO_KEYS
    assert keys(request("INFO")) == NO_KEYS
