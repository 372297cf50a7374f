"""Writes ``ringfence.client.generated`` from the OpenAPI description of ``/v1``.

``python scripts/make_client.py`` writes the files; ``--check`` only says whether they are fresh.

    operations/call.py      what can be asked, a file for each group of use cases
    awaited/call.py         the same for a program with an event loop
    models/call.py          what is answered to that group alone; shared.py: to several

A group with many use cases has a file for each second word of their names, as mixins. A file is
loaded when the first use case of its group is asked for.
"""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import msgspec

from ringfence.api.http import build
from ringfence.api.openapi import written
from ringfence.api.views_flows import DOCUMENTS

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "src/ringfence/client/generated"
JSON = "application/json"
_SIMPLE = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}

MANY = 40
"""Use cases: a group with more is several files."""
SHARED = "shared"
"""The file of what several groups are answered."""

Row = tuple[str, str, str, dict[str, Any]]
"""Of one operation: method name, verb, path, description."""

_HEAD = '"""{says}. Written by scripts/make_client.py; not by hand."""\n\n'
_MODELS = """from __future__ import annotations

import builtins
from typing import Any, Literal, NotRequired, TypedDict

import msgspec

"""
_OPERATIONS = """from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any, Literal, cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models
"""
_AWAITED = """from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import Any, Literal, cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models
"""
_INDEX = """from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ringfence.client.{file} import {base}

if TYPE_CHECKING:
"""
_MODELS_INDEX = """from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
"""
_LAZY_MODELS = """

if not TYPE_CHECKING:

    def __getattr__(name: str) -> type:
        if name not in _WHERE:
            raise AttributeError(name)
        found = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
        globals()[name] = found
        return found
"""


def described() -> dict[str, Any]:
    """Return the description of the API as it is served."""
    app = build(cast("Any", None))
    return cast("dict[str, Any]", msgspec.json.decode(written(app)))


class Names:
    """What the schemas are called in Python, and ``places``: the file of each model."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas: dict[str, Any] = document["components"]["schemas"]
        self.places: dict[str, str] = {}
        reached: dict[str, set[str]] = {}
        for part, rows in parts(document).items():
            for *_, operation in rows:
                found = reached.setdefault(part, set())
                for answer in operation["responses"].values():
                    for content in answer.get("content", {}).values():
                        self._reach(content["schema"], found)
                for kind in self.body(operation).get("properties", {}).values():
                    self._reach(kind, found)
        for part, found in reached.items():
            for name in found - {"ProblemDetails"}:
                self.places[name] = SHARED if name in self.places else part

    def body(self, operation: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of what is sent, whose fields are arguments; {} where nothing is."""
        content = operation.get("requestBody", {}).get("content", {}).get(JSON, {})
        schema: dict[str, Any] = content.get("schema", {})
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def _reach(self, node: Any, found: set[str]) -> None:
        if isinstance(node, list):
            for value in node:
                self._reach(value, found)
        elif isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str):
                name = reference.rpartition("/")[2]
                if name not in found:
                    found.add(name)
                    self._reach(self.schemas[name], found)
            for value in node.values():
                self._reach(value, found)

    def of(self, schema: dict[str, Any], *, prefix: str) -> str:
        """Return the Python type of a schema; ``prefix``: where the models are."""
        if "$ref" in schema:
            return prefix + schema["$ref"].rpartition("/")[2]
        if "anyOf" in schema:
            return " | ".join(self.of(kind, prefix=prefix) for kind in schema["anyOf"])
        if "enum" in schema:
            return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
        kind = schema.get("type")
        if "prefixItems" in schema:
            inside = (self.of(part, prefix=prefix) for part in schema["prefixItems"])
            return f"builtins.tuple[{', '.join(inside)}]"
        if kind == "array":
            items = schema.get("items")
            inner = self.of(items, prefix=prefix) if isinstance(items, dict) else "Any"
            return f"builtins.list[{inner}]"
        if kind == "object":
            values = schema.get("additionalProperties")
            inner = self.of(values, prefix=prefix) if isinstance(values, dict) and values else "Any"
            return f"builtins.dict[str, {inner}]"
        return _SIMPLE.get(str(kind), "Any")


def models(names: Names) -> Iterator[tuple[str, str]]:
    """Yield the files of what is answered."""
    by_place: dict[str, list[str]] = {}
    for name, place in sorted(names.places.items()):
        by_place.setdefault(place, []).append(name)
    for place, found in by_place.items():
        body = "".join(_model(name, names) for name in found)
        others = by_place[SHARED] if place != SHARED else []
        shared = ", ".join(name for name in others if re.search(rf"\b{name}\b", body))
        imports = _imports({SHARED: shared} if shared else {}, "models", indent=0)
        yield place, _HEAD.format(says="What the API answers") + _MODELS + imports + body
    yield (
        "__init__",
        _HEAD.format(says="What the API answers, loaded when it is named first")
        + _MODELS_INDEX
        + _imports({place: ", ".join(found) for place, found in by_place.items()}, "models")
        + f"\n__all__ = {sorted(names.places)!r}\n_WHERE = {dict(sorted(names.places.items()))!r}"
        + _LAZY_MODELS,
    )


