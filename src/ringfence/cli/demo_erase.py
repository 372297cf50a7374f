"""The end of the demo: its caller is erased before one's eyes, and every byte is looked at.

The same commands do it for anybody: ``ringfence privacy erase`` and ``prove-erasure``.
"""

from __future__ import annotations

from typing import Any, Protocol

from ringfence.cli import privacy_erase
from ringfence.cli.control import Office, opened
from ringfence.cli.demo_call import CALLER, voice
from ringfence.cli.proof_scan import Scan, scan
from ringfence.config import Settings
from ringfence.kernel.limits import DEMO_VOICE_SAMPLES
from ringfence.kernel.phone import Phone
from ringfence.media import g711, wav
from ringfence.privacy.tracers.search import Search
from ringfence.privacy.tracers.spellings import needles, number_needles


class Say(Protocol):
    """Prints what happens, or keeps quiet."""

    @property
    def quiet(self) -> bool: ...
    def __call__(self, text: str) -> None: ...


def erase_caller(settings: Settings, say: Say) -> dict[str, Any]:
    """Erase the demo's caller on the running platform and search its folder for what is left.

    Returns the erasure and what the search found; ``hits`` is 0 where nothing is left.
    """
    before = look(settings)
    with opened(settings) as ask:
        done = _erase(ask, say)
    found = look(settings)
    said = (
        f"\nSearched {found.files} files, {found.octets:,} bytes, for the number in every usual"
        f" spelling and for the voice: {len(found.hits)} hits ({len(before.hits)} before)."
    )
    say(said)
    return {
        "erasure": done,
        "search": {
            "files": found.files,
            "bytes": found.octets,
            "hits": [name for name, _ in found.hits],
        },
    }


def _erase(ask: Office, say: Say) -> dict[str, Any]:
    planned = ask.run("privacy.erase.plan", address=CALLER)
    say("\nNow the caller asks to be erased. The plan, before anything is touched:\n")
    if not say.quiet:
        privacy_erase.tell(planned, as_json=False)
    done: dict[str, Any] = ask.run("privacy.erase.execute", sid=planned["sid"])
    say("\nDone. The receipt:\n")
    for line in privacy_erase.receipt(done):
        say(f"  {line}")
    return done


def look(settings: Settings) -> Scan:
    """Search every byte of the data folder for the demo's caller."""
    return scan(search(), settings.data, what="data")


def search() -> Search:
    """Return the search for the demo's caller: the number, and the voice as sound files hold it."""
    return Search(
        {"caller": number_needles(Phone(CALLER)), "voice": needles(set(), exact=_voice())},
        tone=False,
    )


def _voice() -> set[bytes]:
    """Return the loudest moment of the message as PCM and as both kinds of G.711."""
    samples = voice()
    size = int(DEMO_VOICE_SAMPLES)
    starts = range(0, len(samples) - size, size)
    at = max(starts, key=lambda start: sum(map(abs, samples[start : start + size])))
    loud = samples[at : at + size]
    return {wav.to_little_endian(loud), g711.encode_ulaw(loud), g711.encode_alaw(loud)}
