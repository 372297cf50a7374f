"""The native library, compiled from the sources as they are now, once per state of the sources."""

from __future__ import annotations

import ctypes
import hashlib
import os
import tempfile
from pathlib import Path

import pytest

from ringfence.media.engine import build
from ringfence.media.engine.library import load

CARDS = Path(__file__).parents[2] / "support" / "media_cards.c"


def folder_for(config: pytest.Config, *sources: Path) -> Path:
    """Return where what is compiled from the sources is kept."""
    state = hashlib.sha256()
    for path in sorted([*sources, Path(build.__file__)]):
        state.update(path.read_bytes())
    cache = getattr(config, "cache", None)
    folder = (
        cache.mkdir("ringfence_engine")
        if cache is not None  # as it is with -p no:cacheprovider
        else Path(tempfile.gettempdir()) / f"ringfence_engine.{os.getuid()}"
    )
    return folder / state.hexdigest()[:16]


def compiled(config: pytest.Config) -> Path:
    """Return the library; skip where this machine cannot build one."""
    outdir = folder_for(config, *build.HERE.glob("*.[ch]"))
    path = outdir / build.LIBRARY
    found = path if path.exists() else build.compile_library(outdir)
    if found is None:
        pytest.skip("no C compiler: the native engine is not tested")
    return found


@pytest.fixture(scope="session")
def library(pytestconfig: pytest.Config) -> ctypes.CDLL:
    found = load(compiled(pytestconfig))
    assert found is not None
    return found


@pytest.fixture(scope="session")
def cards(pytestconfig: pytest.Config) -> ctypes.CDLL:
    """Calls in which digits are keyed in, and who tries to read them: media_cards.c."""
    path = folder_for(pytestconfig, CARDS) / "cards.so"
    found = path if path.exists() else build.compile_program(path, [CARDS], ("-shared", "-O3"))
    if found is None:
        pytest.skip("no C compiler: the protection of card numbers is NOT proved")
    return prepared(found)


def prepared(path: Path) -> ctypes.CDLL:
    """Return media_cards.c as ctypes calls it."""
    loaded = ctypes.CDLL(str(path))
    number, text = ctypes.c_uint32, ctypes.c_char_p
    places = ctypes.POINTER(number)
    loaded.cards_call.restype = loaded.cards_read.restype = number
    loaded.cards_call.argtypes = (
        number, ctypes.c_int, ctypes.c_int, ctypes.c_double, number, text, number, text, places
    )  # fmt: skip
    loaded.cards_read.argtypes = (
        text, number, ctypes.c_int, number, ctypes.c_double, ctypes.c_int, text, places, number
    )  # fmt: skip
    return loaded
