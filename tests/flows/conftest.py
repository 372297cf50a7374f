"""A flow on a call: the scripted call of the markup tests with a library of flows."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from ringfence.flows.library import Library
from ringfence.markup.context import Source

_MARKUP = Path(__file__).parents[1] / "markup" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("ringfence_scripted_call", _MARKUP)
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)


def document(start="a", **applets):
    """A flow document as bytes."""
    more = applets.pop("_more", {})
    return json.dumps({"ringfence_flow": 1, "start": start, "applets": applets, **more}).encode()


@pytest.fixture
def make():
    return document


@pytest.fixture
def run():
    """Begin a call with a flow document; returns the script, its library in ``.library``."""

    def begin(body, *, name="demo", at=None, **how):
        library = Library()
        library.learn(name, body)
        script = _MODULE.Script(Source(url=f"flow:{name}"), applets=library, **how)
        script.library = library
        if at is not None:
            script.clock.set(at)
        return script.begin()

    return begin
