"""What is asked about a call before it is placed."""

from typing import Any

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office import Office
from ringfence.office.placing import (
    _application,
    keys_of,
    listening_of,
    source_of,
    status_callback,
)

pytestmark = pytest.mark.anyio

TWIML = "<Response><Pause/></Response>"


@pytest.mark.parametrize(
    ("written", "meant"), [("12#*", "12#*"), ("W1w", "ww1w"), ("abcd", "ABCD"), ("", "")]
)
def test_keys_are_those_a_call_knows(written: str, meant: str) -> None:
    assert keys_of(written) == meant


@pytest.mark.parametrize("written", ["12 3", "1;2", "9" * 33, "x"])
def test_what_is_no_key_is_refused(written: str) -> None:
    with pytest.raises(Refused, match="bad_digits"):
        keys_of(written)


async def test_a_program_is_one_of_three(office: Office) -> None:
    source, flow = source_of(
        office, voice_url="https://example.com/v", voice_method="get",
        fallback_url="https://example.com/f",
    )  # fmt: skip
    assert (source.url, source.method, source.fallback_url, flow) == (
        "https://example.com/v", "GET", "https://example.com/f", None,
    )  # fmt: skip
    assert source_of(office, twiml=TWIML)[0].document == TWIML
    assert source_of(office)[1] == office.flows["welcome"].id


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"voice_url": "https://example.com", "twiml": TWIML}, "bad_argument"),
        ({"voice_url": "ftp://example.com"}, "bad_url"),
        ({"voice_url": "https://example.com", "voice_method": "PUT"}, "bad_method"),
        ({"twiml": "<Response"}, "bad_twiml"),
        ({"twiml": TWIML, "fallback_url": "nothing"}, "bad_url"),
        ({"flow": "nobody"}, "unknown_flow"),
    ],
)
async def test_what_cannot_be_run_is_refused(
    office: Office, how: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        source_of(office, **how)
    assert refused.value.code == code


async def test_whom_to_tell(office: Office) -> None:
    assert status_callback(office, None, "POST", None) is None
    found = status_callback(office, "https://example.com/s", "get", ["ringing"])
    assert found is not None
    assert (found.method, found.steps) == ("GET", ("ringing",))
    with pytest.raises(Refused, match="bad_argument"):
        status_callback(office, "https://example.com/s", "POST", ["sneezed"])
    with pytest.raises(Refused, match="bad_url"):
        status_callback(office, "nowhere", "POST", None)


async def test_an_application_says_what_runs_and_who_is_told(office: Office) -> None:
    hooks = {
        "voice": {"url": "https://example.com/v", "method": "GET"},
        "status": {"url": "https://example.com/s"},
    }
    made = await office.run("application.add", {"name": "x", "hooks": hooks}, actor="operator")
    url, method, fallback, _, status = _application(office, made.sid)
    assert (url, method, fallback) == ("https://example.com/v", "GET", None)
    assert status is not None
    assert status.url == "https://example.com/s"
    bare = await office.run("application.add", {"name": "y"}, actor="operator")
    for sid in (bare.sid, "AP" + "0" * 32):
        with pytest.raises(Refused, match="unknown_application"):
            _application(office, sid)


async def test_how_to_find_out_who_answers(office: Office) -> None:
    found = listening_of(office, to_the_end=True, timeout_s=20, status_url="https://example.com/w")
    assert (found["listen"], found["listening"].timeout_ms) == ("first", 20_000)
    assert found["listened"] == ("https://example.com/w", "POST")
    assert listening_of(office, beside=True)["listen"] == "beside"
    for wrong in ({"timeout_s": 60}, {"speech_ms": 1}, {"silence_ms": "5000"}):
        with pytest.raises(Refused, match="bad_argument"):
            listening_of(office, **wrong)  # type: ignore[arg-type]
