"""Examples where somebody looks for them: a command's help shows those its group gives of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import click

_MARK = "ringfence "

_MORE: Final = """
ringfence stop
ringfence address numbers AD…
ringfence address remove AD…
ringfence account list
ringfence account rename AC… "Branch in York"
ringfence account resume AC…
ringfence account upgrade AC…
ringfence account move-number PN… AC…
ringfence account close AC… --yes
ringfence application remove AP…
ringfence call place +12025550123 --flow welcome
ringfence call place sip:desk@192.0.2.10 --flow echo --no-follow
ringfence sms campaign list
ringfence sms campaign remove parcels
ringfence sms cancel SM…
ringfence sms inbox mark SM… --unread
ringfence sms redact SM…
ringfence sms template list
ringfence sms template remove greeting
ringfence trunk remove carrier
ringfence tariff list
ringfence tariff remove calls-outbound --to +44
ringfence payment remove Default
ringfence carrier remove main
ringfence phone remove desk
ringfence flow list
ringfence webhook remove WH…
ringfence transcription remove TR…
ringfence app list
ringfence privacy case archive CS…
ringfence privacy case charge CS… "10.00 EUR" --ground excessive
ringfence privacy case close CS…
ringfence privacy case code CS…
ringfence privacy case extend CS… --reason complex
ringfence privacy case fetch CS… --token TOKEN --to archive.zip
ringfence privacy case identify CS… --met document
ringfence privacy case show CS…
ringfence privacy case withdraw CS…
ringfence privacy child show CS…
ringfence privacy consent refuse +12025550123 --purpose market
ringfence privacy demand close CS…
ringfence privacy demand fetch CS… --token TOKEN --to export.zip
ringfence privacy demand gag CS… --instrument "Order 8/26" --until 2027-01-31
ringfence privacy demand letters
ringfence privacy demand list
ringfence privacy demand object CS… --reason "it is not signed"
ringfence privacy demand refer CS… --words "the data is that of Example Ltd"
ringfence privacy demand review CS… --words "it was an emergency"
ringfence privacy demand show CS…
ringfence privacy demand told CS… --person NAME --words "by registered letter"
ringfence privacy erasure-view
ringfence privacy grievance close CS…
ringfence privacy grievance file --words "They called at night" --about marketing --residence DE
ringfence privacy grievance show CS…
ringfence privacy grievance take CS…
ringfence privacy grievance withdraw CS…
ringfence privacy hold CA… --reason dispute
ringfence privacy holds
ringfence privacy incident list
ringfence privacy incident show CS…
ringfence privacy incident waive CS… EU-people --words "the disk was encrypted"
ringfence privacy messages lists ada@example.com
ringfence privacy processing
ringfence privacy release CA… --reason dispute
ringfence privacy restrict +12025550123 --reason accuracy
ringfence privacy resume
ringfence privacy unrestrict +12025550123 --reason accuracy
ringfence policy refresh
ringfence config show --json
ringfence admin-link --role agent
"""

MORE: Final = tuple(_MORE.strip().splitlines())
"""Examples of commands whose group would teach less if it showed them all."""


def hand_down(command: click.Command, path: Sequence[str], lines: Sequence[str] = ()) -> None:
    """Give each command below ``command`` the examples in the help of the groups above it.

    ``path``: the words that lead to it, without the program's name. ``lines``: examples of
    the groups above. A command whose own help has an example keeps to that, and one that none is
    given of has its own of the list here.
    """
    own = list(_examples(command))
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            hand_down(child, [*path, name], [*lines, *own])
    elif not own and command.epilog is None:
        fitting = [line for line in lines if _is_of(line, path)]
        fitting = fitting or [line for line in MORE if _is_of(line, path)]
        if fitting:
            command.epilog = "\n".join(("\b", "Examples:", *(f"  {line}" for line in fitting)))


def _examples(command: click.Command) -> Iterator[str]:
    """Yield the examples of a command's help; one that goes on below keeps its lines together."""
    lines = iter((command.help or "").splitlines())
    for line in lines:
        text = line.strip()
        if text.startswith(_MARK):
            while text.endswith("\\"):
                text = f"{text[:-1].rstrip()} {next(lines, '').strip()}"
            yield text


def _is_of(line: str, path: Sequence[str]) -> bool:
    return line.split()[1 : 1 + len(path)] == list(path)
