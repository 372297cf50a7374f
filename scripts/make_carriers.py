"""Writes ``ringfence/numbers/carriers.json`` from the carrier data of ``phonenumbers``.

The program itself runs on ``phonenumberslite``, which leaves that data out: as modules it takes
40 MB of memory. So the whole package is needed here alone, in a folder of its own::

    pip install --no-deps --target FOLDER phonenumbers
    python scripts/make_carriers.py FOLDER
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src/ringfence/numbers/carriers.json"
LANGUAGE = "en"


def read(folder: Path) -> dict[str, str]:
    """Return the name for every prefix (digits with the country's code) in English."""
    found: dict[str, str] = {}
    for file in sorted((folder / "phonenumbers/carrierdata").glob("data*.py")):
        names = _data(file.read_text("utf-8"))
        found |= {digits: said[LANGUAGE] for digits, said in names.items() if LANGUAGE in said}
    return found


def _data(source: str) -> Mapping[str, Mapping[str, str]]:
    """Return the literal that a module gives the name ``data``; nothing of it is run."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "data":
            return cast("dict[str, dict[str, str]]", ast.literal_eval(_Words().visit(node.value)))
    return {}


class _Words(ast.NodeTransformer):
    """Puts a word in the place of ``u('word')``, which is what other languages are written as."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return node.args[0]


def written(names: Mapping[str, str], source: str) -> str:
    """Return the file: prefixes by name, each name once."""
    prefixes: dict[str, list[str]] = {}
    for digits, name in sorted(names.items()):
        prefixes.setdefault(name, []).append(digits)
    carriers = {name: " ".join(digits) for name, digits in sorted(prefixes.items())}
    document = {"source": source, "carriers": carriers}
    return json.dumps(document, ensure_ascii=False, indent=0) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file."""
    folder = Path(arguments[0])
    (about,) = folder.glob("phonenumbers-*.dist-info")
    version = about.name.removeprefix("phonenumbers-").removesuffix(".dist-info")
    names = read(folder)
    source = f"libphonenumber's carrier data, phonenumbers {version}, Apache License 2.0"
    TARGET.write_text(written(names, source), "utf-8")
    print(f"{len(names)} prefixes of {len(set(names.values()))} carriers")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
