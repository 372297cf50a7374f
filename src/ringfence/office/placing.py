"""Calls that somebody asks us to place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from ringfence.accounts.resources import Application
from ringfence.api import views
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import ApplicationId, FlowId
from ringfence.kernel.limits import (
    CALL_DURATION_MS,
    CALL_RING_MS,
    CALL_SEND_DIGITS_MAX,
    CALL_SHOWN_CHARS,
)
from ringfence.markup.context import Source
from ringfence.markup.telling import STEPS, CallStep, StatusCallback
from ringfence.media.answering import Listening
from ringfence.office.contacting import about_of, check_contact
from ringfence.office.hooks import method_of
from ringfence.office.number_ties import trunk_of
from ringfence.office.recording import wish_of
from ringfence.office.records import CALL, show_call
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import exchange_itself
from ringfence.switch.call_recording import RecordingWish
from ringfence.switch.outgoing import Wishes

if TYPE_CHECKING:
    from ringfence.office import Office

_KEYS = frozenset("0123456789*#ABCDabcdwW")


@TABLE.use_case(
    "call.place",
    actors=KNOWN,
    live=True,
    purpose="connect_call",
    category=CALL,
    also=("call_record",),
)
async def place_call(
    office: Office,
    *,
    to: str,
    caller: str | None = None,
    flow: str | None = None,
    voice_url: str | None = None,
    voice_method: str = "POST",
    fallback_url: str | None = None,
    fallback_method: str = "POST",
    twiml: str | None = None,
    application: str | None = None,
    about: str = "service",
    customer: bool = False,
    ring_s: int = 60,
    limit_s: int | None = None,
    digits: str = "",
    sip_username: str | None = None,
    sip_password: str | None = None,
    status_url: str | None = None,
    status_method: str = "POST",
    status_events: list[str] | None = None,
    record: dict[str, Any] | None = None,
    listen: dict[str, Any] | None = None,
    reason: str = "",
    display: str = "",
    call_token: str = "",
    trunk: str | None = None,
) -> views.Call:
    """Ring somebody and run a program with whoever answers.

    ``about``: ``marketing`` needs their consent, or that they are a ``customer`` who did not
    object, and the hours of their own clock. ``digits`` are sent before the program begins.
    ``status_url`` is told of ``status_events``: initiated, ringing, answered, completed.
    ``application``: its URLs, instead of any said here. ``record``: it is recorded from its answer
    on, with what ``recording.start`` takes. ``listen``: it is found out by ear who answers, with
    what `listening_of` takes. ``reason``, ``display``: why we call and who we are, in words that
    the far end may show. ``call_token``: of a call that came and is passed on: its caller may be
    shown. ``trunk``: its name or SID, that a number is called by.
    """
    office.live.outgoing.judge(to, caller=caller, token=call_token)
    check_contact(office, to, about=about_of(about), customer=customer)
    told = status_callback(office, status_url, status_method, status_events)
    if application is not None:
        voice_url, voice_method, fallback_url, fallback_method, told = _application(
            office, application
        )
        flow = twiml = None
    source, answering = source_of(
        office,
        flow=flow,
        voice_url=voice_url,
        voice_method=voice_method,
        fallback_url=fallback_url,
        fallback_method=fallback_method,
        twiml=twiml,
    )
    wishes = Wishes(
        caller=caller,
        token=call_token,
        trunk=None if trunk is None else trunk_of(office, trunk).id,
        flow=answering,
        application=None if application is None else ApplicationId(application),
        ring_ms=_seconds("ring_s", ring_s, CALL_RING_MS),
        limit_ms=None if limit_s is None else limit_of(limit_s),
        digits=keys_of(digits),
        username=sip_username,
        password=sip_password,
        status=told,
        subject=shown_words("reason", reason),
        display=shown_words("display", display),
        recording=None if record is None else placed_recording(office, record),
        **({} if listen is None else placed_listening(office, listen)),
    )
    with exchange_itself():
        call = office.live.outgoing.place(to, source=source, wishes=wishes)
    await office.settled()
    return await show_call(office, sid=call)  # type: ignore[no-any-return]


def _application(
    office: Office, sid: str
) -> tuple[str, str, str | None, str, StatusCallback | None]:
    """Return the URLs of an application: for the call, if that fails, and about how it fares."""
    try:
        body = office.shelf.find(Application, sid).body
    except Refused:
        raise Refused("unknown_application", "no application of that SID") from None
    if body.voice is None:
        raise Refused("unknown_application", "the application has no URL for calls")
    fallback, status = body.voice_fallback, body.status
    return (
        body.voice.url,
        body.voice.method,
        None if fallback is None else fallback.url,
        "POST" if fallback is None else fallback.method,
        None if status is None else StatusCallback(url=status.url, method=status.method),
    )


def source_of(
    office: Office,
    *,
    flow: str | None = None,
    voice_url: str | None = None,
    voice_method: str = "POST",
    fallback_url: str | None = None,
    fallback_method: str = "POST",
    twiml: str | None = None,
) -> tuple[Source, FlowId | None]:
    """Return what a call runs, and the flow where it is one. Raises `Refused`."""
    if sum(value is not None for value in (flow, voice_url, twiml)) > 1:
        raise Refused("bad_argument", "say one of flow, voice_url and twiml")
    if fallback_url is not None:
        office.check_url(fallback_url)
    if voice_url is not None:
        office.check_url(voice_url)
        return Source(
            url=voice_url,
            method=method_of(voice_method),
            fallback_url=fallback_url or "",
            fallback_method=method_of(fallback_method),
        ), None
    if twiml is not None:
        office.check_document(twiml)
        return Source(
            document=twiml,
            fallback_url=fallback_url or "",
            fallback_method=method_of(fallback_method),
        ), None
    name = flow or "welcome"
    if name not in office.flows:
        raise Refused("unknown_flow", "no flow of that name; 'ringfence flow list' shows them")
    return Source(url=f"flow:{name}"), office.flows[name].id


def status_callback(
    office: Office, url: str | None, method: str, events: Sequence[str] | None
) -> StatusCallback | None:
    """Return who is told how a call fares. Raises `Refused`."""
    if url is None:
        return None
    try:
        office.check_url(url)
    except Refused as refused:
        raise Refused(refused.code, refused.reason, field="status_url") from None
    unknown = [step for step in events or () if step not in STEPS]
    if unknown:
        raise Refused("bad_argument", f"a step is one of: {', '.join(STEPS)}")
    steps = tuple(cast("CallStep", step) for step in events or ("completed",))
    return StatusCallback(url=url, method=method_of(method), steps=steps)


def keys_of(digits: str) -> str:
    """Return keys as a call knows them: ``W`` waits a second, which is two ``w``.

    Raises `Refused` where one is no key.
    """
    if not _KEYS.issuperset(digits) or len(digits) > CALL_SEND_DIGITS_MAX:
        raise Refused("bad_digits", "up to 32 of 0-9, *, #, A-D, w for half a second, W for one")
    return "".join("ww" if key == "W" else key if key == "w" else key.upper() for key in digits)


def shown_words(name: str, text: str) -> str:
    """Return words for a far end's display: one line, not long. Raises `Refused`."""
    if len(text) > CALL_SHOWN_CHARS or not text.isprintable():
        raise Refused("bad_argument", f"{name} is one line of up to {CALL_SHOWN_CHARS} characters")
    return text


