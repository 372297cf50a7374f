"""``ringfence account``, and ``--account`` of every other command."""

from typing import Any

MADE = {
    "sid": "AC1", "name": "Branch", "status": "full", "created": 1_700_000_000_000,
    "token": "shown-once",
}  # fmt: skip


def test_a_token_is_shown_once(ringfence: Any, office: Any) -> None:
    office.answers |= {"account.add": MADE, "account.list": [MADE | {"token": None}]}
    assert ringfence("account", "add", "Branch").out.count("shown-once") == 1
    out = ringfence("account", "list").out
    assert "Branch" in out
    assert "shown-once" not in out


def test_one_is_suspended_resumed_renamed_and_closed(ringfence: Any, office: Any) -> None:
    office.answers["account.change"] = MADE
    for words, what in (
        (("suspend",), {"status": "suspended"}),
        (("resume",), {"status": "active"}),
        (("close", "--yes"), {"status": "closed"}),
    ):
        ringfence("account", words[0], "AC1", *words[1:])
        assert office.asked[-1] == ("account.change", {"sid": "AC1"} | what)
    ringfence("account", "rename", "AC1", "Leeds")
    assert office.asked[-1] == ("account.change", {"sid": "AC1", "name": "Leeds"})


def test_a_number_is_given_to_one(ringfence: Any, office: Any) -> None:
    office.answers["number.move"] = {"number": "+12025550123"}
    ringfence("account", "move-number", "PN1", "AC1")
    assert office.asked[-1] == ("number.move", {"sid": "PN1", "to": "AC1", "source": None})


def test_every_command_can_be_about_an_account(ringfence: Any, office: Any) -> None:
    office.answers["number.list"] = []
    ringfence("number", "list", "--account", "AC1")
    assert office.accounts == ["AC1"]
    ringfence("number", "list")
    assert office.accounts == ["AC1"]
