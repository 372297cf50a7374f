"""The registrar: where each phone can be reached (RFC 3261 10.3, RFC 5626 basics, RFC 3327).

::

    REGISTER  To: <sip:desk@example.com>            username desk, proved by digest
              Contact: <sip:desk@192.0.2.7:5062>;expires=600
                       └── contact ─────────┘         │
              from 203.0.113.9:31044  ─── peer        └── gone after this many seconds

A binding remembers the peer it came from: a phone behind an address translator, or on a
connection of its own, is reachable there and nowhere else (RFC 5626 5.3).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from ringfence.kernel.clock import SECOND, Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import (
    BINDING_SECONDS,
    BINDING_SECONDS_MAX,
    BINDING_SECONDS_MIN,
    BINDINGS_MAX,
    BINDINGS_PER_USER,
)
from ringfence.sip.dialog import hidden, hop, is_literal
from ringfence.sip.events import BindingsChanged, Peer
from ringfence.sip.grammar import clean
from ringfence.sip.headers import NameAddr, parse_delta
from ringfence.sip.message import Request
from ringfence.sip.timers import Alarm
from ringfence.sip.uri import Uri

_Q = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class Binding:
    """One place where a phone is. ``uri`` is its contact and the Request-URI to call it with.

    ``peer``: where to send; ``route``: its Path (RFC 3327); ``q``: thousandths, the higher the
    earlier; ``call_id`` and ``cseq`` order the REGISTERs of one phone; ``instance``: the
    ``+sip.instance`` and ``reg-id`` of an RFC 5626 client or None.
    """

    uri: Uri = field(repr=False)
    peer: Peer
    route: tuple[NameAddr, ...] = field(repr=False)
    q: int
    expires_at: Ms
    call_id: str
    cseq: int
    instance: tuple[str, str] | None


class Reply(NamedTuple):
    """How to answer a REGISTER."""

    status: int
    headers: list[tuple[str, str]]


class _Wish(NamedTuple):
    """One Contact of a REGISTER."""

    uri: Uri
    seconds: int
    q: int
    instance: tuple[str, str] | None


class Registrar:
    """All bindings, by digest user. ``alarm`` belongs to the agent's heap."""

    __slots__ = ("_count", "_events", "_expiries", "_places", "_users", "alarm")

    def __init__(self) -> None:
        self._users: dict[str, list[Binding]] = {}
        self._count = 0
        # (instant, user); an entry is left behind when its binding is refreshed or removed.
        self._expiries: list[tuple[Ms, str]] = []
        self._events: list[BindingsChanged] = []
        self._places: Counter[Peer] = Counter()
        """How many bindings lead there; what none leads to is left out."""
        self.alarm: Alarm | None = None

    def __len__(self) -> int:
        return self._count

    def bindings(self, username: str, now: Ms) -> tuple[Binding, ...]:
        """Return where a phone is now: the highest q first, then the latest (RFC 3261 16.6)."""
        alive = [one for one in self._users.get(username, ()) if one.expires_at > now]
        return tuple(sorted(alive, key=lambda one: (-one.q, -one.expires_at)))

    def reaches(self, peer: Peer) -> bool:
        """Whether a phone is reached there, over whichever flow."""
        return peer in self._places or peer._replace(flow=0) in self._places

    def flows(self) -> frozenset[int]:
        """Return the flows that phones are reached by."""
        return frozenset(peer.flow for peer in self._places)

    def everything(self, now: Ms) -> list[tuple[str, Binding]]:
        """Return every binding and whose it is."""
        return [
            (username, one)
            for username, bindings in self._users.items()
            for one in bindings
            if one.expires_at > now
        ]

    def restore(self, username: str, binding: Binding, now: Ms) -> bool:
        """Take a binding of before a restart, unless it has expired or there is a later one."""
        before = self._users.get(username, [])
        if binding.expires_at <= now or any(one.uri == binding.uri for one in before):
            return False
        if len(before) >= BINDINGS_PER_USER or self._count >= BINDINGS_MAX:
            return False
        self._keep(username, before, [*before, binding], now)
        return True

    def receive(self, request: Request, username: str, peer: Peer, now: Ms) -> Reply:
        """Take a REGISTER of ``username``; raises `RemoteError` where it makes no sense."""
        if not request.to.uri.is_sip:
            # RFC 4475 3.3.3: an address-of-record is a SIP URI (RFC 3261 10.2).
            raise RemoteError("a REGISTER for something that is no SIP address")
        if request.to.uri.subscriber != username:
            return Reply(403, [])  # 10.3 step 3 and 5: nobody registers for somebody else
        before = self._users.get(username, [])
        if request.contact_star:
            if request.expires != 0:
                raise RemoteError("a REGISTER for * must have Expires: 0")  # 10.3 step 6
            if not all(_newer(request, one) for one in before):
                return Reply(500, [])
            self._keep(username, before, [], now)
            return Reply(200, [])
        wishes = [_wish(request, contact) for contact in request.contacts if contact.uri.is_sip]
        if any(0 < wish.seconds < BINDING_SECONDS_MIN for wish in wishes):
            return Reply(423, [("Min-Expires", str(int(BINDING_SECONDS_MIN)))])
        after = [one for one in before if one.expires_at > now]
        route = _path(request)
        for wish in wishes:
            old = next((one for one in after if _same(wish, one)), None)
            if old is not None:
                # 10.3 step 7: all or nothing, so the first one out of order ends it.
                if not _newer(request, old):
                    return Reply(500, [])
                after.remove(old)
            if wish.seconds:
                after.append(_bind(request, wish, route, peer, now))
        grown = len(after) - len(before)
        if len(after) > BINDINGS_PER_USER or (grown > 0 and self._count + grown > BINDINGS_MAX):
            return Reply(503, [("Retry-After", "60")])
        headers = _listing(after, now)
        if "outbound" in request.supported and any(wish.instance for wish in wishes):
            headers.append(("Require", "outbound"))  # RFC 5626 6: it was understood
        headers.extend(("Path", clean(str(hop))) for hop in route)  # RFC 3327 5.3
        # Last: what cannot be answered is not kept, for every later answer would list it.
        self._keep(username, before, after, now)
        return Reply(200, headers)

    def drop_flow(self, flow: int, now: Ms) -> None:
        """A connection is gone and with it every binding that rests on it (RFC 5626 5.3)."""
        for username, before in list(self._users.items()):
            after = [one for one in before if one.peer.flow != flow]
            if len(after) != len(before):
                self._keep(username, before, after, now)

    def forget(self, username: str, now: Ms) -> None:
        """A phone was removed from the configuration."""
        self._keep(username, self._users.get(username, []), [], now)

    def deadline(self) -> Ms | None:
        """Return when a binding may expire, or None."""
        return self._expiries[0][0] if self._expiries else None

    def fire(self, now: Ms) -> None:
        """Let go of what has expired."""
        while self._expiries and self._expiries[0][0] <= now:
            _, username = heappop(self._expiries)
            before = self._users.get(username)
            if before is not None:
                after = [one for one in before if one.expires_at > now]
                if len(after) != len(before):
                    self._keep(username, before, after, now)

    def take_events(self) -> list[BindingsChanged]:
        """Return who appeared, moved or left, once."""
        events = self._events
        if events:
            self._events = []
        return events

    def _keep(self, username: str, before: list[Binding], after: list[Binding], now: Ms) -> None:
        self._count += len(after) - len(before)
        if after:
            self._users[username] = after
            soonest = min(one.expires_at for one in after)
            if not before or soonest != min(one.expires_at for one in before):
                heappush(self._expiries, (soonest, username))
        else:
            self._users.pop(username, None)
        if not self._users:
            self._expiries.clear()
        del now
        left, reached = [one.peer for one in before], [one.peer for one in after]
        if left != reached:
            self._places.update(reached)
            self._places.subtract(left)
            for peer in left:
                if not self._places[peer]:
                    del self._places[peer]
        if {(one.uri, one.peer) for one in before} != {(one.uri, one.peer) for one in after}:
            self._events.append(BindingsChanged(username=username, count=len(after)))