def placed_recording(office: Office, asked: dict[str, Any]) -> RecordingWish:
    """Return the wish of `recording.start` for a call that is placed. Raises `Refused`."""
    try:
        return replace(wish_of(office, **asked), asked_by="placing")
    except TypeError:
        raise Refused("bad_argument", "record takes what recording.start takes") from None


def placed_listening(office: Office, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what `listening_of` makes of a wish. Raises `Refused`."""
    try:
        return listening_of(office, **asked)
    except TypeError:
        raise Refused("bad_argument", "listen takes what it is documented to take") from None


def listening_of(
    office: Office,
    *,
    to_the_end: bool = False,
    beside: bool = False,
    timeout_s: int = 30,
    speech_ms: int = 2_400,
    speech_end_ms: int = 1_200,
    silence_ms: int = 5_000,
    status_url: str | None = None,
    status_method: str = "POST",
) -> dict[str, Any]:
    """Return how to find out who answers, as `Wishes` has it. Raises `Refused`.

    ``beside``: the program does not wait for it, and ``status_url`` is told.
    """
    for name, value, low, high in (
        ("timeout_s", timeout_s, 3, 59),
        ("speech_ms", speech_ms, 1_000, 6_000),
        ("speech_end_ms", speech_end_ms, 500, 5_000),
        ("silence_ms", silence_ms, 2_000, 10_000),
    ):
        if not isinstance(value, int) or not low <= value <= high:
            raise Refused("bad_argument", f"{name} is a number from {low} to {high}")
    if status_url is not None:
        office.check_url(status_url)
    return {
        "listen": "beside" if beside else "first",
        "listening": Listening(
            to_the_end=to_the_end,
            timeout_ms=timeout_s * 1000,
            speech_ms=speech_ms,
            speech_end_ms=speech_end_ms,
            silence_ms=silence_ms,
        ),
        "listened": None if status_url is None else (status_url, method_of(status_method)),
    }


def limit_of(seconds: int) -> int:
    """Return how long a call may last, in milliseconds. Raises `Refused`."""
    return _seconds("limit_s", seconds, CALL_DURATION_MS)


def _seconds(name: str, value: int, most_ms: int) -> int:
    if not isinstance(value, int) or not 1 <= value * 1000 <= most_ms:
        raise Refused("bad_argument", f"{name} is a number from 1 to {most_ms // 1000}")
    return value * 1000
