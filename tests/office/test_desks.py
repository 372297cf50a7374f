"""Opening the office reads every module that declares use cases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ringfence import office

FOLDER = Path(office.__file__).parent


def test_no_module_with_use_cases_is_left_out() -> None:
    declaring = {
        ".".join(("ringfence.office", *path.relative_to(FOLDER).with_suffix("").parts))
        for path in FOLDER.rglob("*.py")
        if "@TABLE.use_case(" in path.read_text("utf-8") and path.name != "table.py"
    }
    assert len(declaring) > 40
    program = "import sys, ringfence.office; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert declaring - set(done.stdout.split()) == set()
