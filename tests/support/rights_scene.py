"""An office under a clock that moves when told, with people who called and left their voice."""

from __future__ import annotations

import asyncio
import re
from array import array
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.config import load
from ringfence.jobs.queue import Job
from ringfence.kernel import ids
from ringfence.kernel.clock import SystemClock, VirtualClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import PartyId
from ringfence.kernel.phone import Phone
from ringfence.media import wav
from ringfence.media.engine.sealing import ChannelWriter
from ringfence.office import Office
from ringfence.office.privacy import case_clocks
from ringfence.privacy.purposes import purpose
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store

CALLER, OTHER, OURS = "+12025550123", "+12025550144", "+12025550100"
_DIGITS = re.compile(r"your code is ([0-9, ]+)\.")


class Line:
    """Stands for the switch: it remembers what was placed. ``busy``: no call can be placed."""

    def __init__(self) -> None:
        self.placed: list[tuple[str, str]] = []
        self.busy = False

    def place(self, to: str, *, source: Any, caller: str | None = None) -> str:
        if self.busy:
            raise Refused("too_many_calls", "every line is in use")
        self.placed.append((to, source.document))
        return "CA" + "0" * 32

    @property
    def code(self) -> str:
        """The code that was spoken last."""
        found = _DIGITS.search(self.placed[-1][1])
        assert found is not None
        return "".join(c for c in found[1] if c.isdigit())