def _listing(bindings: list[Binding], now: Ms) -> list[tuple[str, str]]:
    """10.3 step 8: every binding with the seconds it has left."""
    headers = []
    for one in bindings:
        left = (one.expires_at - now + SECOND - 1) // SECOND
        q = "" if one.q == 1000 else f";q={one.q / 1000:g}"
        headers.append(("Contact", clean(f"<{one.uri}>;expires={left}{q}")))
    return headers


def _path(request: Request) -> tuple[NameAddr, ...]:
    """Return the Path of a REGISTER; names and parameters are no use to anybody."""
    return tuple(
        [NameAddr("", NameAddr.parse(value).uri) for value in request.headers.split("Path")]
    )


def _newer(request: Request, binding: Binding) -> bool:
    return request.call_id != binding.call_id or request.cseq.number > binding.cseq


def _same(wish: _Wish, binding: Binding) -> bool:
    if wish.instance is not None or binding.instance is not None:
        return wish.instance == binding.instance
    return wish.uri == binding.uri or wish.uri.equivalent(binding.uri)


def _wish(request: Request, contact: NameAddr) -> _Wish:
    params = contact.params
    text = params.get("expires") or request.headers.get("Expires") or ""
    try:
        seconds = parse_delta(text) if text else int(BINDING_SECONDS)
    except RemoteError:
        seconds = int(BINDING_SECONDS)  # 10.2.1.1: malformed means 3600
    q = params.get("q")
    if q is not None and _Q.fullmatch(q) is None:
        raise RemoteError("the q of a contact is not from 0 to 1")
    instance, number = params.get("+sip.instance"), params.get("reg-id")
    return _Wish(
        contact.uri,
        min(seconds, int(BINDING_SECONDS_MAX)),
        1000 if q is None else round(float(q) * 1000),
        (instance, number) if instance and number else None,
    )


def _bind(
    request: Request, wish: _Wish, route: tuple[NameAddr, ...], peer: Peer, now: Ms
) -> Binding:
    sent_by = request.via.host
    behind = bool(route) or hidden(wish.uri, peer)
    if behind or (is_literal(sent_by) and sent_by != peer.host):
        target = peer
    else:
        target = hop(wish.uri, peer)
    return Binding(
        wish.uri,
        target,
        route,
        wish.q,
        Ms(now + wish.seconds * SECOND),
        request.call_id,
        request.cseq.number,
        wish.instance,
    )
