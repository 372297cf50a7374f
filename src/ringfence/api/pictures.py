"""``/m/WORD``: a picture of a message, for whoever was sent the link; no cookie, no trace of who.

Nobody on the way may keep it: a link that has died must be dead everywhere.
"""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from ringfence.api import views_messages as views
from ringfence.api.common import HEADERS, Asked, use_cases
from ringfence.api.limiting import limit
from ringfence.api.use_cases import PUBLIC
from ringfence.kernel.errors import Refused

_SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@get("/m/{word:str}", include_in_schema=False)
async def picture(request: Asked, word: FromPath[str]) -> Response[bytes]:
    """Give out a picture; 404 for a link that is not ours or has died."""
    try:
        found = await use_cases(request).run("message.media.follow", {"word": word}, actor=PUBLIC)
    except Refused:
        limit(request)  # whoever guesses is counted
        return Response(b"", status_code=404, media_type="text/plain", headers=dict(_SAFE))
    return answered(found)


def answered(found: views.PictureBytes) -> Response[bytes]:
    """Return a picture as an answer."""
    return Response(found.body, media_type=found.media_type, headers={**HEADERS, **_SAFE})


HANDLERS = (picture,)