class Web:
    """Stands for a receiver of documents: it gives challenges back where it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bytes, dict[str, str]]] = []
        self.echo = True
        self.status = 200
        self.dead = False

    async def __call__(
        self, url: str, body: bytes, _media_type: str, headers: Any, /
    ) -> tuple[int, bytes]:
        if self.dead:
            raise OSError
        self.got.append((url, body, dict(headers)))
        answer = body if self.echo and b"challenge" in body else b"{}"
        return self.status, answer


class Scene:
    """An office, its clock, its telephone line, its web; close it."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.clock = VirtualClock(SystemClock().now())
        flags = {"domain": "pbx.example.com", "country": "US", "fetch_private": "127.0.0.1"}
        settings_ = load(data, environment={}, flags=flags | settings)
        store = Store.open(DataFolder(data), clock=self.clock, entropy=SystemEntropy(), gather_ms=0)
        self.office = Office(settings_, store, clock=self.clock, entropy=SystemEntropy())
        self.line, self.web = Line(), Web()
        self.forgotten: list[PartyId] = []
        self.office._live = SimpleNamespace(  # type: ignore[assignment]
            outgoing=self.line,
            forget_person=self.forgotten.append,
            runner=SimpleNamespace(calls={}, legs={}),
            addresses=SimpleNamespace(http="http://pbx.example.com"),
        )
        self.handlers = case_clocks.handlers(self.office, self.web)

    def close(self) -> None:
        """Close the data folder."""
        self.office.store.store.close()

    def run(self, name: str, actor: str = "operator", /, **args: Any) -> Any:
        """Carry out a use case."""

        async def ask() -> Any:
            return await self.office.run(name, args, actor=actor)

        return asyncio.run(ask())

    def refused(self, name: str, actor: str = "operator", /, **args: Any) -> Refused:
        """Carry out a use case that is refused; the refusal."""
        try:
            self.run(name, actor, **args)
        except Refused as refused:
            return refused
        raise AssertionError(f"{name} was not refused")

    def fetch(self, name: str, actor: str = "operator", /, **args: Any) -> bytes:
        """Carry out a use case that hands out a file; the file."""

        async def follow() -> bytes:
            data = b""
            async for item in self.office.follow(name, args, actor=actor):
                data += getattr(item, "data", b"")
            return data

        return asyncio.run(follow())

    def work(self) -> list[str]:
        """Do the jobs of cases that are due; their kinds. A failed one is tried again later."""

        async def do() -> list[str]:
            outbox, done = self.office.store.outbox, []
            leased: list[Job] = []
            left: list[Job] = []
            while (now := self.clock.now()) and (
                leased := list(await outbox.lease(now=now, count=16, lease_ms=60_000))
            ):
                for job in leased:
                    if job.kind not in self.handlers:
                        left.append(job)
                        continue
                    try:
                        await self.handlers[job.kind](job, now)
                    except RemoteError as error:
                        await outbox.try_again(job.id, at=now + 60_000, error=f"r{error.hint}")
                        done.append(f"{job.kind}!")
                        continue
                    except Refused as refused:
                        await outbox.bury(job.id, at=now, error=refused.code)
                        done.append(f"{job.kind}:{refused.code}")
                        continue
                    await outbox.done(job.id)
                    done.append(job.kind)
            for job in left:
                await outbox.try_again(job.id, at=now, error="left")
            return done

        return asyncio.run(do())

    def letters(self) -> list[bytes]:
        """What waits to be sent by e-mail, in clear; nobody sends it here."""
        outbox, found = self.office.store.outbox, []

        async def look() -> None:
            now = self.clock.now()
            for job in await outbox.lease(now=now, count=16, lease_ms=1):
                if job.kind == "mail":
                    with purpose("deliver_content"):
                        found.append(outbox.secret(job))
                await outbox.try_again(job.id, at=now, error="left")

        asyncio.run(look())
        return found

    def clocks(self) -> None:
        """Read the clocks once."""
        asyncio.run(case_clocks.read(self.office, self.clock.now()))

    def settle(self) -> None:
        """Wait until everything given to the writer is durable."""
        self.office.store.db.submit(lambda _: None).result(5)

    def person(self, number: str = CALLER) -> PartyId:
        """Somebody in the books."""
        found = self.office.store.party_room.resolve(Phone(number), self.clock.now())
        self.settle()
        return found

    def called(self, caller: str = CALLER, called: str = OURS, *, voice: int = 0) -> str:
        """A call that has ended; with ``voice`` a recording of both sides at that level."""
        office, now = self.office, self.clock.advance(1_000)
        call, leg = (ids.make(kind, now, office.entropy) for kind in ("call", "leg"))
        party, other = self.person(caller), self.person(called)
        facts: list[Any] = [
            events.CallOffered(at=now, call=call, account=office.account.id, leg=leg,
                               caller=party, called=other),
        ]  # fmt: skip
        if voice:
            facts += self._recorded(call, leg, party, other, voice)
        end = self.clock.advance(1_000)
        facts.append(
            events.CallEnded(at=end, call=call, account=office.account.id, direction="inbound",
                             cause=Cause.NORMAL, hung_up_by="caller", missed=not voice,
                             offered_at=now, rang_at=None, answered_at=None,
                             answered_by_person_at=None, ended_at=end, duration_ms=1000,
                             talk_ms=0)
        )  # fmt: skip
        office.store.calls.record(facts, end)
        self.settle()
        return call

    def _recorded(
        self, call: Any, leg: Any, party: PartyId, other: PartyId, voice: int
    ) -> list[Any]:
        office, now = self.office, self.clock.now()
        recording = ids.make("recording", now, office.entropy)
        asked = [
            SimpleNamespace(leg=leg, incoming=True, party=party),
            SimpleNamespace(leg=leg, incoming=False, party=other),
        ]
        files = office.store.recordings.begin(recording, call, "call", asked, now)  # type: ignore[arg-type]
        for number, file in enumerate(files):
            level = voice if number == 0 else -voice
            writer = ChannelWriter(file.path, file.key, rate=8_000, salt=bytes(4))
            writer.append(wav.to_little_endian(array("h", [level] * 8_000)))
            writer.finish()
        self.settle()
        size = office.store.recordings.finish_now(recording, keep=True)
        parties = (party, other)
        return [
            events.RecordingRequested(at=now, call=call, recording=recording, source="call",
                                      legs=(leg, leg), parties=parties),
            events.RecordingStarted(at=now, call=call, recording=recording),
            events.RecordingSaved(at=now, call=call, recording=recording, source="call",
                                  reason="stopped", duration_ms=1000, size=size,
                                  sha256=("aa", "bb")),
        ]  # fmt: skip
