"""Where a leg of the reference core sends its audio, and from whom it takes any."""

from __future__ import annotations

from ringfence.kernel.clock import Ms

Address = tuple[str, int]


class Latch:
    """The aim, and the window in which a better source may move it (see `interface`)."""

    __slots__ = ("_open", "_opened", "_rank", "_sdp", "_used", "_window_ms", "aim", "rtcp_aim")

    def __init__(self) -> None:
        self._sdp: Address = ("", 0)
        self.aim: Address = ("", 0)
        """Where audio goes."""
        self.rtcp_aim: Address | None = None
        """Where reports go, once one came from there; None: the port after the aim's."""
        self._rank = 2
        self._used = self._open = False
        self._opened = Ms(0)
        self._window_ms = 0

    def point(self, sdp: Address, *, window_ms: int) -> None:
        """Take what the SDP says; the same address as before keeps the latch."""
        self._window_ms = window_ms
        if sdp == self._sdp:
            return
        self._sdp = self.aim = sdp
        self._rank = 2
        self.rtcp_aim = None
        self._used = self._open = False

    @property
    def moved(self) -> bool:
        """Whether audio goes to another address than the SDP named."""
        return self._used and self._rank != 2

    def admit(self, source: Address, now: Ms) -> bool:
        """Whether a packet from ``source`` is the peer's; a better source becomes the aim."""
        if self._used and source == self.aim and self._window_ms:
            return True
        sdp = self._sdp
        rank = 0 if source[0] != sdp[0] else 1 if source[1] != sdp[1] else 2
        if self._window_ms == 0:
            return rank == 2
        if not self._used:
            self._used = True
            self._opened = now
        else:
            if now - self._opened >= self._window_ms:
                self._open = False
            if not self._open or rank <= self._rank:
                return False
        if source != self.aim:
            self.aim = source
            self.rtcp_aim = None
        self._rank = rank
        self._open = rank != 2
        return True
