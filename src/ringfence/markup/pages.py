"""The document a program is in: its verbs, how far it is, and how many there have been."""

from __future__ import annotations

from collections.abc import Sequence

from ringfence.kernel.limits import (
    MARKUP_CALL_DOCUMENTS,
    MARKUP_IDLE_DOCUMENTS,
    MARKUP_LOOKAHEAD,
)
from ringfence.markup.verbs import Gather, Play, Prompt, Say, Verb


class Pages:
    """``base``: the URL of the document; ``inline``: it has none and repeats itself."""

    __slots__ = ("_at", "_verbs", "base", "count", "idle", "inline")

    def __init__(self) -> None:
        self._verbs: tuple[Verb, ...] = ()
        self._at = 0
        self.base = ""
        self.inline = False
        self.count = 0
        self.idle = 0

    def open(self, verbs: Sequence[Verb], base: str, *, inline: bool) -> None:
        """Begin another document."""
        self._verbs = tuple(verbs)
        self._at = 0
        self.base = base
        self.inline = inline

    def close(self) -> None:
        """There is nothing more to do."""
        self._verbs = ()
        self._at = 0

    def admit(self) -> bool:
        """Count a document that is about to be opened; False where there were too many.

        Too many in a row in which nothing was heard, done or waited for, or too many in one call.
        """
        self.idle += 1
        self.count += 1
        return self.idle <= MARKUP_IDLE_DOCUMENTS and self.count <= MARKUP_CALL_DOCUMENTS

    @property
    def all(self) -> tuple[Verb, ...]:
        """Every verb of the document."""
        return self._verbs

    @property
    def rest(self) -> tuple[Verb, ...]:
        """The verbs that are still to be carried out."""
        return self._verbs[self._at :]

    def turn(self, count: int) -> None:
        """The next ``count`` verbs are being carried out."""
        self._at += count

    def first_prompts(self) -> list[Say | Play]:
        """Return what will be said soon, so that it can be made while the call is answered."""
        prompts: list[Prompt] = []
        for verb in self._verbs[:MARKUP_LOOKAHEAD]:
            if isinstance(verb, Gather):
                prompts += verb.prompts
            elif isinstance(verb, Say | Play):
                prompts.append(verb)
        return [
            prompt
            for prompt in prompts[:MARKUP_LOOKAHEAD]
            if isinstance(prompt, Say) or (isinstance(prompt, Play) and prompt.url)
        ]
