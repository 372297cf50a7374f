"""Every kind of file below the data folder: what is in it, how it rests, how long it stays.

A file whose path no entry matches is a place that nobody promised anything about; a test and
``ringfence privacy map --check`` name it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from ringfence.privacy.labels import (
    AUDIT,
    CASE_WORDS,
    CONFIG,
    CONFIG_SEALED,
    CONTENT_SEALED,
    CREDENTIAL,
    KEY_WRAPPED,
    PHONE_SEALED,
    SYSTEM,
    TEXT_SEALED,
)
from ringfence.privacy.registry import StoredObject

OBJECTS: tuple[StoredObject, ...] = (
    StoredObject("settings", "What the operator set up.", ("ringfence.toml",), CONFIG),
    StoredObject(
        "database",
        "Facts, and sealed values; each column has an entry of its own.",
        ("ringfence.db", "ringfence.db-wal", "ringfence.db-shm", "ringfence.db-journal"),
        PHONE_SEALED,
    ),
    StoredObject(
        "keystore", "The keys of people and records, sealed.", ("keys/keystore.db*",), KEY_WRAPPED
    ),
    StoredObject(
        "epoch_key",
        "The key that opens the keystore; replaced and destroyed every day.",
        ("keys/epoch-*.key", "keys/*.key.new"),
        KEY_WRAPPED,
    ),
    StoredObject(
        "log_end",
        "How far the audit log had grown: a count and a hash.",
        ("keys/log-end",),
        AUDIT,
    ),
    StoredObject(
        "certificate",
        "The certificate of SIP over TLS and its private key.",
        ("keys/sip-tls.*",),
        CREDENTIAL,
    ),
    StoredObject(
        "recording",
        "Recordings and voicemail, sealed, one file for each side.",
        ("objects/recordings/*",),
        CONTENT_SEALED,
    ),
    StoredObject(
        "archive",
        "Archives made for people who asked for their data, sealed, for a week at most.",
        ("objects/archives/*",),
        CASE_WORDS,
    ),
    StoredObject("spool", "Recordings in the making, sealed.", ("spool/*",), CONTENT_SEALED),
    StoredObject(
        "bindings",
        "Where phones are registered, sealed, so that a restart does not lose them.",
        ("bindings.sealed", "bindings.new"),
        CONFIG_SEALED,
    ),
    StoredObject(
        "ballast",
        "Nothing: room for facts of calls, starts and stops on a full disk.",
        ("ballast",),
        SYSTEM,
    ),
    StoredObject(
        "media",
        "Pictures of text messages, sealed, one file each.",
        ("objects/media/*",),
        TEXT_SEALED,
    ),
    StoredObject("log", "Lines of ids, code words and counts.", ("logs/*",), SYSTEM),
    StoredObject("run", "Sockets and locks of running processes.", ("run/*",), SYSTEM),
    StoredObject(
        "backup",
        "Copies of the database and the recordings, as sealed as they are.",
        ("backups/*", "*.backup"),
        CONTENT_SEALED,
    ),
    StoredObject(
        "ledger",
        "Which erasures a backup has to repeat before it serves.",
        ("erasures*", "ledger*", "keys/erasures*", "keys/ledger*"),
        AUDIT,
    ),
)
"""In the order in which a path is looked for."""


def kind_of(path: str, objects: Iterable[StoredObject] = OBJECTS) -> str | None:
    """Return the kind of a file by its path below the data folder, None where nobody knows it."""
    for item in objects:
        if any(fnmatchcase(path, pattern) for pattern in item.paths):
            return item.key
    return None


def strangers(paths: Iterable[str]) -> Iterator[str]:
    """Yield the paths that no entry matches."""
    return (path for path in paths if kind_of(path) is None)
