"""The plan of an erasure: each store, what is there, how much, what is done, when, by which rule.

The same rows are shown before anything happens and stand on the receipt afterwards, so what was
announced can be held against what was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ringfence.kernel.clock import Ms
from ringfence.privacy.erasure.holdings import Holding
from ringfence.privacy.retention import RULES

Action = Literal[
    "destroy",  # a key: whatever it sealed is noise, in every copy
    "remove",  # rows or files go
    "empty",  # sealed columns of rows that have to stay
    "anonymise",  # rows stay, the person's id is taken out
    "restrict",  # a law says keep: sealed anew, used for nothing else, gone on the date
    "suspend",  # somebody holds it: nothing happens until the hold is lifted
    "forget",  # memory of running processes
    "replay",  # done again on a copy before it may serve
    "leave",  # nothing about a person that leads anywhere
]


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ``at``: when, None for at once; ``rule``: the id of the retention rule."""

    store: str
    what: str
    count: int | None
    action: Action
    at: Ms | None
    rule: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one table holds of a person: rows that may go now, rows that must stay, until when.

    ``by``: the id of the statute or rule that keeps the rows that must stay. ``alone``: rows of no
    call of theirs that are emptied at once.
    """

    holding: Holding
    now: int
    later: int = 0
    at: Ms | None = None
    held: int = 0
    by: str = ""
    alone: int = 0


def rows_of(
    found: Sequence[Found],
    *,
    files: int,
    held_files: int,
    keys: int,
    kept_until: Ms | None,
    kept_by: str = "",
) -> tuple[Row, ...]:
    """Return the plan: keys first, as they are what counts, then every store.

    ``files``: sealed sounds to remove; ``held_files``: those under a hold; ``kept_until``: when the
    last of what the law makes us keep may go, None where nothing is kept, ``kept_by`` that law.
    """
    key = RULES["key"].key
    rows = [Row("keys", "the person's key: all it sealed is noise", keys, "destroy", None, key)]
    if kept_until is not None:
        what = "a fresh key for what must be kept"
        rows.append(Row("keys", what, 1, "destroy", kept_until, kept_by or "hold"))
    content = RULES["content"].key
    rows.append(
        Row("objects/recordings", "their side of the sound", files, "remove", None, content)
    )
    if held_files:
        rows.append(Row("objects/recordings", "sound on hold", held_files, "suspend", None, "hold"))
    for item in found:
        rows += _table_rows(item)
    rows += [
        Row("memory", "numbers and clips at hand", None, "forget", None, content),
        Row("logs", "ids and code words, no person", None, "leave", None, RULES["operations"].key),
        Row("backups", "replayed before one may serve", None, "replay", None, key),
    ]
    return tuple(rows)


def _table_rows(item: Found) -> Iterable[Row]:
    holding = item.holding
    rule = holding.rule.key
    what = WHAT.get(holding.table, "rows")
    if item.now or not (item.later or item.held):
        yield Row(holding.table, what, item.now, holding.ending, None, rule)
    if item.alone:
        yield Row(holding.table, f"{what}, of no call", item.alone, "empty", None, "content")
    if item.later:
        if holding.emptied:
            sealed = ", ".join(holding.emptied)
            yield Row(holding.table, f"sealed: {sealed}", item.later, "empty", None, "content")
        yield Row(holding.table, what, item.later, "restrict", item.at, item.by or rule)
    if item.held:
        yield Row(holding.table, what, item.held, "suspend", None, "hold")


WHAT = {
    "parties": "number or address, sealed",
    "calls": "records of calls",
    "call_legs": "records of legs their calls rang",
    "charges": "what their calls cost, without them",
    "call_parties": "who took part in a call",
    "events": "facts of calls",
    "recordings": "records of recordings",
    "recording_channels": "locked keys of their side",
    "jobs": "work that waits, sealed",
    "deliveries": "what programs are yet to be told, sealed",
    "audit_records": "who looked at what",
    "audit_people": "on which pages of a list they were looked at",
    "restrictions": "marks that data is only stored",
    "consents": "what they agreed to",
    "messages": "records of messages to them",
    "subscriptions": "lists they are on",
    "participants": "conferences they were in",
    "room_recordings": "whose voice of a conference is whose",
    "texts": "text messages with them",
    "text_charges": "what messages with them cost",
    "payments": "payments they made",
    "addresses": "postal addresses of theirs, sealed",
    "text_events": "facts of text messages",
    "text_parts": "parts of text messages on their way",
    "text_media": "pictures in text messages, and where they came from",
    "text_pieces": "text messages of theirs that are half here",
    "text_talks": "questions of ours they have not answered",
    "notifications": "what programs were told of their calls",
    "fetched": "answers kept for their calls",
    "cases": "what they asked for",
    "case_steps": "what was done about it",
    "case_codes": "codes that proved who they are",
    "case_archives": "archives made for them",
    "disclosures": "who received something about them",
    "amendments": "corrections they made",
    "transcriptions": "transcriptions of what they said",
    "transcription_parts": "sentences of those, sealed",
}
"""What the rows of a table are, in the words of a plan and a receipt."""
