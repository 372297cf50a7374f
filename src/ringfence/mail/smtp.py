"""Hands one message to the mail relay (RFC 5321), encrypted unless the operator says otherwise."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import aiosmtplib

from ringfence.config import Settings
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.limits import MAIL_CONNECT_MS, MAIL_SEND_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """The relay and who we are to it. ``tls``: starttls, tls or none."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "starttls"

    async def deliver(self, to: str, message: bytes) -> None:
        """Hand over ``message`` for ``to``; returns when the relay has taken it.

        Raises `RemoteError` where another try may help (nobody answers, RFC 5321 4.2.1: 4yz),
        `Refused` (``mail_refused``, ``mail_login``) where it would not (5yz).
        """
        if not self.host:
            raise RemoteError("no mail server is set", hint=421)
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user or None,
            password=self.password or None,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            timeout=MAIL_CONNECT_MS / 1000,
        )
        try:
            async with asyncio.timeout(MAIL_SEND_MS / 1000):
                async with client:
                    await client.sendmail(self.sender, [to], message)
        except aiosmtplib.SMTPAuthenticationError:
            raise Refused(
                "mail_login", "the mail server does not take smtp_user and smtp_password"
            ) from None
        except aiosmtplib.SMTPRecipientsRefused as refused:
            _judge(min(recipient.code for recipient in refused.recipients))
        except aiosmtplib.SMTPResponseException as answer:
            _judge(answer.code)
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            raise RemoteError("the mail server did not take the message", hint=421) from None


def relay(settings: Settings) -> Relay:
    """Return the relay that the settings name; one without a host takes nothing."""
    return Relay(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_from,
        user=settings.smtp_user,
        password=settings.smtp_password,
        tls=settings.smtp_tls,
    )


def _judge(code: int) -> None:
    """Raise what an answer of the relay means."""
    if 500 <= code < 600:
        raise Refused("mail_refused", "the mail server will not take this message")
    raise RemoteError("the mail server did not take the message now", hint=code)
