"""Requests and answers keep personal data out of their repr."""

from ringfence.kernel.phone import Phone
from ringfence.markup import exchange

PHONE = Phone("+12025550123")


def test_nothing_personal_is_shown():
    url = "https://example.com/?from=2025550123"
    for item in (
        exchange.Fetch(request=1, url=url, params=(("From", PHONE), ("Digits", "2025550123"))),
        exchange.Speak(request=1, text="your number is 2025550123"),
        exchange.LoadMedia(request=1, url=url),
        exchange.Callback(url=url, params=(("Digits", "2025550123"),)),
        exchange.Fetched(request=1, body=b"2025550123", url=url),
        exchange.GoTo(url=url),
    ):
        assert "2025550123" not in repr(item)


def test_a_number_travels_masked():
    assert "2025550123" not in repr((("From", PHONE),))
    assert "2025550123" not in f"{PHONE}"
