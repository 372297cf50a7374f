"""The map of the data: what it is made of, and what it refuses to be made of."""

from dataclasses import replace

import pytest
from data_map_source import sources

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.privacy.labels import CALL_FACT, PHONE_SEALED
from ringfence.privacy.registry import BrowserItem, Region, StoredObject, compile_map, read


def test_everything_declared_becomes_an_entry() -> None:
    made = compile_map(sources())
    kinds = {entry.kind for entry in made.entries}
    assert kinds == {
        *("column", "event", "log", "object", "cookie", "region", "processor", "scope"),
        *("purpose", "retention"),
    }
    entry = made.find("column", "parties.address")
    assert entry is not None
    assert entry.facts == {
        "category": "user.contact.phone_number",
        "purposes": sorted(PHONE_SEALED.purposes),
        "retention": "call_log",
        "sensitivity": "high",
        "storage": "sealed",
        "subject": "caller",
    }
    assert made.find("column", "nobody") is None
    assert [entry.name for entry in made.of("cookie", "region")] == ["session", "home"]


def test_a_map_is_read_back_as_it_was() -> None:
    made = compile_map(sources())
    again = read(made.encoded)
    assert again == made
    assert again.digest == made.digest
    with pytest.raises(RemoteError):
        read(b'{"entries": 3}')


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"columns": {"a.b": replace(CALL_FACT, category="user.blood")}}, "a.b: no such category"),
        ({"columns": {"a.b": replace(CALL_FACT, purposes=("fun",))}}, "no such purpose: fun"),
        ({"events": {"A.b": replace(CALL_FACT, retention="ever")}}, "no such retention rule"),
        ({"cookies": [BrowserItem("a", "necessary", "fun", 1, "x")]}, "cookie a: no such purpose"),
        ({"regions": [Region("moon", "XX", "far")]}, "mail_relay: no such region: home"),
        (
            {"objects": [StoredObject("a", "x", (), CALL_FACT)] * 2},
            "two entries of the map have one name",
        ),
    ],
)
def test_what_does_not_fit_is_no_map(changes: dict[str, object], says: str) -> None:
    with pytest.raises(LocalError, match=says):
        compile_map(sources(**changes))


@pytest.mark.promise("CLS-12")
def test_sensitive_data_that_would_rest_in_clear_is_no_map() -> None:
    for storage in ("plain", "opaque"):
        label = replace(PHONE_SEALED, storage=storage)
        with pytest.raises(LocalError, match="sensitive"):
            compile_map(sources(columns={"a.b": label}))
