"""Digest authentication, both sides (RFC 3261 22, RFC 7616, RFC 8760): SHA-256 and MD5.

::

    nonce = base64url( issued ms, 6 octets | salt, 6 | HMAC-SHA-256(secret, realm, both), 12 )
    HA1   = H(username:realm:password)         what a server keeps; never the password
    HA2   = H(method:digest-uri)               with qop=auth-int also :H(body)
    response = H(HA1:nonce:nc:cnonce:qop:HA2)  without qop H(HA1:nonce:HA2)

A nonce proves itself by its HMAC, so a challenge costs no memory. Only nonces under which
somebody has proved to know a password are remembered, for their counters: a request seen once is
not taken twice.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import SIP_NC_WINDOW, SIP_NONCE_LIFE_MS, SIP_NONCES_MAX
from ringfence.sip.grammar import QUOTED, TOKEN, is_clean, quote, unquote
from ringfence.sip.message import Request, Response
from ringfence.sip.uri import Uri

Algorithm = Literal["MD5", "SHA-256"]
ALGORITHMS: Final[tuple[Algorithm, ...]] = ("MD5", "SHA-256")
"""What we offer, in the order of our challenges.

RFC 8760 section 2.3 puts the preferred one first, and what we prefer is a telephone that works:
many in use answer the first challenge or none. Those on PJSIP did until 2021
(https://github.com/pjsip/pjproject/issues/2712), and SIPp 3.6.1 registers here with MD5 first and
not with SHA-256 first (https://github.com/SIPp/sipp/issues/488). The passwords we make have 120
bits, so that a digest by MD5, too, is out of reach of guessing.
"""
_ONLY_MD5: Final = re.compile(r"baresip v(?:[0-2]\.|3\.(?:[0-9]|10)\.)")
"""Telephones that give up as soon as any challenge names another algorithm (RFC 7616 3.7 wants
them to pass over it), by the beginning of their User-Agent."""

_HASHES: Final = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
_NONCE_OCTETS: Final = 24
_FIELD = re.compile(rf'[ \t,]*+({TOKEN})[ \t]*+=[ \t]*+({QUOTED}|[^\s",]++)[ \t]*+', re.DOTALL)
_NC = re.compile(r"[0-9A-Fa-f]{8}")
_SCHEME = re.compile(rf"({TOKEN})(?:[ \t]++|\Z)")


def digest(algorithm: str, text: str) -> str:
    """Return H(text) in hex for ``MD5`` or ``SHA-256``."""
    return _HASHES[algorithm](text.encode()).hexdigest()


def make_ha1(username: str, realm: str, password: str, algorithm: Algorithm) -> str:
    """Return what a server keeps instead of the password."""
    return digest(algorithm, f"{username}:{realm}:{password}")


def parse_fields(text: str) -> tuple[str, dict[str, str]]:
    """Read ``Digest a="b", c=d``: the scheme in lower case and its fields, unquoted."""
    match = _SCHEME.match(text)
    if match is None:
        raise RemoteError("an authentication header is malformed")
    scheme = match[1].lower()
    fields: dict[str, str] = {}
    if scheme != "digest":
        return scheme, fields
    at = match.end()
    while at < len(text):
        match = _FIELD.match(text, at)
        if match is None or match[1].lower() in fields:
            raise RemoteError("an authentication header is malformed")
        fields[match[1].lower()] = unquote(match[2])
        at = match.end()
        if at < len(text) and text[at] != ",":
            raise RemoteError("an authentication header is malformed")
        at += 1
    return scheme, fields


class Outcome(NamedTuple):
    """What a request's credentials are worth.

    ``good``: ``username`` has proved to be itself. ``missing``: none for our realm: challenge.
    ``stale``: they prove the password, but the nonce is old, unknown or used up: challenge with
    ``stale``. ``wrong``: they prove nothing: challenge, and count it against the source.
    """

    kind: Literal["good", "missing", "stale", "wrong"]
    username: str = ""


_MISSING: Final = Outcome("missing")
_WRONG: Final = Outcome("wrong")


class Authenticator:
    """The server's side for one realm. ``secret``: at least 32 octets, kept out of every log."""

    __slots__ = ("_algorithms", "_counters", "_entropy", "_realm", "_secret", "_watermark")

    def __init__(
        self,
        realm: str,
        secret: bytes,
        entropy: Entropy,
        *,
        algorithms: tuple[Algorithm, ...] = ALGORITHMS,
    ) -> None:
        self._realm = realm
        self._secret = secret
        self._entropy = entropy
        self._algorithms = algorithms
        # nonce -> (highest nc, bits of those just below it that were seen)
        self._counters: dict[str, tuple[int, int]] = {}
        self._watermark = 0  # nonces issued up to here have lost their counters

    def challenges(
        self, now: Ms, *, stale: bool = False, proxy: bool = False, product: str | None = None
    ) -> list[tuple[str, str]]:
        """Return the headers of a 401 (with ``proxy`` a 407), the preferred algorithm first.

        ``product``: the User-Agent of whoever is challenged, None where it says nothing.
        """
        offered = self._algorithms
        if product is not None and "MD5" in offered and _ONLY_MD5.match(product) is not None:
            offered = ("MD5",)
        name = "Proxy-Authenticate" if proxy else "WWW-Authenticate"
        tail = ", stale=TRUE" if stale else ""
        head = f'Digest realm={quote(self._realm)}, nonce="{self._nonce(now)}", qop="auth"'
        return [(name, f"{head}, algorithm={algorithm}{tail}") for algorithm in offered]

    def verify(
        self,
        request: Request,
        ha1: Callable[[str, str, str], str | None],
        now: Ms,
        *,
        proxy: bool = False,
    ) -> Outcome:
        """Judge the credentials of a request.

        ``ha1(username, realm, algorithm)`` returns what is on file or None. It is to be called
        once per request as it arrives, not for retransmissions: each use advances a counter.
        """
        lines = request.headers.fields.get("Proxy-Authorization" if proxy else "Authorization", ())
        for line in lines:
            try:
                scheme, given = parse_fields(line)
            except RemoteError:
                continue
            if scheme == "digest" and given.get("realm") == self._realm:
                return self._judge(request, given, ha1, now)
        return _MISSING

    def _judge(
        self,
        request: Request,
        given: dict[str, str],
        ha1: Callable[[str, str, str], str | None],
        now: Ms,
    ) -> Outcome:
        algorithm = given.get("algorithm", "MD5").upper()
        username, nonce, uri = given.get("username"), given.get("nonce"), given.get("uri")
        response = given.get("response", "").lower()
        if username is None or nonce is None or uri is None or algorithm not in self._algorithms:
            return _WRONG
        qop, nc, cnonce = given.get("qop"), given.get("nc", ""), given.get("cnonce", "")
        ha2 = digest(algorithm, f"{request.method}:{uri}")
        if qop is None:
            count, middle = 1, nonce  # RFC 2069: no counter, so such a nonce serves once
        elif qop.lower() == "auth" and _NC.fullmatch(nc) is not None:
            count, middle = int(nc, 16), f"{nonce}:{nc}:{cnonce}:{qop}"
        else:
            return _WRONG
        known = ha1(username, self._realm, algorithm)
        # An unknown user costs the same work as a wrong password.
        expected = digest(algorithm, f"{known or 'nobody'}:{middle}:{ha2}")
        if not hmac.compare_digest(expected.encode(), response.encode()) or known is None:
            return _WRONG
        if not _same_user(uri, request.uri):
            return _WRONG
        issued = self._issued(nonce)
        if issued is None or not issued <= now < issued + SIP_NONCE_LIFE_MS:
            return Outcome("stale", username)
        return Outcome("good" if self._count(nonce, issued, count) else "stale", username)

    def _nonce(self, now: Ms) -> str:
        core = (now & 0xFFFF_FFFF_FFFF).to_bytes(6, "big") + self._entropy.token(6)
        return urlsafe_b64encode(core + self._mac(core)).decode()

    def _mac(self, core: bytes) -> bytes:
        return hmac.digest(self._secret, core + self._realm.encode(), "sha256")[:12]

    def _issued(self, nonce: str) -> int | None:
        """Return when a nonce of ours was issued; None for somebody else's."""
        if len(nonce) != 32 or not nonce.isascii():
            return None
        try:
            raw = urlsafe_b64decode(nonce)
        except ValueError:
            return None
        if len(raw) != _NONCE_OCTETS or not hmac.compare_digest(raw[12:], self._mac(raw[:12])):
            return None
        return int.from_bytes(raw[:6], "big")

    def _count(self, nonce: str, issued: int, count: int) -> bool:
        """Note a use; False where this counter was used already or is too far back to know."""
        top, seen = self._counters.get(nonce, (0, 0))
        if not top and issued <= self._watermark:
            return False
        if count > top:
            ahead = count - top
            # Bit n stands for the counter n+1 below the top; a great leap leaves none of them.
            near = bool(top) and ahead <= SIP_NC_WINDOW
            seen = ((seen << 1 | 1) << (ahead - 1)) & _WINDOW_MASK if near else 0
            self._counters[nonce] = (count, seen)
            if not top and len(self._counters) > SIP_NONCES_MAX:
                self._forget()
            return True
        back = top - count
        if back == 0 or back > SIP_NC_WINDOW or count < 1 or seen >> (back - 1) & 1:
            return False
        self._counters[nonce] = (top, seen | 1 << (back - 1))
        return True

    def _forget(self) -> None:
        """Drop the eldest eighth of the counters; what they guarded is stale from now on."""
        for nonce in list(self._counters)[: len(self._counters) // 8]:
            del self._counters[nonce]
            issued = self._issued(nonce)
            if issued is not None:
                self._watermark = max(self._watermark, issued)


_WINDOW_MASK: Final = (1 << SIP_NC_WINDOW) - 1


def _same_user(digest_uri: str, target: Uri) -> bool:
    """Whether the digest covers the user called.

    RFC 7616 3.4.6 wants the whole URIs to be the same, but proxies and telephones differ about
    host and port. The user part is what a call costs money by, so that one has to agree.
    """
    try:
        signed = Uri.parse(digest_uri)
    except RemoteError:
        return False
    return signed.subscriber == target.subscriber


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge of a server. ``qop``: ``auth``, ``auth-int`` or None for RFC 2069."""

    realm: str
    nonce: str
    algorithm: Algorithm
    qop: str | None
    opaque: str | None
    stale: bool
    proxy: bool


def parse_challenges(response: Response) -> list[Challenge]:
    """Return the challenges of a 401 or 407 that we can answer, in the server's order."""
    challenges = []
    for name, proxy in (("WWW-Authenticate", False), ("Proxy-Authenticate", True)):
        for line in response.headers.fields.get(name, ()):
            if not is_clean(line):
                continue  # a control behind a backslash: nothing that we would write back
            try:
                scheme, given = parse_fields(line)
            except RemoteError:
                continue
            algorithm = given.get("algorithm", "MD5").upper()
            offered = [item.strip().lower() for item in given.get("qop", "").split(",")]
            qop = next((item for item in ("auth", "auth-int") if item in offered), None)
            if scheme != "digest" or "nonce" not in given or (qop is None and offered != [""]):
                continue
            if algorithm == "MD5" or algorithm == "SHA-256":
                challenges.append(
                    Challenge(
                        given.get("realm", ""),
                        given["nonce"],
                        "MD5" if algorithm == "MD5" else "SHA-256",
                        qop,
                        given.get("opaque"),
                        given.get("stale", "").lower() == "true",
                        proxy,
                    )
                )
    return challenges


def answer_challenge(
    challenge: Challenge,
    request: Request,
    *,
    username: str,
    password: str = "",
    ha1: str | None = None,
    nc: int,
    cnonce: str,
) -> tuple[str, str]:
    """Return the header that answers ``challenge`` for ``request``; ``ha1`` saves a hash."""
    algorithm, uri = challenge.algorithm, str(request.uri)
    if ha1 is None:
        ha1 = make_ha1(username, challenge.realm, password, algorithm)
    a2 = f"{request.method}:{uri}"
    if challenge.qop == "auth-int":
        a2 += f":{_HASHES[algorithm](request.body).hexdigest()}"
    middle, tail = challenge.nonce, ""
    if challenge.qop is not None:
        middle += f":{nc:08x}:{cnonce}:{challenge.qop}"
        tail = f', qop={challenge.qop}, cnonce="{cnonce}", nc={nc:08x}'
    if challenge.opaque is not None:
        tail += f", opaque={quote(challenge.opaque)}"
    proof = digest(algorithm, f"{ha1}:{middle}:{digest(algorithm, a2)}")
    value = (
        f"Digest username={quote(username)}, realm={quote(challenge.realm)}, "
        f'nonce={quote(challenge.nonce)}, uri="{uri}", response="{proof}", '
        f"algorithm={algorithm}{tail}"
    )
    return "Proxy-Authorization" if challenge.proxy else "Authorization", value


@dataclass(slots=True)
class _Answered:
    challenge: Challenge
    ha1: str = field(repr=False)
    used: int = 0


class DigestClient:
    """The client's side: answers challenges and goes on signing until the nonce is refused."""

    __slots__ = ("_answered", "_entropy", "_password", "_renewals", "_username")

    def __init__(self, username: str, password: str, entropy: Entropy) -> None:
        self._username = username
        self._password = password
        self._entropy = entropy
        self._answered: dict[tuple[bool, str], _Answered] = {}
        self._renewals = 0

    def take(self, response: Response) -> bool:
        """Learn from a 401 or 407; return whether to `sign` a copy of the request and try again.

        False: no challenge can be answered, or our credentials were refused.
        """
        retry = False
        taken: set[tuple[bool, str]] = set()
        for challenge in parse_challenges(response):
            key = (challenge.proxy, challenge.realm)
            if key in taken:
                continue  # RFC 8760 2.4: of one realm the topmost that we know
            taken.add(key)
            before = self._answered.get(key)
            if before is not None and before.used == 1:
                # A fresh nonce was refused: wrong password, or it aged at once (stale).
                if not challenge.stale or self._renewals > 1:
                    continue
                self._renewals += 1
            self._answered[key] = _Answered(
                challenge,
                make_ha1(self._username, challenge.realm, self._password, challenge.algorithm),
            )
            retry = True
        return retry

    def accepted(self) -> None:
        """Note that a signed request was not refused, so a later refusal may mean an old nonce."""
        self._renewals = 0

    def sign(self, request: Request) -> None:
        """Put credentials into a request for every challenge answered so far."""
        request.headers.remove("Authorization")
        request.headers.remove("Proxy-Authorization")
        for answered in self._answered.values():
            answered.used += 1
            name, value = answer_challenge(
                answered.challenge,
                request,
                username=self._username,
                ha1=answered.ha1,
                nc=answered.used,
                cnonce=self._entropy.token(8).hex(),
            )
            request.headers.add(name, value)
