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


def compiled(config: pytest.Config) -> Path:
    """Return the library; skip where this machine cannot build one."""
    state = hashlib.sha256()
    for path in sorted([*build.HERE.glob("*.[ch]"), Path(build.__file__)]):
        state.update(path.read_bytes())
    cache = getattr(config, "cache", None)
    folder = (
        cache.mkdir("ringfence_engine")
        if cache is not None  # as it is with -p no:cacheprovider
        else Path(tempfile.gettempdir()) / f"ringfence_engine.{os.getuid()}"
    )
    outdir = folder / state.hexdigest()[:16]
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
