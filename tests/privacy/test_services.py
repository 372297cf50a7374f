"""Purposes are at work while their service is on."""

import pytest
from data_map_source import sources

from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.registry import compile_map
from ringfence.privacy.registry_diff import compare
from ringfence.privacy.services import CLAUSES, inactive, require_active, spoken_of
from ringfence.promises import registry


@pytest.mark.parametrize(
    ("records", "mails", "advertises", "off"),
    [
        (True, True, True, set()),
        (False, True, True, {"record_call"}),
        (True, False, True, {"notify", "market"}),
        (True, True, False, {"market"}),
    ],
)
def test_what_is_off(records: bool, mails: bool, advertises: bool, off: set[str]) -> None:
    assert inactive(records=records, mails=mails, advertises=advertises) == off


@pytest.mark.promise("PUR-08")
def test_nothing_is_done_for_a_service_that_is_off() -> None:
    require_active("notify", {"market"})
    with pytest.raises(Refused) as refused:
        require_active("market", {"market"})
    assert (refused.value.code, refused.value.clause) == ("service_off", "PUR-08")
    assert "public_url" in refused.value.reason
    for purpose in CLAUSES:
        with pytest.raises(Refused, match="here"):
            require_active(purpose, {purpose})
    assert not spoken_of("MSG-03", {"market"})
    assert spoken_of("MSG-03", {"record_call"})


def test_switching_on_is_material_and_switching_off_is_not() -> None:
    on = compile_map(sources())
    off = compile_map(sources(inactive=frozenset({"market"})))
    assert compare(off, on).severity == "material"
    assert compare(on, off).severity == "minor"


def test_the_table_speaks_of_what_there_is() -> None:
    known = {clause.id for clause in registry.load()}
    assert set(CLAUSES) <= set(PURPOSES)
    assert all(clauses <= known for clauses in CLAUSES.values())
