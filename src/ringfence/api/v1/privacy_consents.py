"""``/v1/privacy``: consents, lists of people to leave alone, rulings, restrictions and holds.

A number stands in a body, never in a path: paths end up in logs of proxies.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import get, post
from litestar.params import FromPath

from ringfence.api import views_choices as views
from ringfence.api.common import Asked, require, use_cases
from ringfence.kernel.errors import Refused

Body = TypeVar("Body", bound=msgspec.Struct)


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of a consent that is given or refused."""

    number: str
    purpose: str
    channel: str = "any"
    how: str = "api"
    locale: str = "en"


class TakenBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of a consent that is withdrawn."""

    number: str
    purpose: str
    channel: str = "any"
    how: str = "api"


class Whom(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody, by their number."""

    number: str


class LeftAlone(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody who is to be left alone: ``which`` is do_not_call or marketing."""

    number: str
    which: str = "do_not_call"
    how: str = "api"


class Restricted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody whose data is only stored, and why."""

    number: str
    reason: str = "requested"


class Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A record by its SID, and why nothing may erase it."""

    record: str
    reason: str = "legal_claim"


async def _asked(request: Asked, name: str, kind: type[Body]) -> Any:
    actor = await require(request)
    try:
        body = msgspec.json.decode(await request.body(), type=kind)
    except msgspec.MsgspecError:
        fields = ", ".join(kind.__struct_fields__)
        raise Refused("bad_argument", f"the body is JSON: {fields}") from None
    return await use_cases(request).run(name, msgspec.structs.asdict(body), actor=actor)


@post("/v1/privacy/consents", status_code=200, opt={"body": Said})
async def give(request: Asked) -> views.Choices:
    """Write down that somebody agreed to one purpose, and what they were shown."""
    found: views.Choices = await _asked(request, "privacy.consent.give", Said)
    return found


@post("/v1/privacy/consents/refuse", status_code=200, opt={"body": Said})
async def refuse(request: Asked) -> views.Choices:
    """Write down that somebody was asked and said no."""
    found: views.Choices = await _asked(request, "privacy.consent.refuse", Said)
    return found


@post("/v1/privacy/consents/withdraw", status_code=200, opt={"body": TakenBack})
async def withdraw(request: Asked) -> views.Choices:
    """Take a consent back. It holds at once; what is being recorded of them stops."""
    found: views.Choices = await _asked(request, "privacy.consent.withdraw", TakenBack)
    return found


@post("/v1/privacy/consents/find", status_code=200, opt={"body": Whom})
async def find(request: Asked) -> views.Choices:
    """Return what holds for somebody now, and every word of theirs."""
    found: views.Choices = await _asked(request, "privacy.consent.show", Whom)
    return found


@get("/v1/privacy/consents/text")
async def text(request: Asked) -> views.ConsentText:
    """Return what people are shown. Query: ``purpose``, ``channel``, ``locale``, or ``shown``."""
    actor = await require(request)
    names = ("purpose", "channel", "locale", "shown")
    asked = {name: request.query_params[name] for name in names if name in request.query_params}
    found: views.ConsentText = await use_cases(request).run(
        "privacy.consent.text", asked, actor=actor
    )
    return found


@post("/v1/privacy/leave-alone", status_code=200, opt={"body": LeftAlone})
async def leave_alone(request: Asked) -> views.Choices:
    """Never call somebody again, or send them no offers."""
    found: views.Choices = await _asked(request, "privacy.leave_alone.add", LeftAlone)
    return found


@post("/v1/privacy/leave-alone/remove", status_code=200, opt={"body": LeftAlone})
async def call_again(request: Asked) -> views.Choices:
    """They asked to be called again."""
    found: views.Choices = await _asked(request, "privacy.leave_alone.remove", LeftAlone)
    return found


@get("/v1/privacy/leave-alone")
async def count(request: Asked) -> views.Suppressions:
    """Return how many people are on each list; the lists hold no numbers."""
    actor = await require(request)
    found: views.Suppressions = await use_cases(request).run(
        "privacy.leave_alone.count", {}, actor=actor
    )
    return found


@get("/v1/privacy/recording/{sid:str}")
async def explain(request: Asked, sid: FromPath[str]) -> list[views.Ruling]:
    """Return every ruling on recordings of a call, decided again and explained."""
    actor = await require(request)
    found: list[views.Ruling] = await use_cases(request).run(
        "privacy.recording", {"sid": sid}, actor=actor
    )
    return found


@post("/v1/privacy/restrictions", status_code=200, opt={"body": Restricted})
async def restrict(request: Asked) -> list[str]:
    """Store somebody's data and use it no more; why it is restricted now."""
    found: list[str] = await _asked(request, "privacy.restrict", Restricted)
    return found


@post("/v1/privacy/restrictions/lift", status_code=200, opt={"body": Restricted})
async def unrestrict(request: Asked) -> list[str]:
    """End a restriction; the reasons that still stand."""
    found: list[str] = await _asked(request, "privacy.unrestrict", Restricted)
    return found


@post("/v1/privacy/holds", status_code=200, opt={"body": Held})
async def hold(request: Asked) -> list[views.Hold]:
    """Let nothing erase one record."""
    found: list[views.Hold] = await _asked(request, "privacy.hold", Held)
    return found


@post("/v1/privacy/holds/lift", status_code=200, opt={"body": Held})
async def release(request: Asked) -> list[views.Hold]:
    """End a hold."""
    found: list[views.Hold] = await _asked(request, "privacy.release", Held)
    return found


@get("/v1/privacy/holds")
async def holds(request: Asked) -> list[views.Hold]:
    """Return the holds that stand."""
    actor = await require(request)
    found: list[views.Hold] = await use_cases(request).run("privacy.holds", {}, actor=actor)
    return found


HANDLERS = (
    give, refuse, withdraw, find, text, leave_alone, call_again, count, explain, restrict,
    unrestrict, hold, release, holds,
)  # fmt: skip
