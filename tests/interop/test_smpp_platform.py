"""A whole platform sends through npm's message centre while it is killed and its link is cut.

Every message that was acknowledged has to be at the centre at least once: what is there twice is
counted apart from what is missing, and there may be at most a window of it per interruption.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from platform_run import RINGFENCE, Platform, free_port
from smsc_run import Centre, boxed, kannel, kannel_missing, npm, npm_missing

OURS, TO = "+447700900100", "+447700900123"
MANY, WINDOW = 1_500, 50
KILLS, CUTS = 2, 1
PATIENCE = 180

with_npm = pytest.mark.skipif(bool(npm_missing()), reason=npm_missing())
with_kannel = pytest.mark.skipif(bool(kannel_missing()), reason=kannel_missing())


def answers(platform: Platform) -> bool:
    try:
        return bool(platform.do("carrier.list") is not None)
    except (OSError, RuntimeError, ValueError):
        return False


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)


def taken(centre: Centre) -> list[str]:
    """What the centre has acknowledged, in its order."""
    return [line["text"] for line in list(centre.said) if isinstance(line, dict) and "id" in line]


async def silent_after(centre: Centre, edge: int) -> None:
    """Have the centre answer no message any more once it has taken so many."""
    centre.tell(mute=10 * MANY, after=edge)
    await centre.until(lambda said: {"silentAfter": edge} in said)


def states(platform: Platform) -> Counter[str]:
    found: Counter[str] = Counter()
    more: dict[str, Any] = {}
    while True:
        page = platform.do("message.list", limit=500, **more)
        found.update(message["status"] for message in page["messages"])
        if not page.get("next"):
            return found
        more = {"before": page["next"]}


def accept(platform: Platform, many: int = MANY) -> list[str]:
    """Have every message acknowledged; their texts."""
    texts = [f"number {n}" for n in range(many)]

    def ask(text: str) -> None:
        platform.do("message.send", to=TO, sender=OURS, text=text)

    with ThreadPoolExecutor(4) as asking:
        list(asking.map(ask, texts))
    return texts


def connect(platform: Platform, centre: Centre, *more: str, password: str = "sesame") -> None:
    words = ["carrier", "add", "main", "--smpp", f"127.0.0.1:{centre.port}", *more]
    words += ["--system-id", "ringfence", "--window", str(WINDOW), "--data", str(platform.data)]
    subprocess.run(
        [str(RINGFENCE), *words], input=f"{password}\n", text=True, check=True, timeout=60
    )


@pytest.mark.timeout(3 * PATIENCE)
@with_npm
def test_nothing_acknowledged_is_lost_though_it_is_killed_and_cut_off_at_full_speed(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        async with npm() as centre:
            await centre.until(lambda said: {"listening": True} in said)
            with Platform(tmp_path / "data") as platform:
                platform.number(OURS, "<Response/>")
                texts = await asyncio.to_thread(accept, platform)
                edges = [part * MANY // (KILLS + CUTS + 2) for part in range(1, KILLS + CUTS + 1)]
                await silent_after(centre, edges[0])  # it waits for us there
                await asyncio.to_thread(connect, platform, centre)
                for part, edge in enumerate(edges, 1):
                    await until(lambda edge=edge: len(taken(centre)) >= edge)  # type: ignore[misc]
                    assert len(set(taken(centre))) < MANY, "it is to be hit in the middle"
                    following = edges[part] if part < len(edges) else 2 * MANY
                    if part == 2:
                        await silent_after(centre, following)
                        centre.tell(drop=True)
                        await centre.until(lambda said: {"closed": True} in said)
                    else:
                        platform.kill("ringfence.app serve")
                        await silent_after(centre, following)
                        await until(lambda: answers(platform))
                await until(lambda: set(taken(centre)) >= set(texts))
                await until(lambda: not states(platform).keys() & {"queued", "sending"})
                seen = Counter(taken(centre))
                missing = set(texts) - set(seen)
                twice = sum(seen.values()) - len(seen)
                assert (missing, set(seen) - set(texts)) == (set(), set())
                assert twice <= (KILLS + CUTS) * 4 * WINDOW, "what was under way, no more"
                assert states(platform).total() == MANY
                print(f"{MANY} acknowledged, {len(seen)} there, {twice} of them twice")

    asyncio.run(scene())


@pytest.mark.timeout(3 * PATIENCE)
@with_npm
def test_a_session_carries_hundreds_a_second(tmp_path: Path) -> None:
    """No bound is asserted: the rate is printed, and all of them are there once."""

    async def scene() -> None:
        async with npm() as centre:
            await centre.until(lambda said: {"listening": True} in said)
            with Platform(tmp_path / "data") as platform:
                platform.number(OURS, "<Response/>")
                texts = await asyncio.to_thread(accept, platform)
                await asyncio.to_thread(connect, platform, centre)
                await until(lambda: bool(taken(centre)))
                began, first = time.monotonic(), len(taken(centre))
                await until(lambda: len(taken(centre)) >= MANY)
                spent = time.monotonic() - began
                assert Counter(taken(centre)) == Counter(texts)
                await until(lambda: states(platform)["delivered"] == MANY)
                print(f"{(MANY - first) / spent:.0f} messages a second through one session")

    asyncio.run(scene())


HEARD = re.compile(r"submit_sm: short_message = <(number \d+)>")
FEW = 300


@pytest.mark.timeout(3 * PATIENCE)
@with_kannel
def test_nothing_is_lost_at_kannels_centre_either_though_both_are_killed(tmp_path: Path) -> None:
    """Kannel's centre serves one session and ends with it: the next takes its place."""
    seen: list[str] = []

    def heard(centre: Centre) -> list[str]:
        found = (HEARD.search(line) for line in list(centre.said) if isinstance(line, str))
        return [match[1] for match in found if match is not None]

    async def serve(port: int, platform: Platform, texts: list[str], end: str) -> None:
        async with kannel(0, port=port) as centre:
            await centre.until(lambda said: any("accept_thread) maps" in line for line in said))
            if not seen:
                how = ("--sessions", "separate", "--per-second", "20")
                await asyncio.to_thread(connect, platform, centre, *how, password="bar")
            if not end:
                await until(lambda: {*seen, *heard(centre)} >= set(texts))
                await until(lambda: not states(platform).keys() & {"queued", "sending"})
            else:
                await until(lambda: len(heard(centre)) >= FEW // 4)
                assert len({*seen, *heard(centre)}) < FEW, "it is to be hit in the middle"
                if end == "centre":
                    centre.kill()
                else:
                    platform.kill("ringfence.app serve")
                    await until(lambda: answers(platform))
        seen.extend(heard(centre))

    async def scene() -> None:
        port = free_port()
        with Platform(tmp_path / "data") as platform:
            platform.number(OURS, "<Response/>")
            texts = await asyncio.to_thread(accept, platform, FEW)
            for end in ("platform", "centre", ""):
                async with boxed():
                    await serve(port, platform, texts, end)
            assert set(seen) == set(texts)
            assert len(seen) - FEW <= 2 * 4 * WINDOW, "what was under way, no more"
            assert states(platform).total() == FEW
            print(f"{FEW} acknowledged, {len(set(seen))} there, {len(seen) - FEW} of them twice")

    asyncio.run(scene())
