"""Whose words a machine may write down."""

from typing import get_args

import pytest

from ringfence.kernel.errors import LocalError
from ringfence.privacy.consent.writing import Written, may_be_written, written_of
from ringfence.privacy.gate import Consent


@pytest.mark.parametrize(
    ("house", "written"),
    [
        ("recorded", {"unknown", "given"}),
        ("agreed", {"given"}),
        ("never", set()),
    ],
)
def test_the_table(house: Written, written: set[Consent]) -> None:
    found = {one for one in get_args(Consent) if may_be_written(house, one, restricted=False)}
    assert found == written
    assert not any(may_be_written(house, one, restricted=True) for one in get_args(Consent))


def test_the_setting_is_one_of_three() -> None:
    assert [written_of(one) for one in get_args(Written)] == list(get_args(Written))
    with pytest.raises(LocalError):
        written_of("sometimes")
