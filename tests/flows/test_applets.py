"""Applets are values without personal data in their repr."""

import dataclasses

from ringfence.flows import applets


def test_nobody_is_shown():
    dial = applets.Dial(
        numbers=("+12025550123",), sip=("sip:ann@example.com",), caller_id="+12025550100"
    )
    assert "202555" not in repr(dial)
    assert "ann" not in repr(dial)
    assert "secret" not in repr(applets.Url(url="https://x.example/?secret"))


def test_every_applet_is_frozen():
    kinds = [k for k in vars(applets).values() if isinstance(k, type)]
    for kind in kinds:
        if issubclass(kind, applets.Applet):
            assert dataclasses.fields(kind) is not None
            assert kind.__dataclass_params__.frozen
