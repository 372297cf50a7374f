"""Whether a media worker still lives: a ping now and then, and the end of one that hangs.

A worker that is stopped, or turns in an endless loop, keeps its socket open: its calls have no
audio, and nothing else would notice.

    time        0       2 s  ...  8 s      10 s
    server      ping    ping ...  ping     ended: nothing at all was heard for 10 s
    worker      --- stopped -------------

The pong comes from the audio thread. A worker whose control thread still talks though its audio
thread never answers is given longer: under a great load the pong may be late, and the calls of a
worker that is merely busy have their audio. Time is counted in beats and not by the clock: a server
that was itself held up did not listen meanwhile, and learns nothing from the time that passed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import struct
from collections.abc import Callable

from ringfence.kernel.limits import MEDIA_DEAF_MS, MEDIA_PING_MS, MEDIA_SILENCE_MS

_UCRED = struct.Struct("3i")  # unix(7), SO_PEERCRED: pid, uid, gid
_INIT = 1


class Pulse:
    """The pulse of one connection to a worker.

    ``ping``: sends a ping with a token; ``hung``: told, at each beat from then on, for how many
    milliseconds nothing was heard, or no ping answered.
    """

    __slots__ = ("_heard", "_hung", "_ping", "_timer", "_token", "_unanswered")

    def __init__(self, *, ping: Callable[[int], None], hung: Callable[[int], None]) -> None:
        self._ping = ping
        self._hung = hung
        self._timer: asyncio.TimerHandle | None = None
        self._token = 0
        self._unanswered = 0
        self._heard = 0
        """The number of the last ping after which something was heard."""

    def begin(self) -> None:
        """There is a connection; whoever is there has to say something soon."""
        self.stop()
        self._token = self._unanswered = self._heard = 0
        self._arm()

    def stop(self) -> None:
        """The connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def sign(self) -> None:
        """Something was heard; called for every notice, so it does next to nothing."""
        self._heard = self._token

    def pong(self, token: int) -> None:
        """The audio thread has answered a ping."""
        self._unanswered = self._token - token

    def _arm(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(MEDIA_PING_MS / 1000, self._beat)

    def _beat(self) -> None:
        self._arm()
        silent = (self._token - self._heard) * MEDIA_PING_MS
        deaf = self._unanswered * MEDIA_PING_MS
        if silent >= MEDIA_SILENCE_MS or deaf >= MEDIA_DEAF_MS:
            self._hung(max(silent, deaf))
            return
        self._token += 1
        self._unanswered += 1
        self._ping(self._token)


def listener(transport: asyncio.BaseTransport) -> int | None:
    """Return the pid of the process that made the socket, as the kernel knows it (unix(7)).

    Not what its hello said: a process that hangs from the start has said nothing. None where it is
    this process, or one of another namespace.
    """
    wire = transport.get_extra_info("socket")
    if wire is None:
        return None
    try:
        told = wire.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    except OSError:
        return None
    pid = int(_UCRED.unpack(told)[0])
    # Nought stands for a process that cannot be seen from here, and kill(2) takes it for us all.
    return pid if pid > _INIT and pid != os.getpid() else None


def end(pid: int | None) -> bool:
    """Kill a process that hangs; whether it could be. Its supervisor starts another.

    SIGKILL, because a stopped process heeds no other signal (signal(7)).
    """
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return False
    return True