def _imports(names: dict[str, str], package: str, *, indent: int = 4) -> str:
    """Return imports of what stands in each file of a package."""
    return "".join(
        f"{' ' * indent}from ringfence.client.generated.{package}.{place} import {name}\n"
        for place, name in sorted(names.items())
    )


def _model(name: str, names: Names) -> str:
    schema = names.schemas[name]
    if name in DOCUMENTS:
        return _dictionary(name, schema, names)
    parts = [
        f"\n\nclass {name}(msgspec.Struct, frozen=True, kw_only=True):\n",
        f'    """{_says(schema.get("description", name))}"""\n\n',
    ]
    required = set(schema.get("required", ()))
    for field, kind in schema.get("properties", {}).items():
        python = names.of(kind, prefix="")
        if field in required:
            parts.append(f"    {field}: {python}\n")
        else:
            parts.append(f"    {field}: {_optional(python, kind)}\n")
    return "".join(parts)


def _dictionary(name: str, schema: dict[str, Any], names: Names) -> str:
    """Return a shape of JSON that people write by hand, as a dictionary with typed fields."""
    required = set(schema.get("required", ()))
    rows = [
        (field, python if field in required else f"NotRequired[{python}]")
        for field, kind in schema.get("properties", {}).items()
        for python in (names.of(kind, prefix=""),)
    ]
    if any(keyword.iskeyword(field) for field, _ in rows):  # no class can have such a field
        inside = "".join(f"    {field!r}: {python},\n" for field, python in rows)
        return f"\n\n{name} = TypedDict({name!r}, {{\n{inside}}})\n"
    said = f'    """{_says(schema.get("description", name))}"""\n\n'
    inside = "".join(f"    {field}: {python}\n" for field, python in rows)
    return f"\n\nclass {name}(TypedDict):\n{said}{inside}"


def _optional(python: str, kind: dict[str, Any]) -> str:
    default = kind.get("default")
    if default is None and "None" not in python.split(" | "):
        python += " | None"
    return f"{python} = {default!r}"


def _says(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("\\", "").replace('"', "'")


def groups(document: dict[str, Any]) -> dict[str, list[Row]]:
    """Return the operations by group, streams left out."""
    found: dict[str, list[Row]] = {}
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            if "text/event-stream" in _content(operation):
                continue
            group, _, rest = operation["operationId"].partition(".")
            name = rest.replace(".", "_")
            name += "_" if keyword.iskeyword(name) else ""
            found.setdefault(group, []).append((name, verb.upper(), path, operation))
    return {group: sorted(rows, key=lambda row: row[0]) for group, rows in sorted(found.items())}


def parts(document: dict[str, Any]) -> dict[str, list[Row]]:
    """Return the operations by file: a group, or for a large one ``group_word``."""
    found: dict[str, list[Row]] = {}
    for group, rows in groups(document).items():
        found[group] = []
        words = Counter(_word(row) for row in rows)
        for row in rows:
            word = _word(row)
            own = len(rows) <= MANY or words[word] == 1
            found.setdefault(group if own else f"{group}_{word}", []).append(row)
    return found


def _word(row: Row) -> str:
    """Return the second word of a name of three, or the whole of one of two."""
    return cast("str", row[3]["operationId"]).split(".")[1]


def _content(operation: dict[str, Any]) -> dict[str, Any]:
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            return cast("dict[str, Any]", answer.get("content", {}))
    return {}


def operations(
    document: dict[str, Any], names: Names, *, awaited: bool = False
) -> Iterator[tuple[str, str]]:
    """Yield the files of what can be asked; ``awaited``: by a program with an event loop."""
    package, says, head, a = "operations", "What can be asked of the API", _OPERATIONS, ""
    if awaited:
        package, says, head, a = "awaited", f"{says}, to be awaited", _AWAITED, "Async"
    whole, found = groups(document), parts(document)
    classes = {part: f"{a}{_camel(part)}Operations" for part in found}
    base = f"{a}Group"
    for part, rows in found.items():
        text = [_HEAD.format(says=says), head]
        mixins = [one for one in found if one not in whole and one.startswith(f"{part}_")]
        text.append(_imports({one: classes[one] for one in mixins}, package, indent=0))
        bases = ", ".join(classes[one] for one in mixins) or base
        text.append(f"\n\nclass {classes[part]}({bases}):\n")
        said = part if part in whole else part.replace("_", ".", 1)
        text.append(f'    """``{said}.…``"""\n')
        for row in rows:
            text.extend(_method(row, names, a))
        yield part, "".join(text)
    file = "awaiting" if awaited else "connection"
    text = [_HEAD.format(says=says), _INDEX.format(file=file, base=base)]
    text.append(_imports({group: classes[group] for group in whole}, package))
    text.append(f'\n\nclass {a}Operations({base}):\n    """Every operation, by its group."""\n')
    for group in whole:
        text.append(f"\n    @cached_property\n    def {group}(self) -> {classes[group]}:\n")
        text.append(_imports({group: classes[group]}, package, indent=8) + "\n")
        text.append(f"        return {classes[group]}(self._connection)\n")
    yield "__init__", "".join(text)


def _camel(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))


