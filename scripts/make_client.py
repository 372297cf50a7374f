"""Writes ``ringfence.client.generated`` from the OpenAPI description of ``/v1``.

``python scripts/make_client.py`` writes the files; ``--check`` only says whether they are fresh.
"""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec

from ringfence.api.http import build
from ringfence.api.openapi import written

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

HEAD = '"""{says}. Written by scripts/make_client.py; not by hand."""\n\n'
_MODELS_HEAD = """from __future__ import annotations

import builtins
from typing import Any

import msgspec
"""
_OPERATIONS_HEAD = """from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any, Literal, cast

from ringfence.client.connection import Connection, piece
from ringfence.client.generated import models
"""
_ASYNC_HEAD = """from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Literal, cast

from ringfence.client.connection import piece
from ringfence.client.generated import models

if TYPE_CHECKING:
    from ringfence.client.asynchronous import AsyncConnection
"""


def described() -> dict[str, Any]:
    """Return the description of the API as it is served."""
    app = build(cast("Any", None))
    return cast("dict[str, Any]", msgspec.json.decode(written(app)))


class Names:
    """What the schemas are called in Python."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas: dict[str, Any] = document["components"]["schemas"]
        wanted: set[str] = set()
        for item in document["paths"].values():
            for operation in item.values():
                for answer in operation["responses"].values():
                    for content in answer.get("content", {}).values():
                        self._reach(content["schema"], wanted)
        wanted.discard("ProblemDetails")
        self.models = sorted(wanted)

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
        if kind == "array":
            items = schema.get("items")
            inner = self.of(items, prefix=prefix) if isinstance(items, dict) else "Any"
            return f"builtins.list[{inner}]"
        if kind == "object":
            values = schema.get("additionalProperties")
            inner = self.of(values, prefix=prefix) if isinstance(values, dict) and values else "Any"
            return f"builtins.dict[str, {inner}]"
        return _SIMPLE.get(str(kind), "Any")


def models(names: Names) -> str:
    """Return the module of what is answered."""
    parts = [
        HEAD.format(says="What the API answers"),
        _MODELS_HEAD,
    ]
    for name in names.models:
        schema = names.schemas[name]
        parts.append(f"\n\nclass {name}(msgspec.Struct, frozen=True, kw_only=True):\n")
        parts.append(f'    """{_says(schema.get("description", name))}"""\n\n')
        required = set(schema.get("required", ()))
        for field, kind in schema.get("properties", {}).items():
            python = names.of(kind, prefix="")
            if field in required:
                parts.append(f"    {field}: {python}\n")
            else:
                parts.append(f"    {field}: {_optional(python, kind)}\n")
    return "".join(parts)


def _optional(python: str, kind: dict[str, Any]) -> str:
    default = kind.get("default")
    if default is None and "None" not in python.split(" | "):
        python += " | None"
    return f"{python} = {default!r}"


def _says(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("\\", "").replace('"', "'")


def groups(document: dict[str, Any]) -> dict[str, list[tuple[str, str, str, dict[str, Any]]]]:
    """Return ``(method name, verb, path, operation)`` by group, streams left out."""
    found: dict[str, list[tuple[str, str, str, dict[str, Any]]]] = {}
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            if "text/event-stream" in _content(operation):
                continue
            group, _, rest = operation["operationId"].partition(".")
            name = rest.replace(".", "_")
            name += "_" if keyword.iskeyword(name) else ""
            found.setdefault(group, []).append((name, verb.upper(), path, operation))
    return {group: sorted(rows, key=lambda row: row[0]) for group, rows in sorted(found.items())}


def _content(operation: dict[str, Any]) -> dict[str, Any]:
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            return cast("dict[str, Any]", answer.get("content", {}))
    return {}


def operations(document: dict[str, Any], names: Names, *, awaited: bool = False) -> str:
    """Return the module of what can be asked; ``awaited``: by a program with an event loop."""
    says, head, a = "What can be asked of the API", _OPERATIONS_HEAD, ""
    if awaited:
        says, head, a = f"{says}, to be awaited", _ASYNC_HEAD, "Async"
    parts = [HEAD.format(says=says), head]
    grouped = groups(document)
    for group, rows in grouped.items():
        parts.append(f"\n\nclass {a}{_camel(group)}Operations:\n")
        parts.append(f'    """``{group}.…``"""\n\n')
        parts.append(f"    def __init__(self, connection: {a}Connection) -> None:\n")
        parts.append("        self._connection = connection\n")
        for row in rows:
            parts.extend(_method(row, names, a))
    parts.append(f'\n\nclass {a}Operations:\n    """Every operation, by its group."""\n\n')
    parts.append(f"    def __init__(self, connection: {a}Connection) -> None:\n")
    parts.extend(
        f"        self.{group} = {a}{_camel(group)}Operations(connection)\n" for group in grouped
    )
    return "".join(parts)


def _camel(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))


def _method(row: tuple[str, str, str, dict[str, Any]], names: Names, a: str) -> Iterator[str]:
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
    content = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if content is None:
        return []
    schema = content["schema"]
    if "$ref" in schema:
        schema = names.schemas[schema["$ref"].rpartition("/")[2]]
    required = set(schema.get("required", ()))
    return [
        (field, names.of(kind, prefix="models."), field in required, kind)
        for field, kind in schema.get("properties", {}).items()
    ]


def generated() -> dict[str, str]:
    """Return the text of each file, formatted."""
    document = described()
    names = Names(document)
    files = {
        "models.py": models(names),
        "operations.py": operations(document, names),
        "async_operations.py": operations(document, names, awaited=True),
    }
    return {name: _formatted(text) for name, text in files.items()}


def _formatted(text: str) -> str:
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, "format", "--stdin-filename", "x.py", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    return done.stdout


def main(arguments: list[str]) -> int:
    """Write the files, or compare them; 1 where they are out of date."""
    stale = [
        name
        for name, text in generated().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text("utf-8") != text
    ]
    if "--check" in arguments:
        for name in stale:
            print(f"{name} is out of date: python scripts/make_client.py")
        return 1 if stale else 0
    for name, text in generated().items():
        (FOLDER / name).write_text(text, "utf-8")
    print(f"client: {len(stale)} files were out of date")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
