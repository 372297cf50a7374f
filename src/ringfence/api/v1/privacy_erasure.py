"""``/v1/privacy/erasures``: plan an erasure, carry it out, get its receipt.

A number stands in a body, never in a path: paths end up in logs of proxies.
"""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from ringfence.api import views
from ringfence.api.common import HEADERS, Asked, account_of, require, use_cases
from ringfence.api.resources import Body, resource
from ringfence.kernel.errors import Refused


class Wanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/privacy/erasures``."""

    address: str
    """A telephone number or a SIP address."""
    reason: str = "request"


_AT = "/v1/privacy/erasures"


@get(f"{_AT}/{{sid:str}}/receipt", opt={"case": "privacy.erase.receipt", "media": "text/plain"})
async def fetch_receipt(request: Asked, sid: FromPath[str]) -> Response[str]:
    """Return the signed receipt as text; 404 before the erasure is done."""
    actor = await require(request)
    found: views.Erasure = await use_cases(request).run(
        "privacy.erase.show", {"sid": sid}, actor=actor, account=account_of(request)
    )
    if found.receipt is None:
        raise Refused("not_found", "this erasure has not been carried out")
    return Response(found.receipt, media_type="text/plain; charset=utf-8", headers=HEADERS)


HANDLERS = (
    resource(f"POST {_AT}", "privacy.erase.plan", views.Erasure,
             "Plan: what is stored about whoever has this number, what is done with it, when, why. "
             "Nothing is touched yet; a number nobody has heard of is answered in the same way.",
             body=Wanted, status=201),
    resource(f"POST {_AT}/{{sid:str}}/execute", "privacy.erase.execute", views.Erasure,
             "Carry a plan out. Asking again answers the same and changes nothing."),
    resource(f"GET {_AT}", "privacy.erase.list", list[views.Erasure],
             "Erasures that were begun, newest first.", paged=True),
    resource(f"GET {_AT}/{{sid:str}}", "privacy.erase.show", views.Erasure,
             "A plan, or an erasure with its receipt."),
    fetch_receipt,
)  # fmt: skip
