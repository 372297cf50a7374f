"""``/rights``: the page on which anybody asks about their own data.

Rendered on the server, without script, cookies or anything from elsewhere; it works with a keyboard
alone. A secret reference travels in bodies of forms, never in an address, and everything that is
sent in is counted by address (`ringfence.api.limiting`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.enums import MediaType
from litestar.response import Stream

from ringfence.api import case_views
from ringfence.api.common import HEADERS, Asked, use_cases
from ringfence.api.limiting import limit
from ringfence.api.problems import kind
from ringfence.api.resources import hand_out
from ringfence.api.status import _instant, _resource
from ringfence.api.use_cases import PUBLIC
from ringfence.kernel.errors import Refused
from ringfence.privacy.cases.rights import RIGHTS

if TYPE_CHECKING:
    from jinja2 import Template

COUNTRIES: dict[str, str] = {
    "": "somewhere else",
    "AT": "Austria", "BE": "Belgium", "BG": "Bulgaria", "HR": "Croatia", "CY": "Cyprus",
    "CZ": "Czechia", "DK": "Denmark", "EE": "Estonia", "FI": "Finland", "FR": "France",
    "DE": "Germany", "GR": "Greece", "HU": "Hungary", "IS": "Iceland", "IN": "India",
    "IE": "Ireland", "IT": "Italy", "LV": "Latvia", "LI": "Liechtenstein", "LT": "Lithuania",
    "LU": "Luxembourg", "MT": "Malta", "NL": "Netherlands", "NO": "Norway", "PL": "Poland",
    "PT": "Portugal", "RO": "Romania", "SK": "Slovakia", "SI": "Slovenia", "ES": "Spain",
    "SE": "Sweden", "AE": "United Arab Emirates", "GB": "United Kingdom",
    "US-CA": "United States: California", "US": "United States: another state",
}  # fmt: skip

_DETAILS = ("code_by", "what", "value", "record", "recipient", "purpose", "email")

CONSENTS: dict[str, str] = {
    "": "marketing",
    "record_call": "recording my calls",
    "transcription": "turning what I say into text",
    "share_with_partners": "giving my contact data to partners",
    "publication": "publishing what I said",
}
"""What one may take back, and object to."""
INTERESTS: dict[str, str] = {
    "prevent_abuse": "looking for fraud and attacks",
    "resolve_complaint": "finding out why a call went wrong",
}
"""What one may object to because it rests on an interest of ours (GDPR 21(1))."""


@get("/rights", media_type=MediaType.HTML)
async def show(request: Asked) -> str:
    """Show the forms: ask, follow, complain, report."""
    return await _page(request)


@post("/rights/ask", status_code=200, media_type=MediaType.HTML)
async def ask(request: Asked) -> Response[str]:
    """Ask for a right; the answer shows the reference, this once."""
    form = await _form(request)
    details = {name: form[name] for name in _DETAILS if form.get(name)}
    args = {
        "kind": form.get("kind", ""),
        "contact": form.get("contact", ""),
        "residence": form.get("residence", ""),
        "words": form.get("words", ""),
        "details": details,
    }
    return await _answer(request, form, "asked", "privacy.rights.ask", args)


@post("/rights/verify", status_code=200, media_type=MediaType.HTML)
async def verify(request: Asked) -> Response[str]:
    """Show control of the number by the code that was spoken."""
    form = await _form(request)
    args = {"reference": form.get("reference", ""), "code": form.get("code", "")}
    return await _answer(request, form, "status", "privacy.rights.verify", args)


@post("/rights/status", status_code=200, media_type=MediaType.HTML)
async def follow(request: Asked) -> Response[str]:
    """Show how far a request is."""
    return await _by_reference(request, "privacy.rights.status")


@post("/rights/code", status_code=200, media_type=MediaType.HTML)
async def another_code(request: Asked) -> Response[str]:
    """Have another code sent."""
    return await _by_reference(request, "privacy.rights.code")


@post("/rights/withdraw", status_code=200, media_type=MediaType.HTML)
async def withdraw(request: Asked) -> Response[str]:
    """Take a request back."""
    return await _by_reference(request, "privacy.rights.withdraw")


@post("/rights/archive", status_code=200)
async def archive(request: Asked) -> Stream | Response[str]:
    """Fetch the archive, once."""
    form = await _form(request)
    try:
        limit(request)
        args = {"reference": form.get("reference", "")}
        return await hand_out(request, "privacy.rights.fetch", args, actor=PUBLIC)
    except Refused as refused:
        return await _refused(request, form, refused)


@post("/rights/grievance", status_code=200, media_type=MediaType.HTML)
async def grievance(request: Asked) -> Response[str]:
    """Say that one is not content."""
    form = await _form(request)
    args = {
        "words": form.get("words", ""),
        "about": form.get("about", "other"),
        "residence": form.get("residence", ""),
        "contact": form.get("contact", ""),
    }
    return await _answer(request, form, "filed", "privacy.grievance.file", args)


@post("/rights/grievance/status", status_code=200, media_type=MediaType.HTML)
async def follow_grievance(request: Asked) -> Response[str]:
    """Show how far a grievance is."""
    form = await _form(request)
    args = {"reference": form.get("reference", "")}
    return await _answer(request, form, "grievance", "privacy.grievance.status", args)


@post("/rights/grievance/withdraw", status_code=200, media_type=MediaType.HTML)
async def withdraw_grievance(request: Asked) -> Response[str]:
    """Take a grievance back."""
    form = await _form(request)
    args = {"reference": form.get("reference", "")}
    return await _answer(request, form, "grievance", "privacy.grievance.take_back", args)


@post("/rights/child", status_code=200, media_type=MediaType.HTML)
async def child(request: Asked) -> Response[str]:
    """Report that somebody who uses a number is a child."""
    form = await _form(request)
    args = {"contact": form.get("contact", ""), "words": form.get("words", "")}
    return await _answer(request, form, "reported", "privacy.child.report", args)


async def _by_reference(request: Asked, use_case: str) -> Response[str]:
    form = await _form(request)
    args = {"reference": form.get("reference", "")}
    return await _answer(request, form, "status", use_case, args)


async def _form(request: Asked) -> dict[str, str]:
    form = await request.form()
    return {str(name): str(value) for name, value in form.items()}


async def _answer(
    request: Asked, form: dict[str, str], shown: str, use_case: str, args: dict[str, Any]
) -> Response[str]:
    try:
        limit(request, use_case)
        found = await use_cases(request).run(use_case, args, actor=PUBLIC)
    except Refused as refused:
        return await _refused(request, form, refused)
    return _html(await _page(request, form, **{shown: found}))


async def _refused(request: Asked, form: dict[str, str], refused: Refused) -> Response[str]:
    page = await _page(request, form, problem=refused.reason)
    return _html(page, status=kind(refused.code).status)


def _html(page: str, *, status: int = 200) -> Response[str]:
    return Response(page, status_code=status, media_type=MediaType.HTML, headers=HEADERS)


async def _page(request: Asked, form: dict[str, str] | None = None, **shown: Any) -> str:
    office = use_cases(request)
    officers: list[case_views.Officer] = await office.run("privacy.officer.list", {}, actor=PUBLIC)
    return _template().render(
        rights=RIGHTS,
        countries=COUNTRIES,
        purposes=CONSENTS,
        interests=INTERESTS,
        officers=officers,
        form=form or {},
        instant=_instant,
        **shown,
    )


@cache
def _template() -> Template:
    from jinja2 import Environment  # only whoever looks at the page pays for the engine

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_resource("rights.html"))


HANDLERS = (
    show,
    ask,
    verify,
    follow,
    another_code,
    withdraw,
    archive,
    grievance,
    follow_grievance,
    withdraw_grievance,
    child,
)
