"""The flows of this installation, as programs open them (`ringfence.markup.context.Applets`).

flow:welcome         the version in force
flow:welcome@7#menu  an applet of the revision a call began with, while it is remembered
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ringfence.flows.compile import Compiled
from ringfence.flows.text_applets import answers_texts
from ringfence.flows.versions import read
from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import FLOW_REVISIONS
from ringfence.markup.context import DEFAULT_SORRY
from ringfence.markup.exchange import Value
from ringfence.markup.verbs import Verb

_URL = re.compile(r"flow:([A-Za-z0-9_.-]{1,128})(?:@([0-9]{1,9}))?(?:#([A-Za-z0-9_/-]{0,128}))?\Z")


class Library:
    """Compiled flows by name. ``voice``, ``language``: those of calls where a flow names none."""

    __slots__ = ("_flows", "_language", "_revision", "_voice")

    def __init__(self, *, voice: str = "", language: str = "") -> None:
        self._flows: dict[str, dict[int, Compiled]] = {}
        self._revision = 0
        self._voice = voice
        self._language = language

    def learn(self, name: str, document: bytes) -> None:
        """Take the version of a flow that is in force from now on.

        Raises `RemoteError` for a document with problems; the version before stays in force.
        """
        flow = read(document)
        self._revision += 1
        revisions = self._flows.setdefault(name, {})
        revisions[self._revision] = Compiled(flow, f"flow:{name}@{self._revision}")
        if len(revisions) > FLOW_REVISIONS:
            del revisions[min(revisions)]

    def forget(self, name: str) -> None:
        """A flow is gone; calls in it hear the neutral sentence at their next step."""
        self._flows.pop(name, None)

    def open(self, url: str, params: Mapping[str, Value], now: Ms) -> tuple[Verb, ...] | None:
        """Return the verbs at a ``flow:`` URL, None where there is no such flow or applet."""
        named = _URL.match(url)
        if named is None:
            return None
        revisions = self._flows.get(named[1])
        if not revisions:
            return None
        latest = next(reversed(revisions))
        flow = revisions.get(int(named[2] or 0)) or revisions[latest]
        return flow.open(named[3] or "", params, now)

    def answers_texts(self, name: str) -> bool:
        """Whether the version in force of a flow may answer messages."""
        revisions = self._flows.get(name)
        if not revisions:
            return False
        return answers_texts(revisions[next(reversed(revisions))].flow)

    def prompts(self) -> tuple[tuple[str, str, str], ...]:
        """Return every fixed (text, voice, language) a call may ask for, the apology first."""
        found = {(DEFAULT_SORRY, self._voice, self._language): None}
        for revisions in self._flows.values():
            for say in revisions[next(reversed(revisions))].texts():
                voice = say.voice if say.voice != "default" else self._voice
                found[say.text, voice, say.language or self._language] = None
        return tuple(found)
