"""Commands are frozen and keyword-only, and keep secrets out of their printed form."""

from __future__ import annotations

from typing import get_args

import pytest

from ringfence.calls import commands
from ringfence.calls.obey import OBEY
from ringfence.kernel.phone import Phone
from ringfence.kernel.values import Value

KINDS = get_args(commands.Command)
VALUES = (*KINDS, commands.ToPhone, commands.ToSip, commands.ToDevice, commands.DialTarget)


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_the_form(kind: type) -> None:
    assert issubclass(kind, Value)
    assert kind.__struct_config__.frozen
    assert kind.__match_args__ == ()  # keyword-only
    assert kind.__doc__


def test_every_command_is_obeyed() -> None:
    assert set(OBEY) == set(KINDS)


def test_secrets_do_not_show() -> None:
    endpoint = commands.ToSip(
        uri="sip:alice@example.com", username="alice", password="hush", headers=(("X-A", "hush"),)
    )
    target = commands.DialTarget(endpoint=endpoint, send_digits="4321")
    phone = commands.ToPhone(phone=Phone("+12025550123"))
    text = repr(target) + repr(phone) + repr(commands.SendDigits(digits="4321"))
    text += repr(commands.Transfer(target="sip:alice@example.com"))
    for secret in ("alice", "hush", "4321", "5550"):
        assert secret not in text
