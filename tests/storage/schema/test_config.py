"""The set-up: what may name a person is sealed."""

import pytest

from ringfence.storage.schema import flow_versions, label_of_column, numbers, phones, trunks


@pytest.mark.parametrize(
    "col",
    [flow_versions.c.document, numbers.c.number, numbers.c.voice, trunks.c.username,
     trunks.c.password, phones.c.username, phones.c.ha1],
    ids=lambda col: f"{col.table.name}.{col.name}",
)  # fmt: skip
def test_what_may_name_a_person_is_sealed(col):
    assert label_of_column(col).storage == "sealed"
