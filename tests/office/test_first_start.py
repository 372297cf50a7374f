"""The first start makes an account nobody else has, and the second finds it."""

from pathlib import Path

from office_open import opened

from ringfence.flows.versions import problems_of
from ringfence.office.first_start import DEMO_FLOWS, demo_flow


def test_credentials_are_random_and_stay(tmp_path: Path) -> None:
    first, other = opened(tmp_path / "a"), opened(tmp_path / "b")
    sid, token = first.account.id, first.directory.auth_token
    assert sid != other.account.id
    assert token != other.directory.auth_token
    assert set(first.flows) == set(DEMO_FLOWS)
    assert [trunk.name for trunk in first.trunks.values()] == ["loopback"]
    first.store.store.close()
    other.store.store.close()
    again = opened(tmp_path / "a")
    assert (again.account.id, again.directory.auth_token) == (sid, token)
    assert len(again.trunks) == 1
    again.store.store.close()


def test_the_built_in_flows_have_no_problems() -> None:
    for name in DEMO_FLOWS:
        assert problems_of(demo_flow(name)) == []
