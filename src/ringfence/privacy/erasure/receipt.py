"""The receipt of an erasure: a text anybody can read, signed like a tree head.

It is a C2SP signed note, so the verifier that checks checkpoints checks receipts too::

    ringfence erasure receipt v1
    erasure ER018c...
    account AC018c...
    asked 2026-11-22T09:30:00Z
    done 2026-11-22T09:30:01Z
    reason request
    epoch 7                               copies of the keystore made before it open nothing
    leaf 1041                             the erasure in the audit log
    tree 1042 47DEQpj8HBSa+/TImW+5JC...   size and root of the log with it
    keys | the person's key: ... | 1 | destroy | now | key
    ...
                                          (empty line, signature line)

No number stands on it: whoever asked knows the erasure by its id.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.privacy.erasure.plan import Row

HEAD = "ringfence erasure receipt v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was done. ``tree_size`` and ``root`` (32 bytes): the audit log with ``leaf`` in it."""

    erasure: str
    account: str
    asked_at: Ms
    done_at: Ms
    reason: str
    epoch: int
    leaf: int
    tree_size: int
    root: bytes
    rows: Sequence[Row]

    def text(self) -> str:
        """Return the part that is signed, ending in a newline."""
        lines = [
            HEAD,
            f"erasure {self.erasure}",
            f"account {self.account}",
            f"asked {instant(self.asked_at)}",
            f"done {instant(self.done_at)}",
            f"reason {self.reason}",
            f"epoch {self.epoch}",
            f"leaf {self.leaf}",
            f"tree {self.tree_size} {base64.b64encode(self.root).decode()}",
            *(_line(row) for row in self.rows),
        ]
        return "\n".join(lines) + "\n"


def instant(at: Ms) -> str:
    """Return an instant as RFC 3339 writes it, to the second, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(row: Row) -> str:
    count = "-" if row.count is None else str(row.count)
    at = "now" if row.at is None else instant(row.at)
    return f"{row.store} | {row.what} | {count} | {row.action} | {at} | {row.rule}"


def fields(text: str) -> dict[str, str]:
    """Return what stands before the rows of a receipt; raises `RemoteError` for another text."""
    lines = text.split("\n")
    if lines[0] != HEAD:
        raise RemoteError("that is no receipt of an erasure")
    pairs = (line.partition(" ") for line in lines[1:] if line and " | " not in line)
    return {name: value for name, _, value in pairs}
