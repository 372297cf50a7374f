"""Which languages can be spoken: read from the library's data, without loading the library."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def languages(data: Path) -> frozenset[str]:
    """Return the languages (BCP 47, small letters) of the voice files below ``data``."""
    found: set[str] = set()
    for file in (data / "lang").rglob("*"):
        if not file.is_file():
            continue
        found.add(file.name.lower())
        for line in file.read_text("utf-8", "replace").splitlines():
            words = line.split()
            if len(words) > 1 and words[0] == "language":
                found.add(words[1].lower())
    return frozenset(found)


def data_folder() -> Path | None:
    """Return where the library's data lies, None where it is not installed."""
    spec = find_spec("espeakng_loader")
    folders = spec.submodule_search_locations if spec is not None else None
    return next((Path(folder) / "espeak-ng-data" for folder in folders or ()), None)


def is_spoken(voice: str, data: Path) -> bool:
    """Whether a voice (``de``, ``en-gb``, ``en+f3``) or at least its language can be spoken."""
    language = voice.partition("+")[0].replace("_", "-").lower()
    known = languages(data)
    return language in known or language.partition("-")[0] in known
