"""One small file whose content is sealed with the account's key, replaced as a whole."""

from __future__ import annotations

import os
from pathlib import Path

from ringfence.kernel.errors import Refused
from ringfence.observe.logs import get_logger
from ringfence.privacy.labels import CONFIG_SEALED, Label
from ringfence.privacy.purposes import purpose
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.folder import sync_folder

log = get_logger(__name__)


class SealedFile:
    """A file of the data folder. ``context``: what it is, bound into the seal."""

    def __init__(
        self,
        path: Path,
        seal: AccountSeal,
        *,
        context: str,
        why: str,
        label: Label = CONFIG_SEALED,
    ) -> None:
        self._path = path
        self._seal = seal
        self._context = context
        self._why = why
        self._label = label

    def load(self) -> bytes | None:
        """What was saved last; None where nothing was, or nothing that can be opened."""
        try:
            sealed = self._path.read_bytes()
            with purpose(self._why):
                return self._seal.open(sealed, self._context, self._label)
        except FileNotFoundError:
            return None
        except (OSError, Refused):
            log.warning("sealed_file_unreadable")
            return None

    def seal(self, plain: bytes) -> bytes:
        """Return what `write` takes."""
        return self._seal.seal(plain, self._context)

    def write(self, sealed: bytes) -> None:
        """Replace the content. Blocking, in any thread; raises OSError."""
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)
