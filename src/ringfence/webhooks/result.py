"""What comes of a request, and how its body is read within bounds."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Literal

import aiohttp

from ringfence.kernel.limits import WEBHOOK_CHUNK_BYTES

Failure = Literal[
    "bad_url",  # not an http or https URL
    "fetch_failed",  # no connection
    "fetch_protocol",  # broken HTTP
    "fetch_refused",  # the guard: a private address, or a redirect from https to http
    "fetch_host_unknown",
    "fetch_redirects",
    "fetch_tls",
    "fetch_certificate",  # nobody we trust has signed it
    "fetch_certificate_name",  # it is of another host
    "fetch_certificate_expired",
    "fetch_too_large",
    "fetch_timed_out",
    "fetch_status",  # an answer, but not 2xx
]


@dataclass(slots=True)
class FetchResult:
    """An answer, or why there is none.

    ``status`` 0: none came. ``url``: the last one requested, with its query. ``body`` is there
    for every answer that was not a redirect, also where ``failure`` is ``fetch_status``.
    """

    status: int = 0
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)
    url: str = field(default="", repr=False)
    failure: Failure | None = None
    redirects: int = 0
    elapsed_ms: int = 0
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    authorized: bool = False
    """Whether credentials of the URL went with the request."""

    @property
    def ok(self) -> bool:
        """Whether a 2xx answer came, complete."""
        return self.failure is None


class TooLargeError(Exception):
    """The body is longer than its limit; only this package sees it."""


async def read_bounded(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read at most ``limit`` bytes, unpacked. Raises `TooLargeError` beyond that."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    length = response.content_length
    if length is not None and length > limit:
        raise TooLargeError
    unpack = None
    if encoding in {"gzip", "x-gzip", "deflate"}:
        # 32 + MAX_WBITS: gzip and zlib headers alike
        unpack = zlib.decompressobj(32 + zlib.MAX_WBITS)
    parts: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_chunked(WEBHOOK_CHUNK_BYTES):
        if unpack is not None:
            try:
                chunk = unpack.decompress(chunk, limit - size + 1)
            except zlib.error:
                raise aiohttp.ClientPayloadError("broken compression") from None
        size += len(chunk)
        if size > limit:
            raise TooLargeError
        parts.append(chunk)
    return b"".join(parts)
