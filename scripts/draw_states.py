"""Draws ``docs/reference/states.md`` from the tables that the machines run on.

Each table is a literal in one module: state -> trigger -> next state, or for transactions
state -> input -> (next state, actions). The drawing is Mermaid's, which forges and editors show.
``--check`` compares instead of writing; exit code 1 where the page is out of date.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "states.md"


class Machine(NamedTuple):
    """One table: its title, where it is, where a machine begins, and what to know about it."""

    title: str
    module: str
    table: str
    begins: tuple[str, ...]
    text: str


MACHINES = (
    Machine(
        "A call",
        "ringfence.calls.lifecycle",
        "CALL_TABLE",
        ("new",),
        "From the first leg to the last figure.",
    ),
    Machine(
        "A leg",
        "ringfence.calls.leg",
        "LEG_TABLE",
        ("offered", "placing"),
        "`offered` is a caller's leg, `placing` one that we ring.",
    ),
    Machine(
        "A dial",
        "ringfence.calls.dial",
        "DIAL_TABLE",
        ("ringing",),
        "Ringing one or several parties for the first leg.",
    ),
    Machine(
        "A recording",
        "ringfence.calls.recording",
        "RECORDING_TABLE",
        ("requested",),
        "Every way ends in `saved` or `failed`; waiting is bounded in every state.",
    ),
    Machine(
        "A media stream",
        "ringfence.calls.stream",
        "STREAM_TABLE",
        ("requested",),
        "Who hears the call elsewhere; its end is always written down.",
    ),
    Machine(
        "A blind transfer",
        "ringfence.calls.transfer",
        "TRANSFER_TABLE",
        ("ringing",),
        "A party sent REFER; `alone`: it did not wait for the outcome.",
    ),
    Machine(
        "A transfer away",
        "ringfence.calls.transfer",
        "REFER_TABLE",
        ("asked",),
        "We sent REFER.",
    ),
    Machine(
        "Waiting in a queue, or taking from it",
        "ringfence.calls.waiting",
        "WAIT_TABLE",
        ("waiting",),
        "Caller and agent follow it each in its own call.",
    ),
    Machine(
        "A place in a queue",
        "ringfence.calls.queue",
        "PLACE_TABLE",
        ("waiting",),
        "Seen from the queue; `offered`: an agent is rung for this caller.",
    ),
    Machine(
        "An agent",
        "ringfence.calls.presence",
        "PRESENCE_TABLE",
        ("offline",),
        "Whether it may be rung.",
    ),
    Machine(
        "A stay in a conference room",
        "ringfence.calls.rooms",
        "STAY_TABLE",
        ("entering",),
        "Seen from one call.",
    ),
    Machine(
        "A conference room",
        "ringfence.calls.conference",
        "ROOM_TABLE",
        ("waiting",),
        "It waits for a member who may begin.",
    ),
    Machine(
        "A member of a room",
        "ringfence.calls.conference",
        "MEMBER_TABLE",
        ("waiting",),
        "Only `talking` members are in the mix.",
    ),
    Machine(
        "An account",
        "ringfence.accounts.lifecycle",
        "ACCOUNT_TABLE",
        ("trial", "full"),
        "An installation of one business begins with a full account.",
    ),
    Machine(
        "A text message",
        "ringfence.messaging.message",
        "MESSAGE_TABLE",
        ("accepted", "scheduled", "queued", "receiving", "received"),
        "Its facts move it. What a carrier has taken is never handed over again.",
    ),
    Machine(
        "An SMPP session",
        "ringfence.carriers.smpp.session",
        "TABLE",
        ("open",),
        "SMPP 3.4 2.2; `outbind` where the carrier calls us.",
    ),
    Machine(
        "An INVITE we send",
        "ringfence.sip.transaction",
        "INVITE_CLIENT",
        ("calling",),
        "RFC 3261 17.1.1 with RFC 6026.",
    ),
    Machine(
        "An INVITE we receive",
        "ringfence.sip.transaction",
        "INVITE_SERVER",
        ("proceeding",),
        "RFC 3261 17.2.1 with RFC 6026.",
    ),
    Machine(
        "Another request we send",
        "ringfence.sip.transaction",
        "NON_INVITE_CLIENT",
        ("trying",),
        "RFC 3261 17.1.2.",
    ),
    Machine(
        "Another request we receive",
        "ringfence.sip.transaction",
        "NON_INVITE_SERVER",
        ("trying",),
        "RFC 3261 17.2.2.",
    ),
)


def arrows(table: Mapping[Any, Mapping[Any, Any]]) -> dict[tuple[str, str], list[str]]:
    """Return the transitions: (from, to) -> triggers, in the order of the table."""
    found: dict[tuple[str, str], list[str]] = {}
    for state, row in table.items():
        for trigger, goal in row.items():
            to = goal[0] if isinstance(goal, tuple) else goal
            name = trigger.__name__ if isinstance(trigger, type) else str(trigger)
            found.setdefault((str(state), str(to)), []).append(name)
    return found


def drawing(machine: Machine) -> Iterator[str]:
    """Yield the lines of one section."""
    table = getattr(importlib.import_module(machine.module), machine.table)
    drawn = arrows(table)
    leaving = {source for source, goal in drawn if source != goal}
    yield f"## {machine.title}"
    yield ""
    yield f"{machine.text} `{machine.module}.{machine.table}`"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in machine.begins:
        yield f"    [*] --> {state}"
    for (source, goal), triggers in drawn.items():
        yield f"    {source} --> {goal}: {', '.join(triggers)}"
    for state in sorted({goal for _, goal in drawn} - leaving):
        yield f"    {state} --> [*]"
    yield "```"
    yield ""


def page() -> str:
    """Return the whole page as it should be."""
    lines = [
        "# States",
        "",
        "<!-- Written by scripts/draw_states.py; edit the tables in the code instead. -->",
        "",
        (
            "Each machine runs on the table it is drawn from. What a table does not show changes "
            "nothing: a trigger that a state does not know is ignored."
        ),
        "",
    ]
    for machine in MACHINES:
        lines += drawing(machine)
    return "\n".join(lines).rstrip() + "\n"


def main(argv: list[str]) -> int:
    """Write the page, or compare it with ``--check``; 1 where it is out of date."""
    if "--check" not in argv:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page(), "utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text("utf-8") == page():
        return 0
    print(f"{PAGE.name} is out of date: run scripts/draw_states.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
