"""Incoming phone numbers: those of this installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ringfence.api import views
from ringfence.api.twilio import wire
from ringfence.api.twilio.applications import URL_CODES
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import Answer, Question
from ringfence.api.views_desk import FreeNumber
from ringfence.numbers.plan import formatted, kind_of

_CODES = URL_CODES | {
    "invalid_number": 21421,
    "number_exists": 21422,
    "not_in_stock": 21422,
    "bad_argument": 21403,
    "address_required": 21631,
    "unknown_address": 22109,
    "not_for_emergencies": 22109,
}
_HOOKS = {
    "VoiceFallback": "fallback",
    "StatusCallback": "status",
    "Sms": "sms",
    "SmsFallback": "sms_fallback",
}
_KINDS = {"Local": "local", "Mobile": "mobile", "TollFree": "toll-free"}
_TIES = {
    "trunk": "TrunkSid",
    "address": "AddressSid",
    "emergency_address": "EmergencyAddressSid",
    "bundle": "BundleSid",
    "identity": "IdentitySid",
}


def _listed(asked: Question, numbers: list[views.Number], kind: str | None) -> Answer:
    wanted, name = (asked.get("PhoneNumber") or "").replace("*", ""), asked.get("FriendlyName")
    beta, origin = asked.choice("Beta"), asked.get("Origin")
    rows = [
        one
        for one in numbers
        if one.number.startswith("+")  # short codes have a list of their own
        and wanted.lstrip("+ ") in one.number
        and (name is None or name in {one.name, formatted(one.number)})
        and (kind is None or kind_of(one.number) == kind)
        and beta in {None, one.stock is not None and one.stock.beta}
        and origin in {None, "hosted"}
    ]
    shown = wire.number if kind is None else _of_kind
    return asked.paged("incoming_phone_numbers", rows, shown)


def _of_kind(asked: Question, found: views.Number) -> dict[str, Any]:
    """Return a number as it is shown below its kind: without it."""
    shown = wire.number(asked, found)
    del shown["type"]
    return shown


@DESK.operation("ListIncomingPhoneNumber")
async def list_(asked: Question) -> Answer:
    """Return numbers; ``PhoneNumber`` finds by any part of the digits."""
    return _listed(asked, await asked.run("number.list"), None)


def _lister(kind: str) -> Any:
    async def list_of_kind(asked: Question) -> Answer:
        return _listed(asked, await asked.run("number.list"), _KINDS[kind])

    return list_of_kind


@DESK.operation("FetchIncomingPhoneNumber")
async def fetch(asked: Question) -> Answer:
    """Return one number."""
    return Answer(200, wire.number(asked, await asked.run("number.show", sid=asked.path["Sid"])))


@DESK.operation("CreateIncomingPhoneNumber", codes=_CODES)
async def create(asked: Question) -> Answer:
    """Take a number that a trunk brings; without a URL its calls are turned away."""
    return Answer(201, wire.number(asked, await _added(asked)))


async def _added(asked: Question) -> views.Number:
    number = asked.get("PhoneNumber") or await _of_area(asked)
    given = {name: value for name, value in _fields(asked).items() if value}
    added: views.Number = await asked.run(
        "number.add", number=number, silent=True, from_stock=True, **given
    )
    return added


async def _of_area(asked: Question) -> str:
    """Return the first free number of ``AreaCode``."""
    area = asked.get("AreaCode")
    if area is None:
        raise Problem(21421, "PhoneNumber is not specified", status=400)
    found: list[FreeNumber] = await asked.run("number.stock.free", area_code=area, limit=1)
    if not found:
        raise Problem(21452, "No numbers of that AreaCode can be had", status=400)
    return found[0].number


def _creator(kind: str) -> Any:
    async def create_of_kind(asked: Question) -> Answer:
        number = asked.get("PhoneNumber")
        if number is not None and kind_of(number) not in {None, _KINDS[kind]}:
            raise Problem(21421, f"PhoneNumber is not {_KINDS[kind]}", status=400)
        return Answer(201, _of_kind(asked, await _added(asked)))

    return create_of_kind


@DESK.operation("UpdateIncomingPhoneNumber", codes=_CODES)
async def update(asked: Question) -> Answer:
    """Change some of what is said of a number; ``AccountSid`` gives it to another account."""
    sid, to = asked.path["Sid"], asked.get("AccountSid")
    changed = await asked.run("number.change", sid=sid, **_fields(asked))
    if to is not None and to != asked.account:
        changed = await asked.run_above("number.move", sid=sid, source=asked.account, to=to)
        asked = replace(asked, account=to)
    return Answer(200, wire.number(asked, changed))


@DESK.operation("DeleteIncomingPhoneNumber")
async def delete(asked: Question) -> Answer:
    """Let a number go."""
    known: views.Number = await asked.run("number.show", sid=asked.path["Sid"])
    await asked.run("number.remove", number=known.number)
    return Answer(204)


for _kind in _KINDS:
    DESK.operation(f"ListIncomingPhoneNumber{_kind}")(_lister(_kind))
    DESK.operation(f"CreateIncomingPhoneNumber{_kind}", codes=_CODES)(_creator(_kind))


def _fields(asked: Question) -> dict[str, Any]:
    method = asked.get("VoiceMethod")
    found: dict[str, Any] = {} if method is None else {"voice_method": method.upper()}
    if ties := _ties(asked):
        found["ties"] = ties
    return found | {
        "name": asked.said("FriendlyName"),
        "voice_url": asked.said("VoiceUrl"),
        **_answering(asked, _HOOKS),
        "application": asked.said("VoiceApplicationSid"),
        "sms_application": asked.said("SmsApplicationSid"),
        "caller_name_lookup": asked.choice("VoiceCallerIdLookup"),
    }


def sms_fields(asked: Question) -> dict[str, Any]:
    """Return what a form says of who answers messages, for ``number.change``."""
    return _answering(asked, {name: ours for name, ours in _HOOKS.items() if name[:3] == "Sms"})


def _answering(asked: Question, names: Mapping[str, str]) -> dict[str, Any]:
    hooks, sms_flow = asked.hooks(names), None
    url = hooks.get("sms", {}).get("url")
    if url is not None:  # flow:NAME is a flow of this installation; another URL takes it away
        flow = url.startswith("flow:")
        sms_flow = url.removeprefix("flow:") if flow else ""
        if flow:
            hooks["sms"]["url"] = ""
    return {"hooks": hooks, "sms_flow": sms_flow}


def _ties(asked: Question) -> dict[str, Any]:
    """What it is to be tied to; an empty SID unties it."""
    found: dict[str, Any] = {ours: asked.said(theirs) for ours, theirs in _TIES.items()}
    if (status := asked.get("EmergencyStatus")) is not None:
        if status not in {"Active", "Inactive"}:
            raise Problem(20001, "EmergencyStatus is Active or Inactive", status=400)
        found["emergency"] = status == "Active"
    return {name: value for name, value in found.items() if value is not None}
