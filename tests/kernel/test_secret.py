"""Digits that show themselves to nobody, and are gone when they have served."""

import traceback

from ringfence.kernel.secret import SecretDigits

CARD = "4242424242424242"


def test_no_way_of_printing_shows_any() -> None:
    secret = SecretDigits(CARD)
    for text in (repr(secret), str(secret), f"{secret}", f"{[secret]!r}", "%s" % secret):  # noqa: UP031
        assert not any(mark.isdigit() for mark in text)


def test_a_traceback_of_whoever_holds_them_shows_none() -> None:
    def broken(secret: SecretDigits) -> None:
        raise ValueError(secret)

    try:
        broken(SecretDigits(CARD))
    except ValueError as error:
        seen = traceback.TracebackException.from_exception(error, capture_locals=True)
        text = "".join(seen.format())
    assert "SecretDigits()" in text
    assert CARD not in text
