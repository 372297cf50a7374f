"""The control protocol: a sample of every message."""

from __future__ import annotations

import typing

from media_samples import COMMANDS, NOTICES

from ringfence.media.engine import protocol as p


def test_the_samples_cover_every_message() -> None:
    assert {type(m) for m in COMMANDS} == set(typing.get_args(p.AnyCommand))
    assert {type(m) for m in NOTICES} == set(typing.get_args(p.AnyNotice))
