"""Whoever understands speech: which one the settings name, and what they may be told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from ringfence.calls.hearing import Wish
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.office import Office
from ringfence.office.privacy import policy
from ringfence.office.recognising import Ears, ears
from ringfence.speech.providers import Heard
from ringfence.webhooks.client import Document
from ringfence.webhooks.result import FetchResult

pytestmark = pytest.mark.anyio


class Asked:
    """A server of somebody's."""

    def __init__(self, status: int = 200, body: bytes = b'{"text": "oh shit"}') -> None:
        self.status, self.body = status, body
        self.sent: list[tuple[str, Document]] = []

    async def __call__(self, url: str, document: Document, _limit: int, _ms: int) -> FetchResult:
        self.sent.append((url, document))
        return FetchResult(url=url, status=self.status, body=self.body)


async def line() -> AsyncIterator[bytes]:
    yield (b"\xff\x3f" * 4 + b"\x00\xc0" * 4) * 500
    yield bytes(16_000)


async def said(found: Ears | None, wish: Wish | None = None) -> list[str]:
    assert found is not None
    wish = wish or Wish()
    return [one.text async for one in found.listen(line(), wish) if one.final]


def server(office: Office, **settings: Any) -> None:
    office.settings = replace(
        office.settings,
        recogniser="http",
        recogniser_url="https://ears.example.com/read",
        recogniser_token="t0ken",
        **settings,
    )


async def test_nobody_unless_somebody_is_named(office: Office) -> None:
    assert ears(office, Asked()) is None
    office.settings = replace(office.settings, recogniser="nobody-offers-this")
    with pytest.raises(Refused, match="unknown_recogniser"):
        ears(office, Asked())
    office.settings = replace(office.settings, recogniser="http")
    with pytest.raises(Refused, match="recogniser_url"):
        ears(office, Asked())


async def test_a_server_is_asked_with_its_token_and_words_are_cleaned(office: Office) -> None:
    server(office)
    await policy.refresh(office)
    asked = Asked()
    found = ears(office, asked)
    assert await said(found) == ["oh s***"]
    assert await said(found, Wish(profanity_filter=False)) == ["oh shit"]
    url, document = asked.sent[0]
    assert url == "https://ears.example.com/read"
    assert document.headers == {"Authorization": "Bearer t0ken"}
    assert b"RIFF" in document.body


async def test_before_a_notice_is_in_force_nothing_leaves(office: Office) -> None:
    server(office)
    asked = Asked()
    with pytest.raises(RemoteError):
        await said(ears(office, asked))
    assert asked.sent == []


async def test_without_a_contract_nothing_leaves(office: Office) -> None:
    server(office)
    await policy.refresh(office)
    await office.run(
        "privacy.recipient.engage", {"processor": "recogniser", "until": 1}, actor="operator"
    )
    asked = Asked()
    with pytest.raises(Refused, match="no_contract"):
        await said(ears(office, asked))
    assert asked.sent == []


async def test_what_runs_here_needs_no_contract(office: Office) -> None:
    class Here:
        closed = False

        async def listen(self, _audio: object, _wish: object) -> AsyncIterator[Heard]:
            yield Heard("yes", 1.0, True)

        async def close(self) -> None:
            self.closed = True

    here = Here()
    found = Ears(office, "sphinx", here)
    assert await said(found) == ["yes"]
    await found.close()
    assert here.closed
