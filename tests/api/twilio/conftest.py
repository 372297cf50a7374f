"""A client of the 2010 interface, and an office with a call and a number in it."""

from __future__ import annotations

import pytest
from twilio_scene import Scene
from twilio_shapes import check

from ringfence.api import views

ACCOUNT = "AC" + "a" * 32
CALL, OTHER = "CA" + "b" * 32, "CA" + "c" * 32
NUMBER = views.Number(
    sid="PN" + "d" * 32, number="+12025550123", voice_url="https://example.com/voice",
    voice_method="POST", created=1_700_000_000_000,
)  # fmt: skip
ENDED = views.Call(
    sid=CALL, direction="inbound", status="ended", caller="+12025550123", called="+447700900123",
    offered=1_700_000_000_000, answered=1_700_000_002_000, ended=1_700_000_017_000,
    cause="normal", talk_ms=15_000, missed=False, number="PN" + "d" * 32,
)  # fmt: skip
PLACED = views.Call(
    sid=OTHER, direction="outbound", status="offered", caller="+447700900123",
    called="+12025550123", offered=1_700_000_000_000,
)  # fmt: skip
RECORDING = views.Recording(
    sid="RE" + "e" * 32, call=CALL, kind="voicemail", source="voicemail", status="saved",
    created=1_700_000_001_000, duration_ms=6_200,
)  # fmt: skip


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A seeded office behind the whole application."""
    made = Scene(tmp_path_factory.mktemp("twilio") / "data")
    yield made
    made.close()


@pytest.fixture
def twilio(client, office, basic):
    """Asks as the account: ``twilio("GET", "/Calls.json", operation="ListCall", PageSize=2)``."""
    office.answers |= {
        "call.show": ENDED,
        "call.place": PLACED,
        "call.search": views.CallPage(calls=[ENDED], next=OTHER),
        "recording.list": [RECORDING],
        "recording.show": RECORDING,
        "recording.start": RECORDING,
        "recording.control": RECORDING,
        "recording.remove": None,
        "call.remove": None,
        "call.remark": None,
        "number.list": [NUMBER],
        "number.add": NUMBER,
        "number.remove": NUMBER,
    }

    def ask(method, path, *, operation=None, form=None, account=ACCOUNT, headers=(), **query):
        answer = client.request(
            method,
            f"/2010-04-01/Accounts/{account}{path}",
            params=query,
            data=form,
            headers={**basic(), **dict(headers)},
        )
        if operation is not None:
            assert answer.status_code in {200, 201, 202}, answer.text
            check(operation, answer.json())
        return answer

    return ask
