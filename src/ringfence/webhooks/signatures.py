"""``X-Twilio-Signature``: how a receiver knows that a request came from this installation.

    form request   base64(HMAC-SHA1(token, url + every name and value, sorted, without delimiter))
    other body     base64(HMAC-SHA1(token, url)), the url ending in bodySHA256=<hex of the body>

A name that occurs several times contributes its distinct values, sorted. SHA-1 is what Twilio's
validators compute; in an HMAC its collisions do not matter.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit, urlunsplit

HEADER = "X-Twilio-Signature"
BODY_PARAMETER = "bodySHA256"

_DEFAULT_PORT = {"http": 80, "https": 443}


def sign(url: str, params: Iterable[tuple[str, str]], token: str) -> str:
    """Return the signature of a request with form parameters (none for GET).

    ``url``: exactly as requested, with its query. ``params``: decoded names and values.
    """
    pairs = sorted(set(params))
    text = url + "".join([name + value for name, value in pairs])
    return b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode("ascii")


def with_body_digest(url: str, body: bytes) -> str:
    """Return ``url`` with the digest of ``body``: what to request and to `sign` for JSON."""
    digest = f"{BODY_PARAMETER}={sha256(body).hexdigest()}"
    return f"{url}{'&' if '?' in url else '?'}{digest}"


def verify(
    signature: str,
    *,
    url: str,
    token: str,
    params: Iterable[tuple[str, str]] = (),
    body: bytes | None = None,
) -> bool:
    """Whether ``signature`` fits the request, in constant time.

    The URL is tried with and without the port, because servers behind a proxy see either. With
    ``body`` the digest in the query must fit too.
    """
    if body is not None:
        named = [v for n, v in parse_qsl(urlsplit(url).query) if n == BODY_PARAMETER]
        if len(named) != 1 or not hmac.compare_digest(
            named[0].encode(), sha256(body).hexdigest().encode()
        ):
            return False
        params = ()
    pairs = tuple(params)
    given = signature.encode()
    fits = False
    for candidate in {url, _port_toggled(url)}:
        fits |= hmac.compare_digest(sign(candidate, pairs, token).encode(), given)
    return fits


def _port_toggled(url: str) -> str:
    """Return the URL without its port, or with the scheme's own where it has none."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return url
    userinfo, at, host_port = parts.netloc.rpartition("@")
    if port is not None:
        host = host_port[: host_port.rindex(":")]
    elif parts.scheme in _DEFAULT_PORT:
        host = f"{host_port}:{_DEFAULT_PORT[parts.scheme]}"
    else:
        return url
    return urlunsplit(parts._replace(netloc=f"{userinfo}{at}{host}"))
