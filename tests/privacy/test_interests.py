"""A legitimate interest that nobody weighed cannot be used."""

from dataclasses import replace

import pytest
from data_map_source import sources

from ringfence.kernel.errors import LocalError
from ringfence.privacy.interests import INTERESTS, check
from ringfence.privacy.notice import Issuer, Wording, compile_notice
from ringfence.privacy.purposes import PURPOSES, Purpose
from ringfence.privacy.registry import compile_map

PROFILE = Purpose("profile", "To know what people like.", "legitimate_interest")


@pytest.mark.promise("PUR-10")
def test_a_purpose_without_a_weighing_cannot_be_used() -> None:
    check(PURPOSES.values())
    with pytest.raises(LocalError, match="profile"):
        compile_map(sources(purposes={**PURPOSES, "profile": PROFILE}))
    half = dict(INTERESTS)
    half["prevent_abuse"] = replace(half["prevent_abuse"], balance="")
    with pytest.raises(LocalError, match="not complete"):
        check(PURPOSES.values(), half)


@pytest.mark.promise("PUR-10")
def test_the_weighing_is_printed_beside_its_purpose() -> None:
    wording = Wording(title="x", pack="own", said=(), unkept={})
    notice = compile_notice(compile_map(sources()), wording, Issuer("Example Ltd"))
    printed = {row["key"]: row.get("weighing") for row in notice["purposes"]}
    for key, purpose in PURPOSES.items():
        assert bool(printed[key]) == (purpose.basis == "legitimate_interest"), key
    assert set(INTERESTS) == {key for key, weighing in printed.items() if weighing}
