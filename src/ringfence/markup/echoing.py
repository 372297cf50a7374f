"""Echo: the caller hears themselves, to test the line."""

from __future__ import annotations

from ringfence.calls import commands
from ringfence.kernel.clock import Ms
from ringfence.markup.stage import Stage, Step
from ringfence.markup.verbs import Echo


class EchoStep(Step):
    """One Echo; without a length it lasts as long as the call."""

    __slots__ = ("_echo", "_stage", "_until")

    def __init__(self, stage: Stage, echo: Echo) -> None:
        self._stage = stage
        self._echo = echo
        self._until: Ms | None = None

    def begin(self) -> None:
        self._stage.command(commands.Echo(on=True))
        if self._echo.length:
            self._until = Ms(self._stage.now + self._echo.length * 1000)

    def deadline(self) -> Ms | None:
        return self._until

    def fire(self) -> None:
        if self._until is not None and self._stage.now >= self._until:
            self._until = None
            self.abandon()
            self._stage.progress()
            self._stage.proceed()

    def abandon(self) -> None:
        self._stage.command(commands.Echo(on=False))
