"""The report of a proof: a text anybody can read, signed like a tree head of the audit log.

::

    ringfence proof of erasure v1
    begun 2030-01-31T09:00:00Z
    ended 2030-01-31T09:00:40Z
    version 0.1.0
    person T1 erasure ER018c...
    way call to a menu, voicemail left
    ...
    not walked an e-mail, because no relay is set up
    held 12 calls
    held nothing of text_talks
    searched data 120 files 14680064 bytes 0 hits
    searched backup 9 files 1048576 bytes 0 hits
    planted 100 found 100
    speed 38.4 seconds per GiB

No value of a tracer stands in it: whoever ran the proof made them up and they are forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ringfence.kernel.clock import Ms

HEAD = "ringfence proof of erasure v1"
_GIB = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """One place that was searched. ``what``: a word of ours, never a path."""

    what: str
    files: int
    octets: int
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a proof found out. ``erasures``: one id for each person, in order.

    ``ways``: what everybody went through; ``unwalked``: what could not be, and why; ``held``: how
    much each store had of them when they were erased.
    """

    begun: Ms
    ended: Ms
    version: str
    erasures: Sequence[str]
    ways: Sequence[str]
    unwalked: Sequence[tuple[str, str]] = ()
    held: Mapping[str, int] = field(default_factory=dict)
    searched: Sequence[Searched]
    planted: int
    found: int
    seconds: float

    @property
    def clean(self) -> bool:
        """Whether nothing of anybody was found, and the search finds what is there."""
        return not any(place.hits for place in self.searched) and self.found * 100 >= (
            self.planted * 99
        )

    @property
    def seconds_per_gib(self) -> float:
        """How long one gibibyte took."""
        octets = sum(place.octets for place in self.searched)
        return self.seconds / octets * _GIB if octets else 0.0

    def text(self) -> str:
        """Return the part that is signed, ending in a newline."""
        lines = [
            HEAD,
            f"begun {_instant(self.begun)}",
            f"ended {_instant(self.ended)}",
            f"version {self.version}",
            *(f"person T{number} erasure {sid}" for number, sid in enumerate(self.erasures, 1)),
            *(f"way {way}" for way in self.ways),
            *(f"not walked {what}, because {why}" for what, why in self.unwalked),
            *(
                f"held {count or 'nothing'} {'' if count else 'of '}{store}"
                for store, count in sorted(self.held.items())
            ),
            *(
                f"searched {place.what} {place.files} files {place.octets} bytes {place.hits} hits"
                for place in self.searched
            ),
            f"planted {self.planted} found {self.found}",
            f"speed {self.seconds_per_gib:.1f} seconds per GiB",
        ]
        return "\n".join(lines) + "\n"


def _instant(at: Ms) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
