"""What answers of a mail relay mean: try again, or never again."""

import asyncio
from typing import Any

import aiosmtplib
import pytest

from ringfence.config import load
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.mail import smtp
from ringfence.mail.smtp import Relay, relay

RELAY = Relay(host="mail.example.com", port=587, sender="p@example.net", password="hush")
Response = aiosmtplib.errors.SMTPRecipientRefused


class Client:
    """Stands where aiosmtplib's client would open a connection."""

    given: dict[str, Any]
    sent: list[tuple[str, list[str], bytes]]
    trouble: Exception | None = None

    def __init__(self, **given: Any) -> None:
        Client.given = given

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def sendmail(self, sender: str, to: list[str], message: bytes) -> None:
        if Client.trouble is not None:
            raise Client.trouble
        Client.sent.append((sender, to, message))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> type[Client]:
    Client.sent, Client.trouble = [], None
    monkeypatch.setattr(smtp.aiosmtplib, "SMTP", Client)
    return Client


def deliver(found: Relay = RELAY) -> None:
    asyncio.run(found.deliver("a@example.com", b"x"))


def test_a_message_is_handed_over_encrypted(client: type[Client]) -> None:
    deliver()
    assert client.sent == [("p@example.net", ["a@example.com"], b"x")]
    assert (client.given["start_tls"], client.given["use_tls"]) == (True, False)
    assert client.given["timeout"] > 0


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (aiosmtplib.SMTPRecipientsRefused([Response(550, "no", "a@example.com")]), "mail_refused"),
        (aiosmtplib.SMTPDataError(554, "spam"), "mail_refused"),
        (aiosmtplib.SMTPAuthenticationError(535, "who?"), "mail_login"),
    ],
)
def test_a_no_is_a_no(client: type[Client], trouble: Exception, code: str) -> None:
    client.trouble = trouble
    with pytest.raises(Refused) as refused:
        deliver()
    assert refused.value.code == code
    assert "example.com" not in str(refused.value)


@pytest.mark.parametrize(
    "trouble",
    [
        aiosmtplib.SMTPRecipientsRefused([Response(451, "later", "a@example.com")]),
        aiosmtplib.SMTPDataError(452, "full"),
        aiosmtplib.SMTPServerDisconnected("gone"),
        aiosmtplib.SMTPConnectTimeoutError("slow"),
        OSError("nobody"),
        TimeoutError(),
    ],
)
def test_trouble_is_tried_again(client: type[Client], trouble: Exception) -> None:
    client.trouble = trouble
    with pytest.raises(RemoteError):
        deliver()


def test_without_a_server_nothing_is_tried(client: type[Client]) -> None:
    with pytest.raises(RemoteError):
        deliver(Relay(host="", port=25, sender=""))
    assert client.sent == []


def test_the_relay_is_the_one_of_the_settings(tmp_path: Any) -> None:
    flags = {"smtp_host": "m.example.com", "smtp_from": "p@example.net", "smtp_tls": "tls"}
    found = relay(load(tmp_path, environment={}, flags=flags))
    assert (found.host, found.port, found.sender, found.tls) == (
        "m.example.com", 587, "p@example.net", "tls",
    )  # fmt: skip
    assert "hush" not in repr(RELAY)
