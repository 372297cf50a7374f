"""What of the switch belongs to one account: whom it reaches, its people, its rooms and queues.

Every call is some tenant's, from its first instant to its last, and asks nobody else's directory,
parties, servers, rooms or queues for anything: an account cannot reach what it is never handed.
Trunks, media workers and the SIP agent are the installation's and serve all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ringfence.calls.events import CallFact

if TYPE_CHECKING:
    from ringfence.markup.context import Source
    from ringfence.switch.call_runner import CallRunner
    from ringfence.switch.directory import Directory
    from ringfence.switch.live import LiveCall, LiveLeg
    from ringfence.switch.ports import Parties, Recorder, Sockets
    from ringfence.switch.program_host import ProgramHost
    from ringfence.switch.programs import Programs
    from ringfence.switch.queues import QueueDesk
    from ringfence.switch.rooms import RoomDesk


def _open() -> bool:
    return True


Watcher = Callable[[Sequence[CallFact]], None]
Listeners = dict[type[CallFact], list[Watcher]]


def listen(listeners: Listeners, watcher: Watcher, *kinds: type[CallFact]) -> None:
    """Have ``watcher`` told of facts of these kinds, one by one, and of no others."""
    for kind in kinds:
        listeners.setdefault(kind, []).append(watcher)


@dataclass(slots=True, kw_only=True)
class Tenant:
    """One account at the switch. ``recorder``, ``sockets`` None: those of the installation.

    ``receives``: whether calls to it are let in at present.
    """

    directory: Directory
    parties: Parties
    host: ProgramHost
    rooms: RoomDesk | None = None
    queues: QueueDesk | None = None
    recorder: Recorder | None = None
    sockets: Sockets | None = None
    receives: Callable[[], bool] = _open
    programs: Programs | None = None
    """What makes the programs of its calls."""
    lead_on: Callable[[LiveLeg, Source], object] | None = None
    """Lets a leg that a dial connected go on in a call of its own, with another program."""
    watchers: list[Watcher] = field(default_factory=list)
    """Who is told what happens in its calls."""
    listeners: Listeners = field(default_factory=dict)
    """Who is told of some kinds of facts alone (`listen`)."""
    performs: dict[type, Callable[[LiveCall, Any], None]] = field(default_factory=dict)
    """Effects of its calls that its rooms and queues carry out."""

    def attach(self, runner: CallRunner) -> None:
        """The runner that runs its calls."""
        self.host.attach(runner, self.directory)
        if self.rooms is not None:
            self.rooms.attach(runner)
            listen(self.listeners, self.rooms.watch, *self.rooms.watched)
            self.performs |= self.rooms.handlers()
        if self.queues is not None:
            self.queues.attach(runner)
            self.performs |= self.queues.handlers()
