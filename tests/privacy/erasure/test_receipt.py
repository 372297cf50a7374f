"""A receipt says what was done, in a form that is signed and read back."""

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.privacy.erasure.plan import Row
from ringfence.privacy.erasure.receipt import Receipt, fields, instant

RECEIPT = Receipt(
    erasure="ER1",
    account="AC1",
    asked_at=Ms(0),
    done_at=Ms(1_000),
    reason="request",
    epoch=7,
    leaf=3,
    tree_size=4,
    root=bytes(32),
    rows=[
        Row("keys", "the person's key", 1, "destroy", None, "key"),
        Row("calls", "records of calls", 2, "restrict", Ms(86_400_000), "call_log"),
        Row("memory", "at hand", None, "forget", None, "content"),
    ],
)


def test_a_receipt_reads_as_it_was_written():
    text = RECEIPT.text()
    assert text.endswith("\n")
    assert "\n\n" not in text, "the empty line belongs to the signature"
    found = fields(text)
    assert found["erasure"] == "ER1"
    assert found["tree"].startswith("4 AAAA")
    assert "calls | records of calls | 2 | restrict | 1970-01-02T00:00:00Z | call_log" in text
    assert "memory | at hand | - | forget | now | content" in text


def test_an_instant_is_utc_to_the_second():
    assert instant(Ms(1_700_000_000_999)) == "2023-11-14T22:13:20Z"


def test_another_text_is_no_receipt():
    with pytest.raises(RemoteError):
        fields("hello\nerasure ER1\n")
