"""``python -m ringfence.storage.migrations DATABASE``: migrate one database file."""

from __future__ import annotations

import sys
from pathlib import Path

from ringfence.storage.migrations.run import migrate

migrate(Path(sys.argv[1]))
