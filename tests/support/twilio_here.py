"""The official Python SDK with its base URL changed, and nothing else."""

from __future__ import annotations

from typing import Any

from platform_run import Platform
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client


class Here(TwilioHttpClient):
    """Sends what is meant for Twilio's host to the platform instead."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=20)
        self._base = base.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        for host in ("api", "lookups"):
            url = url.replace(f"https://{host}.twilio.com", self._base)
        return super().request(method, url, *args, **kwargs)


def client_of(platform: Platform) -> Client:
    """Return a client of a running platform."""
    ready = platform.ready
    return Client(ready["account_sid"], ready["auth_token"], http_client=Here(ready["http"]))
