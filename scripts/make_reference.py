"""Writes ``docs/reference/*.md`` from the tables in the code: what can rot is generated.

``--check`` compares instead of writing; exit code 1 where a page is out of date.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import click

from ringfence import config
from ringfence.api.twilio.operations import operations
from ringfence.cli.root import root as command_line
from ringfence.flows import reading, values
from ringfence.kernel import limits
from ringfence.kernel.events import Event
from ringfence.kernel.limits import Limit
from ringfence.markup import coverage, elements, problems
from ringfence.observe import logs, metrics
from ringfence.privacy.labels import Label

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "reference"
NOTE = "<!-- Written by scripts/make_reference.py (make reference); edit the code instead. -->"


def table(titles: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield "| " + " | ".join(titles) + " |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        cells = (re.sub(r"(?<!\\)\|", r"\\|", str(cell)).replace("\n", " ") for cell in row)
        yield "| " + " | ".join(cells) + " |"


def settings_page() -> Iterator[str]:
    """Every setting: flag, variable, form, default, meaning."""
    yield "# Settings"
    yield ""
    yield (
        "Each may stand in `ringfence.toml` in the data folder, in the environment, or among the "
        "flags of `ringfence up`; later ones win. Unknown ones are refused. The data folder "
        "itself is `--data` or `RINGFENCE_DATA`, by default `./ringfence-data`."
    )
    yield ""
    yield from table(
        ("setting", "flag", "variable", "form", "default", "what it does"),
        (
            (
                f"`{item.name}`",
                f"`{item.flag}`",
                f"`{item.variable}`",
                item.form.shape,
                f"`{item.default}`" if item.default else "none",
                item.doc,
            )
            for item in config.declarations()
        ),
    )


def limits_page() -> Iterator[str]:
    """Every bound, by module and section."""
    yield "# Limits"
    yield ""
    yield "Every bound of the program (`ringfence.kernel.limits`), with its unit and its reason."
    for name in sorted(found.name for found in pkgutil.iter_modules(limits.__path__)):
        module = importlib.import_module(f"{limits.__name__}.{name}")
        _, *sections = re.split(r"^# (.+)$", inspect.getsource(module), flags=re.MULTILINE)
        if sections:
            yield ""
            yield f"## {(inspect.getdoc(module) or name).removeprefix('Bounds of ').rstrip('.')}"
        for title, text in zip(sections[::2], sections[1::2], strict=True):
            names = re.findall(r"^([A-Z0-9_]+) = Limit\(", text, re.MULTILINE)
            values: list[tuple[str, Limit]] = [(one, getattr(module, one)) for one in names]
            yield ""
            yield f"### {title}"
            yield ""
            yield from table(
                ("limit", "value", "unit", "reason"),
                ((f"`{name}`", f"{limit:,}", limit.unit, limit.reason) for name, limit in values),
            )


def cli_page() -> Iterator[str]:
    """Every command: its words, its options."""
    yield "# Command line"
    yield ""
    yield "Every command explains itself with `--help`, with examples."
    for path, command in commands(command_line, "ringfence"):
        yield ""
        yield f"## `{usage(path, command)}`"
        yield ""
        yield from help_text(command)
        options = [item for item in command.params if isinstance(item, click.Option)]
        if options:
            yield ""
            yield from table(("option", "what it does"), map(option_row, options))


def usage(path: str, command: click.Command) -> str:
    """Return the command with its arguments."""
    arguments = [item for item in command.params if isinstance(item, click.Argument)]
    names = [item.metavar or (item.name or "").upper() for item in arguments]
    shown = [
        name if item.required else f"[{name}]" for name, item in zip(names, arguments, strict=True)
    ]
    return " ".join([path, *shown])


def help_text(command: click.Command) -> Iterator[str]:
    """Yield a command's help; what it keeps as typed becomes a code block."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        kept = paragraph.startswith("\b")
        if kept:
            yield "```text"
        yield from paragraph.removeprefix("\b\n").splitlines()
        if kept:
            yield "```"
        yield ""


