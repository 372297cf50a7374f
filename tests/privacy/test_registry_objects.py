"""Every file below a data folder is of a kind that somebody described."""

import pytest

from ringfence.privacy.registry_objects import OBJECTS, kind_of, strangers


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("ringfence.db-wal", "database"),
        ("keys/keystore.db", "keystore"),
        ("keys/epoch-000001.key", "epoch_key"),
        ("keys/sip-tls.key", "certificate"),
        ("objects/recordings/RE1/0.rfs", "recording"),
        ("spool/x", "spool"),
        ("bindings.sealed", "bindings"),
        ("objects/media/MEdia.rfm", "media"),
        ("logs/serve.log", "log"),
        ("export.csv", None),
        ("objects/other/x", None),
    ],
)
def test_a_file_has_a_kind(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind


def test_what_nobody_described_is_named() -> None:
    assert list(strangers(["ringfence.db", "dump.sql", "logs/a"])) == ["dump.sql"]


def test_kinds_have_names_of_their_own() -> None:
    assert len({item.key for item in OBJECTS}) == len(OBJECTS)
