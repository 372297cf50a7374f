"""The register of legitimate interests: each was weighed against the people it concerns.

A purpose that rests on ``legitimate_interest`` (GDPR 6(1)(f)) without an entry here cannot be
used: the map of the data does not compile, and nothing can be published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ringfence.kernel.errors import LocalError
from ringfence.privacy.purposes import Purpose


@dataclass(frozen=True, slots=True)
class Interest:
    """Whose interest, why nothing milder does, what speaks against it and why it weighs less."""

    purpose: str
    interest: str
    need: str
    balance: str
    weighed: str
    """The day, YYYY-MM-DD."""


INTERESTS: Mapping[str, Interest] = MappingProxyType(
    {
        item.purpose: item
        for item in (
            Interest(
                "prevent_abuse",
                "An exchange that strangers use at the account's cost serves nobody.",
                "Attacks show in the addresses and rates of requests, and nowhere else.",
                "Addresses are kept in memory and an hour; no person is looked up by them.",
                "2026-11-22",
            ),
            Interest(
                "resolve_complaint",
                "Whoever complains about a call wants it mended.",
                "What went wrong stands in the facts of that call.",
                "A ticket opens facts alone, for a limited time, and every look leaves a leaf.",
                "2026-11-22",
            ),
        )
    }
)
"""Every legitimate interest there is."""


def check(purposes: Iterable[Purpose], interests: Mapping[str, Interest] = INTERESTS) -> None:
    """Raise `LocalError` for a purpose on that ground without an entry, or one without a ground."""
    resting = {p.key for p in purposes if p.basis == "legitimate_interest"}
    if missing := sorted(resting - set(interests)):
        raise LocalError(f"nobody weighed the interest in: {', '.join(missing)}")
    for key in resting:
        item = interests[key]
        if not all((item.interest, item.need, item.balance, item.weighed)):
            raise LocalError(f"the weighing of {key} is not complete")
