"""What brings the first leg among others are commands like any other, and say no name."""

from __future__ import annotations

from typing import get_args

import pytest

from ringfence.calls import commands, company

KINDS = (
    company.AskVoice, company.HoldVoice, company.JoinConference, company.KeepVoice,
    company.LeaveConference, company.Enqueue,
    company.LeaveQueue, company.MeetAgent, company.TakeFromQueue,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_commands(kind: type) -> None:
    assert kind in get_args(commands.Command)
    assert getattr(commands, kind.__name__) is kind


def test_names_of_rooms_and_urls_are_not_printed() -> None:
    heard = company.Heard(url="https://example.com/secret-name")
    for command in (
        company.JoinConference(name="secret-name", label="secret-name", wait=heard),
        company.Enqueue(name="secret-name"),
        company.TakeFromQueue(name="secret-name", brief=heard),
    ):
        assert "secret-name" not in repr(command)
