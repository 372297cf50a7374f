"""What the installation still tells of somebody who was erased, when it is asked.

Sealed data is noise on the disk whether or not anybody can still open it; so whatever shows people
is asked again after the erasure, and every answer is searched like a file.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ringfence.cli.control import Office
from ringfence.cli.proof_scan import Scan
from ringfence.kernel.errors import Refused
from ringfence.privacy.tracers.search import Hit, Search

NEWEST = 200
"""How many of a list are looked at, the newest first: what the proof made is among them."""

LISTS: Mapping[str, Mapping[str, Any]] = {
    "address.list": {}, "call.list": {"limit": NEWEST}, "caller_id.list": {},
    "carrier.list": {}, "conference.list": {"limit": NEWEST}, "delivery.list": {"limit": NEWEST},
    "flow.list": {}, "inbox.list": {"limit": NEWEST}, "message.list": {"limit": NEWEST},
    "message.campaign.list": {}, "message.template.list": {},
    "notification.list": {"limit": NEWEST}, "notification.whole": {"limit": NEWEST},
    "number.list": {}, "payment.list": {"limit": NEWEST}, "phone.list": {},
    "privacy.case.list": {}, "privacy.child.list": {}, "privacy.demand.list": {},
    "privacy.erase.list": {}, "privacy.grievance.list": {}, "privacy.holds": {},
    "privacy.incident.list": {}, "privacy.message.list": {"limit": NEWEST}, "queue.list": {},
    "recording.list": {"limit": NEWEST, "newest": True}, "transcription.list": {"limit": NEWEST},
    "trunk.list": {}, "webhook.list": {}, "work.list": {},
}  # fmt: skip
"""What is asked without naming anything."""

OF_ONE: Mapping[str, Sequence[tuple[str, str]]] = {
    "call.list": (("call.show", "sid"), ("call.timeline", "sid"), ("call.diagnose", "sid"),
                  ("privacy.recording", "sid")),
    "conference.list": (("conference.show", "sid"), ("participant.list", "conference"),
                        ("conference.recording.list", "conference")),
    "message.list": (("message.show", "sid"), ("message.story", "sid"), ("message.media", "sid")),
    "notification.list": (("notification.show", "sid"),),
    "payment.list": (("payment.show", "sid"),),
    "privacy.case.list": (("privacy.case.show", "sid"),),
    "privacy.child.list": (("privacy.child.show", "sid"),),
    "privacy.demand.list": (("privacy.demand.show", "sid"),),
    "privacy.erase.list": (("privacy.erase.show", "sid"),),
    "privacy.grievance.list": (("privacy.grievance.show", "sid"),),
    "privacy.incident.list": (("privacy.incident.show", "sid"),),
    "transcription.list": (("transcription.show", "sid"),),
}  # fmt: skip
"""What is asked about each of a list, and what the question calls it."""


def interrogate(search: Search, ask: Office) -> Scan:
    """Ask, and search the answers; a hit's name is the use case."""
    found, began = Scan("answers"), time.monotonic()
    for name, args in LISTS.items():
        answer = ask.run(name, **args)
        _look(name, answer, search, found)
        for sid in sids(answer):
            for other, key in OF_ONE.get(name, ()):
                _ask(ask, other, {key: sid}, search, found)
    found.seconds = time.monotonic() - began
    return found


def sids(answer: Any) -> Iterator[str]:
    """Yield the SIDs in a list, or in the one list of a page."""
    rows = answer
    if isinstance(answer, dict):
        rows = next((value for value in answer.values() if isinstance(value, list)), [])
    for row in rows or ():
        if isinstance(row, dict) and isinstance(row.get("sid"), str):
            yield row["sid"]


def _ask(ask: Office, name: str, args: Mapping[str, Any], search: Search, found: Scan) -> None:
    try:
        answer = ask.run(name, **args)
    except Refused as refused:
        answer = refused.reason
    _look(name, answer, search, found)


def _look(name: str, answer: Any, search: Search, found: Scan) -> None:
    data = json.dumps(answer, ensure_ascii=False).encode()
    found.files += 1
    found.octets += len(data)
    hits: set[Hit] = set(search.find(data))
    found.hits += [(name, hit) for hit in sorted(hits, key=lambda hit: hit.at)]
