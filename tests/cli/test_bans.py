"""``ringfence ban``."""

import json
from typing import Any

from ringfence.kernel.errors import Refused

BAN = {"address": "192.0.2.10", "since": 1_700_000_000_000, "until": 1_700_003_600_000}


def test_bans_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["ban.list"] = [BAN]
    outcome = ringfence("ban", "list")
    assert "192.0.2.10" in outcome.out
    assert "2023-11-14" in outcome.out
    assert json.loads(ringfence("ban", "list", "--json").out) == [BAN]


def test_a_ban_is_lifted(ringfence: Any, office: Any) -> None:
    office.answers["ban.lift"] = BAN
    outcome = ringfence("ban", "lift", "192.0.2.10")
    assert outcome.out == "192.0.2.10 is answered again.\n"
    assert office.asked[-1] == ("ban.lift", {"address": "192.0.2.10"})
    assert json.loads(ringfence("ban", "lift", "192.0.2.10", "--json").out) == BAN


def test_who_is_not_banned_is_told_so(ringfence: Any, office: Any) -> None:
    office.answers["ban.lift"] = Refused("not_found", "'ringfence ban list' shows who is")
    outcome = ringfence("ban", "lift", "192.0.2.10")
    assert outcome.code != 0
    assert "ringfence ban list" in outcome.err


def test_the_help_says_who_is_banned_and_for_how_long(ringfence: Any) -> None:
    said = ringfence("ban", "--help").out
    assert "an hour" in said
    assert "ringfence ban lift 192.0.2.10" in said
