"""Cases: what people wrote is sealed, what they hold is a keyed hash."""

import pytest

from ringfence.storage.schema import (
    amendments,
    case_approvers,
    case_archives,
    case_codes,
    case_steps,
    cases,
    disclosures,
    label_of_column,
)


@pytest.mark.parametrize(
    "col",
    [cases.c.words, case_steps.c.words, disclosures.c.recipient, amendments.c.value],
    ids=str,
)
def test_what_people_and_authorities_said_is_sealed(col):
    assert label_of_column(col).storage == "sealed"
    assert label_of_column(col).category == "user.content.private"


@pytest.mark.parametrize(
    "col",
    [cases.c.reference, cases.c.contact, case_codes.c.hash, case_archives.c.token,
     case_approvers.c.secret],
    ids=str,
)  # fmt: skip
def test_what_opens_a_door_is_a_keyed_hash(col):
    assert label_of_column(col).storage == "keyed_hash"


def test_a_case_knows_its_person_by_an_id_that_may_lead_nowhere():
    assert label_of_column(cases.c.party_id).storage == "opaque"
    assert not any(table.foreign_keys for table in (cases, disclosures, amendments))
