"""``Idempotency-Key``: a request that is repeated is carried out once (draft-ietf-httpapi-
idempotency-key-header-06).

What was answered is kept sealed for a day with a fingerprint of the request, so that a repetition
gets the same answer, also after a restart; another request under the same key is refused. Nobody
but whoever asked gets it, and they only while they may ask for it (`ringfence.office.repeating`). A
refusal changed nothing and is not kept; where something broke in the midst nobody knows what took
effect, and the key says so from then on.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response

from ringfence.api import views_apps as views
from ringfence.api.common import Asked, account_of, require, use_cases
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import IDEMPOTENCY_ANSWER_BYTES, IDEMPOTENCY_KEY_CHARS

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
JSON = "application/json"

_ALLOWED = frozenset(string.ascii_letters + string.digits + string.punctuation)


async def once(request: Asked, key: str, case: str, carry_out: Callable[[], Awaitable[Any]]) -> Any:
    """Carry a request for the use case ``case`` out, or answer as the first time.

    Raises `Refused`: ``idempotency_mismatch``, ``idempotency_concurrent``,
    ``idempotency_interrupted``, and what the request itself is refused with.
    """
    key = key.strip('"')
    if not 0 < len(key) <= IDEMPOTENCY_KEY_CHARS or not _ALLOWED.issuperset(key):
        raise Refused("bad_argument", f"{HEADER} has 1 to {IDEMPOTENCY_KEY_CHARS} ASCII characters")
    actor, account = await require(request), account_of(request)
    office = use_cases(request)
    args = {"key": key, "fingerprint": await _fingerprint(request), "case": case}
    before: views.Replay = await office.run("request.begin", args, actor=actor, account=account)
    if before.status is not None:
        if before.body is None:
            reason = "it was carried out, and its answer was too large to be kept"
            raise Refused("idempotency_answer_gone", reason)
        return Response(
            before.body,
            status_code=before.status,
            media_type=JSON,
            headers={REPLAYED: "true"},
        )
    try:
        answer = await carry_out()
    except BaseException as error:
        known = isinstance(error, Refused)  # a refusal changed nothing; else nobody knows
        await office.run(
            "request.forget", {"key": key, "known": known}, actor=actor, account=account
        )
        raise
    content = answer.content if isinstance(answer, Response) else None
    small = isinstance(content, bytes) and len(content) <= IDEMPOTENCY_ANSWER_BYTES
    done = {"key": key, "status": answer.status_code or 200, "body": content if small else None}
    await office.run("request.finish", done, actor=actor, account=account)
    return answer


async def _fingerprint(request: Asked) -> str:
    """Return a digest of what is asked; the office keeps only a keyed hash of it."""
    digest = hashlib.sha256()
    for part in (
        request.method.encode(),
        request.url.path.encode(),
        request.url.query.encode(),
        (account_of(request) or "").encode(),
        await request.body(),
    ):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
