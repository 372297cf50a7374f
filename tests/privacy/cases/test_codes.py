"""Codes: hashed, bound to a case, limited, and checked with the same work whatever is wrong."""

import hashlib

import pytest

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.limits import CODE_LIFE_MS, CODE_TRIES
from ringfence.privacy.cases import codes

SECRET = bytes(range(32))
NOW = 1_700_000_000_000


def check(issued, code, *, case="CS1", now=NOW + 1):
    return codes.matches(issued, secret=SECRET, case=case, code=code, now=now)


def test_the_right_code_in_time_is_right_and_kept_as_a_hash_alone():
    code = codes.make(SeededEntropy(1))
    issued = codes.issue(SECRET, "CS1", code, NOW)
    assert code.isdigit()
    assert len(code) == 6
    assert code.encode() not in issued.hash
    assert check(issued, code)


def test_codes_differ():
    entropy = SeededEntropy(2)
    assert len({codes.make(entropy) for _ in range(200)}) > 190


@pytest.mark.parametrize(
    "wrong",
    [
        lambda issued, code: check(issued, "000000"),
        lambda issued, code: check(issued, code, case="CS2"),
        lambda issued, code: check(issued, code, now=NOW + CODE_LIFE_MS),
        lambda issued, code: check(codes.Issued(issued.hash, CODE_TRIES, issued.expires_at), code),
        lambda issued, code: check(None, code),
    ],
    ids=["another", "of another case", "late", "tried too often", "never issued"],
)
def test_anything_else_is_wrong_with_the_same_work(wrong, monkeypatch):
    code = codes.make(SeededEntropy(1))
    issued = codes.issue(SECRET, "CS1", code, NOW)
    hashed = []
    real = hashlib.blake2b
    monkeypatch.setattr(hashlib, "blake2b", lambda *a, **k: hashed.append(1) or real(*a, **k))
    assert not wrong(issued, code)
    assert len(hashed) == 1


def test_a_voice_reads_digit_by_digit():
    assert codes.spoken("123456") == "1, 2, 3, 4, 5, 6"
