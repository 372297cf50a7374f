"""Fetches other people's URLs: guarded, bounded, signed.

Every connection passes the guard three times: by the URL's text, by every address its name
resolves to (aiohttp then connects to exactly these, so the second answer of a rebinding name
server is never used), and by the socket's own address at the moment of connecting. Redirects are
followed here, one by one, each as guarded as the first.

One time limit covers everything from the name to the last byte. Nothing is cached and nothing is
logged: whoever calls `WebhookClient.fetch` decides what the exchange leaves behind.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import quote_plus, urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ringfence import __version__
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    WEBHOOK_ADMITTED_MAX,
    WEBHOOK_BODY_BYTES,
    WEBHOOK_CONNECT_MS,
    WEBHOOK_CONNECTIONS_PER_HOST,
    WEBHOOK_IDLE_MS,
    WEBHOOK_REDIRECTS,
    WEBHOOK_RESOLVER_THREADS,
    WEBHOOK_TOTAL_MS,
)
from ringfence.kernel.phone import Phone
from ringfence.webhooks.guard import Guard, Target, is_public_text
from ringfence.webhooks.result import Failure, FetchResult, TooLargeError, read_bounded
from ringfence.webhooks.signatures import HEADER, sign, with_body_digest

Method = Literal["GET", "POST"]
Param = tuple[str, str | Phone]

SIMULATION: Final = "X-Ringfence-Simulation"
"""Marks a request that no call asked for."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_KEEPS_METHOD: Final = frozenset({307, 308})
_JSON: Final = "application/json, */*;q=0.5"
"""What answers a document of ours; some servers send XML to whoever would take it."""
_FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"
_HEADERS: Final = {
    "User-Agent": f"Ringfence/{__version__}",
    "Accept": "application/xml, text/xml;q=0.9, audio/*;q=0.8, */*;q=0.5",
    # compressed answers are understood but not asked for: documents are small
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class Document:
    """Something to be sent as it is. ``headers``: a signature, say. A GET has no body."""

    body: bytes = field(repr=False)
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: Method = "POST"


class GuardedResolver(AbstractResolver):
    """Names to addresses by the system's resolver, in threads of its own, through the guard."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._threads = ThreadPoolExecutor(WEBHOOK_RESOLVER_THREADS, thread_name_prefix="dns")
        self.admitted: dict[str, None] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, _addresses, host, port, family
        )
        self._guard.admit(host, port, [address for address, _ in found])
        for address, _ in found:
            self.admit(address)
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=kind, proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address, kind in found
        ]  # fmt: skip

    def admit(self, address: str) -> None:
        """Remember an address that passed the guard, for the last look at the socket."""
        if address not in self.admitted and len(self.admitted) >= WEBHOOK_ADMITTED_MAX:
            del self.admitted[next(iter(self.admitted))]
        self.admitted[address] = None

    def connector(self, tls: ssl.SSLContext) -> aiohttp.TCPConnector:
        """Return a connector that goes where this resolver admits, and looks once more."""
        return aiohttp.TCPConnector(
            resolver=self,
            ssl=tls,
            limit=0,  # bounded per host: one endpoint that hangs must not slow another
            limit_per_host=WEBHOOK_CONNECTIONS_PER_HOST,
            keepalive_timeout=WEBHOOK_IDLE_MS / 1000,
            ttl_dns_cache=10,
            socket_factory=self._socket,
        )

    def _socket(self, info: Any) -> socket.socket:
        """The last look: the address that is about to be connected to."""
        family, kind, proto, _, address = info
        if address[0] not in self.admitted and not is_public_text(address[0]):
            raise Refused("private_address", "the connection was about to go to a private address")
        return socket.socket(family=family, type=kind, proto=proto)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class WebhookClient:
    """One per process. ``guard`` decides where it may connect."""

    def __init__(self, guard: Guard, *, tls: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._resolver = GuardedResolver(guard)
        self._tls = tls if tls is not None else ssl.create_default_context()
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Drop every connection; `fetch` opens new ones if it is called again."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def fetch(
        self,
        url: str,
        *,
        method: Method = "POST",
        params: Iterable[Param] = (),
        token: str | None = None,
        limit: int = WEBHOOK_BODY_BYTES,
        total_ms: int = WEBHOOK_TOTAL_MS,
        document: Document | None = None,
        once: str | None = None,
        simulated: bool = False,
    ) -> FetchResult:
        """Request ``url`` and return what came of it; never raises for what the far side does.

        ``params``: the form of a POST, added to the query of a GET. ``token``: the account's,
        for ``X-Twilio-Signature``; None for no signature. ``limit``: bytes of the body.
        ``document``: posted as it is instead of a form, and never to where a redirect leads.
        ``once``: the idempotency token, where this is not the first try of it. ``simulated``: said
        in a header, so that a server can tell it from a call.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        pairs = [(n, v.e164 if isinstance(v, Phone) else v) for n, v in params]
        # the same for every try of one request, so that a receiver can tell a repetition
        once = once or secrets.token_hex(16)
        try:
            async with asyncio.timeout(total_ms / 1000):
                if document is not None:
                    target = self._guard.target(url)
                    result, _ = await self._once(
                        target, document.method, [], None, limit, once, document
                    )
                else:
                    result = await self._follow(url, method, pairs, token, limit, once, simulated)
        except TimeoutError:
            result = FetchResult(failure="fetch_timed_out")
        except Refused as refused:
            result = FetchResult(
                failure="bad_url" if refused.code == "bad_url" else "fetch_refused"
            )
        except aiohttp.ClientConnectorDNSError:
            result = FetchResult(failure="fetch_host_unknown")
        except aiohttp.ClientConnectorCertificateError as error:
            result = FetchResult(failure=_certificate(error.certificate_error))
        except aiohttp.ClientSSLError:
            result = FetchResult(failure="fetch_tls")
        except TooLargeError:
            result = FetchResult(failure="fetch_too_large")
        except (aiohttp.ServerConnectionError, aiohttp.ClientResponseError,
                aiohttp.ClientPayloadError):  # fmt: skip
            result = FetchResult(failure="fetch_protocol")
        except (aiohttp.ClientError, OSError, ValueError, UnicodeError):
            # ValueError: what yarl and aiohttp say to URLs and headers beyond repair
            result = FetchResult(failure="fetch_failed")
        result.elapsed_ms = int((loop.time() - started) * 1000)
        return result

    async def _follow(
        self,
        url: str,
        method: Method,
        pairs: list[tuple[str, str]],
        token: str | None,
        limit: int,
        once: str,
        simulated: bool,
    ) -> FetchResult:
        for hops in range(WEBHOOK_REDIRECTS + 1):
            target = self._guard.target(_with_query(url, pairs) if method == "GET" else url)
            form = pairs if method == "POST" else []
            try:
                result, location = await self._once(
                    target, method, form, token, limit, once, simulated=simulated
                )
            except aiohttp.ServerDisconnectedError:
                # a kept connection that the server closed meanwhile: once more, on a new one
                result, location = await self._once(
                    target, method, form, token, limit, once, simulated=simulated
                )
            result.redirects = hops
            if location is None:
                return result
            url = urljoin(target.url, location)
            if target.scheme == "https" and not url.startswith("https:"):
                # a redirect must not make personal data leave in clear
                return FetchResult(failure="fetch_refused", redirects=hops)
            if result.status not in _KEEPS_METHOD:
                # RFC 9110 15.4.2, 15.4.3, 15.4.4: go on with GET, without the form
                method, pairs = "GET", []
            elif method == "GET":
                pairs = []
        return FetchResult(failure="fetch_redirects", redirects=WEBHOOK_REDIRECTS)

    async def _once(
        self,
        target: Target,
        method: Method,
        form: list[tuple[str, str]],
        token: str | None,
        limit: int,
        once: str,
        document: Document | None = None,
        *,
        simulated: bool = False,
    ) -> tuple[FetchResult, str | None]:
        """One request; the second value is where a redirect leads."""
        headers = {**_HEADERS, "I-Twilio-Idempotency-Token": once}
        if simulated:
            headers[SIMULATION] = "true"
        if token is not None:
            headers[HEADER] = sign(target.url, form, token)
        if target.credentials is not None:
            joined = ":".join(target.credentials).encode()
            headers["Authorization"] = "Basic " + b64encode(joined).decode("ascii")
        data = None
        if method == "POST":
            headers["Content-Type"] = _FORM
            data = encoded(form).encode("ascii")
        if document is not None:
            headers |= {"Accept": _JSON, **document.headers}
            if document.method == "POST":
                headers["Content-Type"] = document.media_type
                data = document.body
        if target.literal:
            self._resolver.admit(target.host)
        request = self._open().request(
            method,
            URL(target.url, encoded=True),
            data=data,
            headers=headers,
            allow_redirects=False,
        )
        async with request as response:
            if response.status in _REDIRECTS and "Location" in response.headers:
                return FetchResult(status=response.status), response.headers["Location"]
            body = await read_bounded(response, limit)
            failure: Failure | None = None if 200 <= response.status < 300 else "fetch_status"
            return (
                FetchResult(
                    status=response.status,
                    content_type=response.headers.get("Content-Type", ""),
                    body=body,
                    url=target.url,
                    failure=failure,
                    # aiohttp's names are a kind of str of its own, which no encoder takes
                    headers=tuple((str(k), v) for k, v in response.headers.items()),
                    authorized=target.credentials is not None,
                ),
                None,
            )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=self._resolver.connector(self._tls),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # an answer may be a bomb; `read_bounded` looks
                trust_env=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=WEBHOOK_CONNECT_MS / 1000),
            )
        return self._session


