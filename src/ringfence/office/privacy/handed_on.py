"""Who received somebody's data while the exchange worked for its account (GDPR 15(1)(c)).

Read from the records of the person themselves: the trunk of a call, the carrier of a message, the
processor of a payment, the recogniser of a recording, the web server of an exchange, the mail
server of a letter. One entry for each recipient, with the records that say when. What was disclosed
to somebody by name has a register of its own (``storage.cases_disclosures``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ringfence.privacy.processors import PROCESSORS
from ringfence.privacy.purposes import PURPOSES

Record = Mapping[str, Any]
Told = Callable[[Record], str | None]


def handed_on(
    tables: Mapping[str, Sequence[Record]], trunks: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the recipients that the records of an archive speak of, in a steady order.

    ``trunks``: by id, what a trunk is called; one that was removed is named by its id. ``at``: the
    last time, in milliseconds since 1970; ``fields``: what such a recipient may have.
    """
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for table, (key, clock, name_of) in _WAYS.items():
        for record in tables.get(table, ()):
            name, at = name_of(record), record.get(clock)
            if name is not None and at is not None:
                found.setdefault((key, name), []).append((at, str(record["id"])))
    for event in tables.get("events", ()):
        if (trunk := _rung_by(event)) is not None:
            found.setdefault(("carrier", trunk), []).append((event["at"], str(event["call_id"])))
    return [
        _entry(key, trunks.get(name, name), records)
        for (key, name), records in sorted(found.items())
    ]


def _entry(key: str, name: str, records: list[tuple[int, str]]) -> dict[str, Any]:
    processor = PROCESSORS[key]
    return {
        "at": max(at for at, _ in records),
        "kind": key,
        "recipient": name,
        "who": processor.says,
        "fields": sorted(set(processor.fields.values())),
        "basis": " ".join(PURPOSES[purpose].says for purpose in processor.purposes),
        "records": list(dict.fromkeys(record for _, record in sorted(records))),
    }


def _value(column: str) -> Told:
    def read(record: Record) -> str | None:
        value = record.get(column)
        return None if value is None else str(value)

    return read


def _rung_by(event: Record) -> str | None:
    """Return the trunk that a leg of a call was rung by; None for other facts and other legs."""
    if event.get("name") not in {"LegPlaced", "LegForwarded"}:
        return None
    trunk = msgspec.json.decode(event["body"], type=dict[str, Any]).get("trunk")
    return None if trunk is None else str(trunk)


def _recogniser(record: Record) -> str | None:
    """Return which one; sphinx is of this machine, and nobody received anything."""
    return None if record.get("made_by") == "sphinx" else _value("made_by")(record)


def _relay(record: Record) -> str | None:
    """The mail server of this exchange, of what it took; what was never sent nobody received."""
    return "our mail server" if record.get("state") == "sent" else None


def _server(record: Record) -> str | None:
    """Where the request went; of one whose content is gone, that it went to one of theirs."""
    sealed = record.get("sealed")
    url = sealed[0] if isinstance(sealed, list) and sealed else ""
    return urlsplit(str(url)).hostname or "one of the account's"


_WAYS: Mapping[str, tuple[str, str, Told]] = {
    "calls": ("carrier", "offered_at", _value("trunk_id")),
    "texts": ("text_carrier", "sent_at", _value("carrier")),
    "payments": ("payment_processor", "asked_at", _value("connector")),
    "transcriptions": ("recogniser", "settled_at", _recogniser),
    "notifications": ("account_server", "at", _server),
    "messages": ("mail_relay", "settled_at", _relay),
}
"""By table: the recipient (``privacy.processors``), the column of the instant, and which one it
was."""
