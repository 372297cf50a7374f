"""What the client refuses without ever opening a socket; the rest is in tests/system."""

import asyncio
import ssl
from urllib.parse import urlencode

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import WEBHOOK_ADMITTED_MAX
from ringfence.webhooks.client import WebhookClient, _certificate, _with_query, encoded
from ringfence.webhooks.guard import Guard


def _fetch(url, **how):
    async def run():
        client = WebhookClient(Guard())
        try:
            return await client.fetch(url, **how)
        finally:
            await client.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("http://127.0.0.1/voice", "fetch_refused"),
        ("http://[::1]/voice", "fetch_refused"),
        ("http://169.254.169.254/latest/meta-data", "fetch_refused"),
        ("ftp://example.com/", "bad_url"),
        ("not a url", "bad_url"),
    ],
)
def test_refused_before_any_socket(url, failure):
    result = _fetch(url)
    assert result.failure == failure
    assert result.status == 0


def test_parameters_of_a_get_join_the_query():
    pairs = [("From", "+12025550123"), ("q", "a b&c")]
    assert (
        _with_query("https://example.com/v", pairs)
        == "https://example.com/v?From=%2B12025550123&q=a+b%26c"
    )
    assert _with_query("https://example.com/v?x=1#f", [("a", "b")]) == (
        "https://example.com/v?x=1&a=b"
    )
    assert _with_query("https://example.com/v?", [("a", "b")]) == "https://example.com/v?a=b"
    assert _with_query("https://example.com/v", []) == "https://example.com/v"


def test_the_socket_itself_is_the_last_lock():
    async def run():
        client = WebhookClient(Guard())
        info = (2, 1, 6, "", ("127.0.0.1", 80))
        with pytest.raises(Refused):
            client._resolver._socket(info)
        client._resolver.admit("127.0.0.1")
        client._resolver._socket(info).close()
        await client._resolver.close()

    asyncio.run(run())


def test_admitted_addresses_are_forgotten_in_time():
    async def run():
        client = WebhookClient(Guard())
        for n in range(WEBHOOK_ADMITTED_MAX + 10):
            client._resolver.admit(f"10.0.{n >> 8}.{n & 255}")
        assert len(client._resolver.admitted) == WEBHOOK_ADMITTED_MAX
        assert "10.0.0.0" not in client._resolver.admitted
        await client._resolver.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("From", "+12025550123"), ("CallSid", "CA1"), ("x", "")],
        [("a b", "c&d=e"), ("ü", "+ü"), ("plus", "+1 2"), ("tilde", "~-._"), ("star", "*")],
    ],
)
def test_a_form_is_what_everybody_else_makes_of_it(pairs: list[tuple[str, str]]) -> None:
    assert encoded(pairs) == urlencode(pairs)


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (10, "fetch_certificate_expired"), (9, "fetch_certificate_expired"),
        (62, "fetch_certificate_name"), (64, "fetch_certificate_name"),
        (18, "fetch_certificate"), (20, "fetch_certificate"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_certificate_has_a_word(code: int, failure: str) -> None:
    error = ssl.SSLCertVerificationError("no")
    error.verify_code = code
    assert _certificate(error) == failure
