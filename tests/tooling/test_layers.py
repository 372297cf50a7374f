"""The import contracts name every package, so that a new one cannot stand outside them."""

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "ringfence"

WORLDLY = frozenset(
    {
        *(
            "cli",
            "supervisor",
            "testing",
            "client",
            "app",
            "exchange",
            "window",
            "wing",
            "backroom",
            "postroom",
            "outside",
            "trunks",
            "office",
        ),
        *("api", "console"),
        *(
            "switch",
            "storage",
            "jobs",
            "webhooks",
            "carriers",
            "gateways",
            "speech",
            "mail",
            "config",
            "observe",
        ),
    }
)
"""Above the line: these may touch the world."""


def contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return parser


def modules() -> set[str]:
    """Every package and module directly under ``ringfence``."""
    found = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    return found | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


def test_every_package_has_a_layer() -> None:
    layers = contracts()["importlinter:contract:layers"]["layers"]
    named = set(re.findall(r"[a-z_]+", re.sub(r"#.*", "", layers)))
    assert modules() - named == set()


def test_every_package_below_the_line_is_held_to_it() -> None:
    pure = contracts()["importlinter:contract:pure"]["source_modules"].split()
    assert {f"ringfence.{name}" for name in modules() - WORLDLY} - set(pure) == set()


def test_every_exception_has_its_reason() -> None:
    """The line above an exception is a comment, or another exception of the same reason."""
    lines = (ROOT / ".importlinter").read_text().splitlines()
    for number, line in enumerate(lines):
        if "->" in line:
            above = lines[number - 1]
            assert above.strip().startswith("#") or "->" in above, line