def _method(row: Row, names: Names, a: str) -> Iterator[str]:
    name, verb, path, operation = row
    places, query, keyed = [], [], False
    for parameter in operation["parameters"]:
        kind = names.of(parameter["schema"], prefix="models.")
        entry = (parameter["name"], kind, parameter["required"], parameter["schema"])
        if parameter["in"] == "path":
            places.append(entry)
        elif parameter["in"] == "query" and parameter["name"] != "cursor":
            query.append(entry)
        keyed = keyed or parameter["name"] == "Idempotency-Key"
    body = _body(operation, names)
    taken = {entry[0] for entry in (*places, *query)}
    signature = ["self", *(f"{field}: {kind}" for field, kind, _, _ in places)]
    more = [
        f"{field}: {kind}" if required else f"{field}: {_given(kind)}"
        for field, kind, required, _ in sorted(
            [*query, *(entry for entry in body if entry[0] not in taken)],
            key=lambda entry: not entry[2],
        )
    ]
    schema = _content(operation).get(JSON, {}).get("schema")
    page = schema is not None and set(schema.get("properties", ())) == {"items", "next"}
    if keyed and not page:
        more.append("idempotency_key: str | None = None")
    if more:
        signature += ["*", *more]
    if page:
        item = names.of(schema["properties"]["items"]["items"], prefix="models.")
        answer, how = f"{a}Iterator[{item}]", "pages"
        wanted = item
    else:
        item = "bytes" if schema is None else names.of(schema, prefix="models.")
        answer, how, wanted = item, "ask", item
    waits = bool(a) and not page
    yield f"\n    {'async ' if waits else ''}def {name}({', '.join(signature)}) -> {answer}:\n"
    yield f'        """{_says(operation["description"])}"""\n'
    where = re.sub(r"\{(\w+)\}", r"{piece(\1)}", path)
    text = f'f"{where}"' if "{" in where else f'"{where}"'
    args = [f'"{verb}"', text, _runtime(wanted)]
    if query:
        args.append("query={" + ", ".join(f'"{e[0]}": {e[0]}' for e in query) + "}")
    if body:
        args.append("body={" + ", ".join(f'"{e[0]}": {e[0]}' for e in body) + "}")
    if keyed:
        args.append("keyed=True" if page else "key=idempotency_key, keyed=True")
    call = f"{'await ' if waits else ''}self._connection.{how}({', '.join(args)})"
    if answer == "None":
        yield f"        {call}\n"
    else:
        yield f'        return cast("{answer}", {call})\n'


def _runtime(kind: str) -> str:
    """Return a type as an expression that is there when the program runs."""
    return "type(None)" if kind == "None" else kind


def _given(kind: str) -> str:
    return f"{kind} = None" if "None" in kind.split(" | ") else f"{kind} | None = None"


def _body(operation: dict[str, Any], names: Names) -> list[tuple[str, str, bool, dict[str, Any]]]:
    schema = names.body(operation)
    required = set(schema.get("required", ()))
    return [
        (field, names.of(kind, prefix="models."), field in required, kind)
        for field, kind in schema.get("properties", {}).items()
    ]


def generated() -> dict[str, str]:
    """Return the text of each file, formatted, by its path below `FOLDER`."""
    document = described()
    names = Names(document)
    folders = {
        "models": models(names),
        "operations": operations(document, names),
        "awaited": operations(document, names, awaited=True),
    }
    return _formatted(
        {f"{folder}/{name}.py": text for folder, files in folders.items() for name, text in files}
    )


def _formatted(files: dict[str, str]) -> dict[str, str]:
    """Return the files without the imports they do not use, in the form of the source."""
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        ours = 'lint.isort.known-first-party=["ringfence"]'
        _ruff(
            "check",
            "--quiet",
            "--fix",
            "--select",
            "F401,I001",
            "--config",
            ours,
            folder,
        )
        _ruff("format", "--quiet", folder)
        return {name: Path(folder, name).read_text("utf-8") for name in files}


def _ruff(*arguments: str) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    config = ("--config", str(ROOT / "pyproject.toml"))
    subprocess.run([ruff, *arguments, *config], check=True, cwd=ROOT, timeout=60)


def stale(files: dict[str, str]) -> list[str]:
    """Return the files of the client that are missing, different, or of no use any more."""
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*/*.py")}
    other = {
        name for name in there & set(files) if (FOLDER / name).read_text("utf-8") != files[name]
    }
    return sorted((there ^ set(files)) | other)


def main(arguments: list[str]) -> int:
    """Write the files, or compare them; 1 where they are out of date."""
    files = generated()
    wrong = stale(files)
    if "--check" in arguments:
        for name in wrong:
            print(f"{name} is out of date: python scripts/make_client.py")
        return 1 if wrong else 0
    for name in wrong:
        path = FOLDER / name
        if name in files:
            path.parent.mkdir(exist_ok=True)
            path.write_text(files[name], "utf-8")
        else:
            path.unlink()
    print(f"client: {len(wrong)} files were out of date")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