def _addresses(
    host: str, port: int, family: socket.AddressFamily
) -> list[tuple[str, socket.AddressFamily]]:
    """Resolve in a thread. Raises ``OSError`` where the name is not known."""
    found: dict[str, socket.AddressFamily] = {}
    for kind, _, _, _, address in socket.getaddrinfo(
        host, port, family=family, type=socket.SOCK_STREAM
    ):
        found.setdefault(str(address[0]), kind)
    return list(found.items())


def _certificate(error: Exception) -> Failure:
    """Return what is wrong with a certificate, by the number OpenSSL has for it."""
    code = getattr(error, "verify_code", 0)
    if code in _OF_ANOTHER_HOST:
        return "fetch_certificate_name"
    return "fetch_certificate_expired" if code in _OUT_OF_TIME else "fetch_certificate"


_OF_ANOTHER_HOST: Final = frozenset({62, 64})  # X509_V_ERR_HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH
_OUT_OF_TIME: Final = frozenset({9, 10})  # X509_V_ERR_CERT_NOT_YET_VALID, _CERT_HAS_EXPIRED


def signed_document(url: str, body: bytes, token: str) -> tuple[str, Document]:
    """Return JSON to be posted, signed by its digest, and the URL to post it to."""
    target = with_body_digest(url, body)
    return target, Document(body, "application/json", {HEADER: sign(target, (), token)})


def encoded(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a form (WHATWG URL 5.2); most names and values are words that stay as they are."""
    plain = _PLAIN.fullmatch
    return "&".join(
        [f"{n if plain(n) else quote_plus(n)}={v if plain(v) else _quoted(v)}" for n, v in pairs]
    )


def _quoted(value: str) -> str:
    if value[:1] == "+" and _PLAIN.fullmatch(value[1:]):
        return f"%2B{value[1:]}"  # a telephone number
    return quote_plus(value)


_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*")


def requested(url: str, method: Method, params: Iterable[Param]) -> str:
    """Return the URL as it is asked for: the parameters of a GET are part of it."""
    if method != "GET":
        return url
    return _with_query(url, [(n, v.e164 if isinstance(v, Phone) else v) for n, v in params])


def _with_query(url: str, pairs: list[tuple[str, str]]) -> str:
    if not pairs:
        return url
    query = encoded(pairs)
    head = url.partition("#")[0]
    joint = "" if head.endswith(("?", "&")) else "&" if "?" in head else "?"
    return f"{head}{joint}{query}"