def option_row(option: click.Option) -> tuple[object, ...]:
    """Return an option's spelling and help."""
    names = "/".join([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return f"`{names}`", option.help or ""
    if isinstance(option.type, click.Choice):
        value = "\\|".join(option.type.choices)
    else:
        value = option.metavar or option.type.name.upper()
    return f"`{names} {value}`", option.help or ""


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command of the tree with its path."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from commands(child, f"{path} {name}")


def events_page() -> Iterator[str]:
    """Every fact with its fields and their privacy labels."""
    yield "# Events"
    yield ""
    yield (
        "Facts are frozen and in the past tense. A fact names its subjects by id; each field "
        "carries a privacy label: what kind of data it is, whose, and how it may rest."
    )
    for event in sorted(events(), key=lambda kind: (kind.__module__, kind.__name__)):
        yield ""
        yield f"## `{event.__name__}`"
        yield ""
        yield f"`{event.__module__}`. {summary(event)}"
        yield ""
        yield from table(("field", "data", "subject", "rests"), fields(event))


def events() -> set[type[Event]]:
    """Return every concrete kind of fact of the program."""
    load_all()
    found: set[type[Event]] = set()
    waiting = list(Event.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        # slots=True makes a second class of each; the one that a module names is the real one
        if not kind.__module__.startswith("ringfence.") or kind.__name__.startswith("_"):
            continue
        if getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind:
            found.add(kind)
    return found


def load_all() -> None:
    """Import every module of facts."""
    source = ROOT / "src"
    for path in sorted(source.rglob("*events.py")):
        importlib.import_module(".".join(path.relative_to(source).with_suffix("").parts))
    importlib.import_module("ringfence.messaging.message")


def fields(event: type[Event]) -> Iterator[tuple[object, ...]]:
    """Yield the labelled fields of a fact."""
    for name, hint in get_type_hints(event, include_extras=True).items():
        label = _label(hint)
        if label is not None:
            yield f"`{name}`", f"`{label.category}`", label.subject, label.storage


def _label(hint: Any) -> Label | None:
    if get_origin(hint) is Annotated:
        for extra in get_args(hint)[1:]:
            if isinstance(extra, Label):
                return extra
    return None


def summary(thing: Any) -> str:
    """Return the first paragraph of a docstring."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def logs_page() -> Iterator[str]:
    """Every field a log line may have, and every event name logged."""
    yield "# Log lines"
    yield ""
    yield (
        "Each line is one JSON object: `event` (a constant name), `level`, `module`, `at`, and "
        "fields from this table. A field that is not here is dropped and its name listed in "
        "`dropped`; a value that does not fit becomes `removed`. Exceptions appear as `error`, "
        "`frames`, `cause_error`, `cause_frames`: types and places, never text."
    )
    yield ""
    yield from table(
        ("field", "holds", "meaning"),
        ((f"`{name}`", kind.shape, doc) for name, (kind, doc) in logs.FIELDS.items()),
    )
    yield ""
    yield "## Names"
    yield ""
    yield from table(
        ("event", "logged by"),
        ((f"`{name}`", f"`{module}`") for name, module in sorted(log_events())),
    )


class LogCall(NamedTuple):
    """One place in the source that logs: event is None where it is not a constant."""

    module: str
    line: int
    event: str | None
    fields: tuple[str, ...]


_LEVELS = frozenset({"debug", "info", "warning", "error", "critical", "exception"})
_LOGGERS = frozenset({"log", "_log", "logger", "_logger"})


def log_calls() -> Iterator[LogCall]:
    """Yield every call of a logger in the source."""
    source = ROOT / "src"
    for path in sorted(source.rglob("*.py")):
        module = ".".join(path.relative_to(source).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr=level, value=ast.Name(id=name))):
                    if level not in _LEVELS or name not in _LOGGERS:
                        continue
                case _:
                    continue
            first = node.args[0] if node.args else None
            constant = first.value if isinstance(first, ast.Constant) else None
            event = constant if isinstance(constant, str) else None
            fields = tuple(word.arg or "**" for word in node.keywords)
            yield LogCall(module, node.lineno, event, fields)


def log_events() -> set[tuple[str, str]]:
    """Return event name and module of every log call in the source."""
    return {(call.event, call.module) for call in log_calls() if call.event is not None}


def metrics_page() -> Iterator[str]:
    """Every metric."""
    yield "# Metrics"
    yield ""
    yield (
        "At `/metrics`, as Prometheus reads them; from another machine with HTTP Basic, account "
        "SID and auth token. Labels hold code words, never names, numbers or addresses. The "
        "`process_*` figures of prometheus-client are there as well."
    )
    yield ""
    yield from table(
        ("metric", "kind", "label", "meaning"),
        (
            (f"`{item.name}`", item.kind, f"`{item.label}`" if item.label else "", item.doc)
            for item in metrics.METRICS
        ),
    )


def twilio_page() -> Iterator[str]:
    """Every operation of Twilio's 2010 interface, and whether it is there."""
    rows = sorted(operations().rows, key=lambda row: (row.path, row.method))
    states = Counter(row.state for row in rows)
    yield "# Twilio's clients"
    yield ""
    yield (
        "An application written for Twilio's REST interface of 2010 works against this one when "
        "its client's base URL is changed: `http://HOST:PORT` in place of "
        "`https://api.twilio.com`, the account SID and auth token of this installation. "
        f"Of the {len(rows)} operations {states['works']} work, {states['partly']} work in part, "
        f"{states['not']} are not there and answer 501 with code 20501."
    )
    yield ""
    yield (
        "A path that ends in `.json` is answered with JSON. One in `.xml`, or in neither, "
        "is answered with the same in XML, refusals too, as Twilio does; only "
        "`Recordings/{Sid}` and `Messages/{Sid}/Media/{Sid}` are then the audio and the picture "
        "themselves. `.csv` is not there: 501 with code 20501."
    )
    yield ""
    yield (
        "A caller who withholds their number is `From=anonymous` in every request about the call, "
        "and nobody in its record, where `from` is empty: the carrier may know who it is "
        "(`Privacy: id`, RFC 3325), we keep it nowhere. Such a caller is somebody new in every "
        "call, so no consent of theirs is known and no number erases them; deleting the call and "
        "its recordings does."
    )
    yield ""
    yield from table(
        ("operation", "request", "state", "what is missing"),
        ((row.name, f"`{row.method} {row.path}`", row.state, row.missing or "") for row in rows),
    )


def twiml_page() -> Iterator[str]:
    """Every verb with its attributes, how much of it works, and every problem of a document."""
    states = Counter(row.state for row in coverage.rows())
    yield "# TwiML"
    yield ""
    yield (
        "What a document may ask for: every element and attribute of Twilio's Python library and "
        f"of the schema Twilio publishes. Of {states.total()} {states['works']} work, "
        f"{states['partly']} work with the difference their note names, {states['not']} are known "
        "and have no effect. A document is read as a whole: every problem is put on the call's "
        "timeline with its line, and only what cannot be carried out is left out. Reaching a verb "
        "that cannot be carried out at all, the caller hears a neutral sentence and the call "
        "ends, unless the number has a fallback URL."
    )
    for element in elements.ELEMENTS.values():
        own, *attributes = coverage.of_element(element)
        yield from _element_of_twiml(own, attributes)
        if element.children and element.content != "speech":
            yield ""
            yield "Contains " + ", ".join(f"`<{name}>`" for name in sorted(element.children)) + "."
        if element.name in {"Number", "Sip"}:
            yield ""
            yield (
                "`url` is fetched when somebody has answered: `<Say>` and `<Play>` in it are "
                "heard by them, who are then connected; a `<Hangup>` ends it for them. The "
                "`action` of a `<Gather>` (without one: the document itself) is told what they "
                "press and says what comes next, in a document of the same kind, as `<Redirect>` "
                "does; whoever presses nothing goes on after the `<Gather>`. Where the first "
                "document cannot be had they are connected without it, where a later one cannot, "
                "hung up."
            )
        if element.content == "speech":
            yield ""
            yield "Contains the text to speak, and speech markup:"
            for name in coverage.SPEECH:
                inner, *rest = coverage.of_speech(name)
                yield from _element_of_twiml(inner, rest, level=3)
    yield ""
    yield "## Problems"
    yield ""
    yield (
        "The code on the timeline, and Twilio's number for the same. A bad value has the number "
        "of its attribute where the tables above name one."
    )
    yield ""
    yield from table(
        ("code", "severity", "Twilio"),
        ((f"`{code}`", kind.severity, kind.twilio or "") for code, kind in problems.KINDS.items()),
    )


def _element_of_twiml(
    own: coverage.Row, attributes: Sequence[coverage.Row], level: int = 2
) -> Iterator[str]:
    yield ""
    yield f"{'#' * level} `<{own.element}>`"
    if own.state != "works":
        yield ""
        yield f"{'Partly' if own.state == 'partly' else 'Not'}: {own.note}."
    if attributes:
        yield ""
        yield from table(
            ("attribute", "state", "accepts", "warning", "note"),
            (
                (f"`{row.attribute}`", row.state, row.expects, row.warning or "", row.note)
                for row in attributes
            ),
        )


OPENING_HOURS = {
    "ringfence_flow": 1,
    "start": "when",
    "applets": {
        "when": {
            "type": "hours",
            "timezone": "Europe/London",
            "weekly": [
                {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:30"}
            ],
            "dates": {"2026-12-25": []},
            "open": "desk",
            "closed": "message",
        },
        "desk": {
            "type": "dial",
            "sip": ["sip:desk@ringfence.local"],
            "timeout": 20,
            "unanswered": "message",
        },
        "message": {"type": "voicemail", "prompt": "Please leave a message after the tone."},
    },
}
"""A flow to begin with; the tests read it as an installation would."""

SURVEY = {
    "ringfence_flow": 1,
    "start": "rated",
    "applets": {
        "rated": {
            "type": "ask",
            "text": "How was your visit? Answer GOOD or BAD.",
            "words": {"good": "thanks", "bad": "sorry"},
            "invalid": "Please answer GOOD or BAD.",
        },
        "thanks": {"type": "reply", "text": "Thank you. See you soon!"},
        "sorry": {"type": "reply", "text": "We are sorry. Somebody will call you.", "next": "read"},
        "read": {"type": "inbox"},
    },
}
"""A flow for text messages; the tests read it, too."""


def flows_page() -> Iterator[str]:
    """Every applet with its fields."""
    yield "# Flows"
    yield ""
    yield (
        "A flow is a JSON document: `ringfence_flow` (the version of the format, 1), `start` (the "
        "name of the first applet), `applets` (an object of applets by name), and if wanted "
        "`title`, `voice` and `language`. `ringfence flow show welcome` prints one to begin with; "
        "`ringfence flow validate FILE` lists everything that is wrong with one, by JSON path."
    )
    yield ""
    yield (
        'A prompt is a text, `{"text", "voice", "language", "loop"}`, `{"audio", "loop"}`, '
        '`{"pause"}`, or a list of these. A field that leads to an applet and is left out hangs '
        "up."
    )
    yield ""
    yield (
        "Each applet says what it is by `type`. A number that rings the phone `desk` in opening "
        "hours, and takes a message otherwise or when nobody answers:"
    )
    yield ""
    yield "```json"
    yield json.dumps(OPENING_HOURS, indent=2)
    yield "```"
    yield ""
    yield (
        "A number that answers text messages (`ringfence number add NUMBER --sms-flow survey`) has "
        "a flow of applets for them, `reply` to `inbox` below:"
    )
    yield ""
    yield "```json"
    yield json.dumps(SURVEY, indent=2)
    yield "```"
    for kind, (made, table_of_fields) in reading.APPLETS.items():
        yield ""
        yield f"## `{kind}`"
        yield ""
        yield summary(made)
        yield ""
        if table_of_fields:
            yield from table(
                ("field", "must be there", "value"),
                (
                    (f"`{name}`", "yes" if entry.required else "", _expected(entry.read))
                    for name, entry in table_of_fields.items()
                ),
            )


def _expected(read: Callable[[Any, str, Any], Any]) -> str:
    """Return what a reader says to a value nobody means."""
    notes = values.Notes()
    try:
        read(object(), "$", notes)
    except values.WrongError:
        pass
    return notes.problems[0].text.removeprefix("must be ").removeprefix("must have ")


WRITERS: Mapping[str, Callable[[], Iterator[str]]] = {
    "cli.md": cli_page,
    "events.md": events_page,
    "flows.md": flows_page,
    "limits.md": limits_page,
    "logs.md": logs_page,
    "metrics.md": metrics_page,
    "settings.md": settings_page,
    "twiml.md": twiml_page,
    "twilio.md": twilio_page,
}


def page(name: str) -> str:
    """Return one page as it should be."""
    title, *rest = WRITERS[name]()
    text = "\n".join([title, "", NOTE, *rest])
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def stale() -> list[str]:
    """Return the names of pages that differ from the code."""
    return [
        name
        for name in WRITERS
        if not (PAGES / name).exists() or (PAGES / name).read_text("utf-8") != page(name)
    ]


def main(argv: list[str]) -> int:
    """Write the pages, or with ``--check`` compare them."""
    if "--check" in argv:
        found = stale()
        for name in found:
            print(f"docs/reference/{name} is out of date: run make reference")
        return 1 if found else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in WRITERS:
        (PAGES / name).write_text(page(name), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
