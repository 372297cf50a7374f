"""Commands are frozen, and printing one by mistake shows nothing personal."""

from typing import get_args

import pytest

from ringfence.kernel.values import Value, hidden_of
from ringfence.sip import commands
from ringfence.sip.commands import Command, Credentials, Way

PERSONAL = {"uri", "from_", "to", "offer", "body", "answer", "credentials", "headers", "route"}
PERSONAL |= {"target", "referred_by", "registrar", "aor", "contact_user", "password"}


@pytest.mark.parametrize("kind", get_args(Command), ids=lambda kind: kind.__name__)
def test_commands_are_frozen_and_keyword_only(kind):
    assert kind.__struct_config__.frozen
    assert kind.__match_args__ == ()  # keyword-only
    assert kind.__doc__


@pytest.mark.parametrize("kind", [*get_args(Command), Credentials], ids=lambda kind: kind.__name__)
def test_what_is_personal_is_not_printed(kind):
    assert PERSONAL & set(kind.__struct_fields__) <= hidden_of(kind)


def test_a_password_is_not_printed():
    assert "secret" not in repr(Credentials("desk", "secret"))


def test_every_command_is_in_the_union():
    defined = {
        value
        for value in vars(commands).values()
        if isinstance(value, type) and issubclass(value, Value)
    }
    mine = {kind for kind in defined if kind.__module__ == commands.__name__}
    assert mine == set(get_args(Command)) | {Credentials, Way}
