"""Jobs: once per kind and unique key."""

from ringfence.storage.schema import jobs, label_of_column


def test_a_job_is_unique_by_kind_and_key():
    index = next(index for index in jobs.indexes if index.unique)
    assert [col.name for col in index.columns] == ["kind", "unique_key"]


def test_what_a_job_carries_beside_ids_is_sealed():
    assert label_of_column(jobs.c.sealed).storage == "sealed"
    assert label_of_column(jobs.c.body).storage == "opaque"
