"""The official Python SDK with its base URL changed, and nothing else.

Every answer that says something went well is held against the official description before the SDK
sees it, where the description is at hand.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import twilio_shapes
from platform_run import Platform
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from ringfence.api.twilio.operations import operations

_VERSION = "/2010-04-01"


class Here(TwilioHttpClient):
    """Sends what is meant for Twilio's host to the platform instead.

    ``checked``: the operations whose answers were as described.
    """

    def __init__(self, base: str) -> None:
        super().__init__(timeout=20)
        self._base = base.rstrip("/")
        self.checked: set[str] = set()

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        for host in ("api", "lookups"):
            url = url.replace(f"https://{host}.twilio.com", self._base)
        answer = super().request(method, url, *args, **kwargs)
        self._check(method, urlsplit(url).path, answer)
        return answer

    def _check(self, method: str, path: str, answer: Response) -> None:
        if not answer.ok or not path.startswith(_VERSION) or not twilio_shapes.at_hand():
            return
        if "json" not in answer.headers.get("Content-Type", "json"):
            return  # the audio of a recording, the bytes of a picture
        row, _, _ = operations().find(method, path.removeprefix(_VERSION))
        assert row is not None, "an operation that nobody describes was answered"
        assert twilio_shapes.succeeds(row.name, answer.status_code), row.name
        _, schema = twilio_shapes.success(row.name)
        if schema is not None:
            twilio_shapes.check(row.name, json.loads(answer.text))
        self.checked.add(row.name)


def client_of(platform: Platform) -> Client:
    """Return a client of a running platform."""
    ready = platform.ready
    return Client(ready["account_sid"], ready["auth_token"], http_client=Here(ready["http"]))
