"""``/v2/PhoneNumbers/{number}``: Twilio's Lookup, version 2.

https://www.twilio.com/docs/lookup/v2-api. Numbers are looked up by their digits; the fields that
only others can answer are asked of the connector (``office.lookup``), and without one carry the
code `OUT_OF_COVERAGE`.
"""

from __future__ import annotations

import re
from typing import Any

from litestar import Response, route
from litestar.params import FromPath

from ringfence.api import views_desk as views
from ringfence.api.common import Asked, use_cases
from ringfence.api.twilio.door import METHODS, answered, method, options, params_of, refused, who
from ringfence.api.twilio.operations import methods
from ringfence.api.twilio.problems import (
    NOT_FOUND,
    Problem,
    no_such_method,
    not_there,
)
from ringfence.api.twilio.question import Answer
from ringfence.kernel.errors import Refused

OUT_OF_COVERAGE = 60600
"""Twilio: "Unprovisioned or out of coverage"."""
HERE = ("line_type_intelligence", "caller_name", "line_status")
_ELSEWHERE = (
    "call_forwarding", "identity_match", "phone_number_quality_score", "pre_fill",
    "reassigned_number", "sim_swap", "sms_pumping_risk",
)  # fmt: skip
METHODS_HERE = methods(["GET"])
_NUMBER = re.compile(r"PhoneNumbers/([^/]+)")
_KNOWN = re.compile(
    r"batch/query|RateLimits|RateLimits/Fields/[^/]+/Bucket/[^/]+"
    r"|PhoneNumbers/[^/]+/Overrides/[^/]+"
)


@route(
    "/v2/{rest:path}",
    http_method=METHODS,
    status_code=200,
    name="twilio_lookups",
    include_in_schema=False,
)
async def lookups(request: Asked, rest: FromPath[str]) -> Response[Any]:
    """Answer one request of a Lookup client."""
    try:
        actor = await who(request)
        if request.method == "OPTIONS":
            return options(METHODS_HERE if _NUMBER.fullmatch(rest.strip("/")) else ())
        return answered(await _answer(request, rest.strip("/"), actor))
    except (Refused, Problem) as error:
        return refused(request, error)


async def _answer(request: Asked, path: str, actor: str) -> Answer:
    if _KNOWN.fullmatch(path):
        raise not_there(f"/v2/{path.split('/')[0]}")
    number = _NUMBER.fullmatch(path)
    if number is None:
        raise NOT_FOUND
    if method(request) != "GET":
        raise no_such_method(METHODS_HERE)
    params = await params_of(request)
    wanted = _fields(params.get("Fields", [""])[-1])
    args = {"number": number[1], "country": params.get("CountryCode", [None])[-1]}
    office = use_cases(request)
    found: views.Lookup = await office.run("number.lookup", args, actor=actor)
    live = [field for field in wanted if field in HERE]
    offline = live == ["line_type_intelligence"] and found.line_type is not None
    if live and found.valid and not offline:
        found = await office.run("number.lookup.ask", args | {"fields": live}, actor=actor)
    url = f"{str(request.base_url).rstrip('/')}/v2/PhoneNumbers/{found.number}"
    return Answer(200, _shown(found, wanted, url))


def _fields(text: str) -> list[str]:
    """Read ``Fields``; ``validation`` is always answered, unknown ones are refused."""
    names = [name.strip() for name in text.split(",") if name.strip() not in {"", "validation"}]
    if any(name not in HERE and name not in _ELSEWHERE for name in names):
        raise Problem(20001, "Fields names something that cannot be looked up", status=400)
    return names


def _shown(found: views.Lookup, wanted: list[str], url: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "calling_country_code": found.calling_code,
        "country_code": found.country,
        "phone_number": found.number,
        "national_format": found.national,
        "valid": found.valid,
        "validation_errors": found.errors,
        "url": url,
    }
    body |= dict.fromkeys((*HERE, *_ELSEWHERE))
    if not found.valid:
        return body
    code = None if found.answered else OUT_OF_COVERAGE
    if "line_type_intelligence" in wanted:
        body["line_type_intelligence"] = {
            "mobile_country_code": found.mobile_country_code,
            "mobile_network_code": found.mobile_network_code,
            "carrier_name": found.carrier,
            "type": found.line_type,
            "error_code": None if found.line_type is not None else code,
        }
    if "caller_name" in wanted:
        body["caller_name"] = {
            "caller_name": found.caller_name,
            "caller_type": found.caller_type,
            "error_code": code,
        }
    if "line_status" in wanted:
        body["line_status"] = {"status": found.line_status, "error_code": code}
    return body
