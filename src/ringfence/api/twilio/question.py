"""What a request of Twilio's clients asks, and what is answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from ringfence.api.twilio.problems import Problem
from ringfence.api.use_cases import UseCases
from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.ids import is_id
from ringfence.kernel.limits import PAGE_DEFAULT, PAGE_MAX, PAGES_BACK

VERSION = "2010-04-01"
_BETWEEN = "~"
"""Between the tokens of a page and of those before it, the nearest first: the way back.

Lists are read forwards; where the page before began is known to whoever came from there.
"""

_TOKEN = re.compile(r"[A-Z]{2}[0-9a-f]{32}|[0-9]{1,9}")
"""A SID; of what has none, its place."""
_BAD_TOKEN = Problem(20001, "PageToken is what next_page_uri of this list says", status=400)

T = TypeVar("T")
Shown = Mapping[str, Any] | msgspec.Raw
"""An object that is answered: its fields, or itself as JSON already."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` None: nothing but the status (204)."""

    status: int
    body: Shown | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One request: who asks, about which account, with which fields.

    ``path``: the fields of the path; ``params``: of the query and the form, each with all its
    values; ``resource``: the path below ``/2010-04-01``, as it was asked for; ``now``: when it came
    (ms); ``site``: says how the client reaches us, ``https://HOST:PORT``.
    """

    actor: str
    account: str
    office: UseCases
    resource: str
    path: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Sequence[str]] = field(default_factory=dict)
    now: int = 0
    site: Callable[[], str] = str

    async def run(self, use_case: str, **args: Any) -> Any:
        """Carry out a use case for whoever asks, of the account that the path names."""
        return await self.office.run(use_case, args, actor=self.actor, account=self.account)

    async def run_above(self, use_case: str, **args: Any) -> Any:
        """Carry out a use case for whoever asks, of their own account."""
        return await self.office.run(use_case, args, actor=self.actor)

    def get(self, name: str) -> str | None:
        """Return a field's last value; None where it is absent or empty."""
        values = self.params.get(name)
        return values[-1] if values and values[-1] else None

    def words(self, name: str) -> list[str]:
        """Return every word of a field that may be repeated or hold several, as clients do both."""
        return [word for value in self.params.get(name, ()) for word in value.split()]

    def whole(self, name: str, low: int, high: int) -> int | None:
        """Return a number from ``low`` to ``high``. Raises `Problem`."""
        text = self.get(name)
        if text is None:
            return None
        if not _whole(text) or not low <= int(text) <= high:
            raise Problem(20001, f"{name} is a number from {low} to {high}", status=400)
        return int(text)

    def method(self, name: str, *, usual: str = "POST") -> str:
        """Return how a URL is asked: GET or POST, ``usual`` unless it says so. Raises `Problem`."""
        text = (self.get(name) or usual).upper()
        if text not in {"GET", "POST"}:
            raise Problem(20001, f"{name} is GET or POST", status=400)
        return text

    def flag(self, name: str) -> bool:
        """Return whether a field says ``true``; anything else is no."""
        return (self.get(name) or "").lower() == "true"

    def said(self, name: str) -> str | None:
        """Return a field's last value, also where it is empty; None where it is absent."""
        values = self.params.get(name)
        return values[-1] if values else None

    def choice(self, name: str) -> bool | None:
        """Return whether a field says yes; None where it is absent or empty."""
        text = self.get(name)
        return None if text is None else text.lower() in {"true", "1", "yes"}

    def hooks(self, names: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """Return the URLs and methods in the form, in our words.

        ``names``: ours by the beginning of theirs; ``VoiceFallback`` stands for the fields
        ``VoiceFallbackUrl`` and ``VoiceFallbackMethod``, ``StatusCallback`` for itself and
        ``StatusCallbackMethod``.
        """
        found: dict[str, dict[str, str]] = {}
        for theirs, ours in names.items():
            url = self.said(theirs if theirs.endswith("Callback") else f"{theirs}Url")
            method = self.get(f"{theirs}Method")
            if url is not None:
                found.setdefault(ours, {})["url"] = url
            if method is not None:
                found.setdefault(ours, {})["method"] = method
        return found

    def url(self, path: str) -> str:
        """Return the relative URL of something of this account."""
        return f"/{VERSION}/Accounts/{self.account}{path}"

    # --- lists ------------------------------------------------------------------------------------

    @property
    def page_size(self) -> int:
        """Return how many to a page: 50, at most 1000, as Twilio's clients expect."""
        text = self.get("PageSize") or ""
        return min(max(int(text), 1), int(PAGE_MAX)) if _whole(text) else int(PAGE_DEFAULT)

    @property
    def page(self) -> int:
        """Return the number of the page, from 0."""
        text = self.get("Page") or ""
        return int(text) if _whole(text) else 0

    def token(self, kind: str | None = None) -> str | None:
        """Return the last SID of the page before, of this ``kind``. Raises `Problem`.

        Whatever else is said is one refusal in every list. What that SID named may be gone since:
        a list is gone through while what it shows is deleted.
        """
        way = self._way
        if way and kind is not None and not is_id(way[0], kind):
            raise _BAD_TOKEN
        return way[0] if way else None

    @property
    def _way(self) -> Sequence[str]:
        """Return the tokens of the page and of those before it, the nearest first."""
        text = self.get("PageToken")
        way = [] if text is None else text.split(_BETWEEN)
        if len(way) > PAGES_BACK or not all(map(_TOKEN.fullmatch, way)):
            raise _BAD_TOKEN
        return way

    def listing(self, name: str, rows: Sequence[Shown], next_: str | None) -> Answer:
        """Return a page of a list. ``next_``: the last SID of this page where more follow."""
        size, page = self.page_size, self.page
        way = self._way
        kept = [
            (key, value)
            for key, values in self.params.items()
            if key not in {"Page", "PageSize", "PageToken"}
            for value in values
        ]
        same = f"{urlencode(kept)}&" if kept else ""
        way = way if page else ()
        here = f"/{VERSION}{self.resource}?{same}PageSize={size}&Page="

        def link(number: int, tokens: Sequence[str]) -> str:
            if not tokens:
                return f"{here}{number}"
            return f"{here}{number}&PageToken={_BETWEEN.join(tokens[:PAGES_BACK])}"

        body = {
            name: list(rows),
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + max(len(rows) - 1, 0),
            "uri": link(page, way),
            "first_page_uri": link(0, ()),
            "next_page_uri": None if next_ is None else link(page + 1, [next_, *way]),
            "previous_page_uri": link(page - 1, way[1:]) if page == 1 or way[1:] else None,
        }
        return Answer(200, body)

    def paged(
        self,
        name: str,
        rows: Sequence[T],
        shown: Callable[[Question, T], Shown],
        *,
        key: Callable[[T], str] = lambda row: row.sid,  # type: ignore[attr-defined]
    ) -> Answer:
        """Return a page of a list that is at hand whole, in the order of ``key``."""
        after = self.token() or ""
        rest = [row for row in sorted(rows, key=key) if key(row) > after]
        page = rest[: self.page_size]
        next_ = key(page[-1]) if len(rest) > len(page) else None
        return self.listing(name, [shown(self, row) for row in page], next_)

    # --- days -------------------------------------------------------------------------------------

    def span(self, name: str) -> tuple[Ms | None, Ms | None]:
        """Return the time ``name``, ``name<`` and ``name>`` leave, from the first to the second.

        A day stands for the whole of it; an instant with ``<`` or ``>`` for itself. Without either
        it is the day that is asked for, whatever the hour: Twilio's libraries send the day of
        ``start_time=date(2030, 1, 31)`` as ``2030-01-31T00:00:00Z``.
        """
        since = until = None
        exact, before, after = (self.get(name + sign) for sign in ("", "<", ">"))
        if exact is not None:
            since = _midnight(_moment(name, exact)[0])
            until = Ms(since + DAY)
        if after is not None:
            since = _moment(name, after)[0]
        if before is not None:
            start, end = _moment(name, before)
            until = end if len(before) == len("2030-01-31") else start
        return since, until


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _moment(name: str, text: str) -> tuple[Ms, Ms]:
    """Return the first instant of what is meant, and the first after it."""
    try:
        if len(text) == len("2030-01-31"):
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return _ms(day), Ms(_ms(day) + DAY)  # the day after the last one has no date
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise Problem(20001, f"{name} is a date like 2030-01-31", status=400) from None
    instant = _ms(found if found.tzinfo is not None else found.replace(tzinfo=UTC))
    return instant, Ms(instant + 1000)


def _midnight(at: Ms) -> Ms:
    """Return when the day of an instant began, in UTC."""
    return Ms(at - at % DAY)


def _ms(moment: datetime) -> Ms:
    return Ms(int(moment.timestamp() * 1000))
