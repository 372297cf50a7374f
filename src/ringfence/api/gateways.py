"""``/carriers/NAME/SECRET``: where SMS gateways with HTTP send receipts and messages.

Query, form and JSON are taken alike: what means what is in the gateway's template. The answer is
200 when it is safe with us, 404 for a stranger, 503 for *again later*.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from litestar import Response, get, post
from litestar.enums import MediaType
from litestar.params import FromPath

from ringfence.api.common import Asked, use_cases
from ringfence.api.limiting import limit
from ringfence.api.use_cases import PUBLIC
from ringfence.kernel.errors import Refused, RemoteError


@get("/carriers/{name:str}/{secret:str}", media_type=MediaType.TEXT, include_in_schema=False)
async def asked(request: Asked, name: FromPath[str], secret: FromPath[str]) -> Response[str]:
    """Take a webhook whose fields are in the query."""
    return await _take(request, name, secret, _fields(request.query_params.multi_items()))


@post(
    "/carriers/{name:str}/{secret:str}",
    media_type=MediaType.TEXT,
    status_code=200,
    include_in_schema=False,
)
async def told(request: Asked, name: FromPath[str], secret: FromPath[str]) -> Response[str]:
    """Take a webhook with a form or a document."""
    document: Any = _fields(request.query_params.multi_items())
    if (request.content_type[0] or "").endswith("json"):
        try:
            document = json.loads(await request.body())
        except (ValueError, RecursionError):
            document = None
    else:
        document |= _fields((await request.form()).multi_items())
    return await _take(request, name, secret, document)


def _fields(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return fields by name, the last value of each; all of several are at ``name[]``."""
    every: dict[str, list[Any]] = {}
    for name, value in items:
        every.setdefault(name, []).append(value)
    lists = {f"{name.removesuffix('[]')}[]": some for name, some in every.items() if len(some) > 1}
    return {name: some[-1] for name, some in every.items()} | lists


async def _take(request: Asked, name: str, secret: str, document: Any) -> Response[str]:
    if not isinstance(document, dict):
        return Response("not understood", status_code=400)
    args = {"name": name, "secret": secret, "document": document}
    try:
        answer = await use_cases(request).run("carrier.webhook", args, actor=PUBLIC)
    except RemoteError:
        return Response("neither a receipt nor a message", status_code=400)
    except Refused as refused:
        if refused.code != "not_found":
            return Response("later", status_code=503)
        limit(request)  # whoever guesses is counted; a gateway that proves itself never is
        return Response("not found", status_code=404)
    return Response("ok" if answer.taken else "unknown", status_code=200)


HANDLERS = (asked, told)
