"""The tree of commands. Each is imported when it is used, so that help is there at once."""

from __future__ import annotations

import difflib
import errno
import json
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import click

from ringfence import __version__
from ringfence.cli import show
from ringfence.cli.examples import hand_down
from ringfence.kernel.errors import Refused, RingfenceError

EXIT_REFUSED = 2
EXIT_BROKEN = 1
EXIT_INTERRUPTED = 130

_OF_THE_FOLDER = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC)
"""Faults that are most often the whole data folder's."""

COMMANDS: Mapping[str, tuple[str, str]] = {
    "up": ("running:up", "Start the platform and keep it running."),
    "stop": ("running:stop", "Drain calls and stop the platform."),
    "demo": ("demo:demo", "Start the platform, call it, and show what happens."),
    "number": ("numbers:number", "Say what answers a telephone number."),
    "address": ("addresses:address", "Keep addresses of customers, whom numbers are given to."),
    "account": ("accounts:account", "Divide the installation into accounts of their own."),
    "application": ("applications:application", "Put the URLs of an application under one name."),
    "calls": ("calls:calls", "List calls, newest first."),
    "call": ("calls:call", "Place a call, or look into one."),
    "sms": ("sms:sms", "Send and read text messages."),
    "trunk": ("trunks:trunk", "Connect carriers and PBXs."),
    "tariff": ("tariffs:tariff", "Say what calls, messages and numbers cost."),
    "balance": ("balance:balance", "Show what is left to pay with; top it up."),
    "payment": ("payments:payment", "Connect payment processors."),
    "payments": ("payments:payments", "What was paid on calls."),
    "ban": ("bans:ban", "Show which addresses get no answer; answer one again."),
    "carrier": ("carriers:carrier", "Connect carriers of text messages."),
    "phone": ("phones:phone", "Connect SIP phones."),
    "flow": ("flows:flow", "Show, check and install call flows."),
    "lookup": ("lookup:lookup", "Say what a telephone number is."),
    "notifications": ("notifications:notifications", "Show what your servers were asked."),
    "webhook": ("webhooks:webhook", "Have a server told of what happens to messages."),
    "simulate": ("simulate:simulate", "Run a flow or URL with a recorded caller; call nobody."),
    "recording": ("recordings:recording", "List and export recordings and voicemail."),
    "transcription": ("transcriptions:transcription", "What was said in recordings, as text."),
    "app": ("apps:app", "Let apps of others ask in the account's name; shut them out."),
    "key": ("privacy_staff:key", "Make and revoke API keys, each for its purposes."),
    "privacy": ("privacy:privacy", "Show what the privacy policy promises and what keeps it."),
    "policy": ("policy:policy", "Choose a privacy policy, check its text, publish the notice."),
    "backup": ("backup:backup", "Copy the data, or the keys, while it runs."),
    "restore": ("backup:restore", "Put a backup back, and erase again whom it brings back."),
    "doctor": ("doctor:doctor", "Find what is wrong, with the command that mends it."),
    "config": ("settings:config", "Show every setting and where it comes from."),
    "admin-link": ("running:admin_link", "Make a link that signs a browser in once."),
}
"""Name of a command: where it is (module of this package and attribute), and its one line."""

HELP = """Cloud telephony that a business runs itself.

\b
Begin with:
  ringfence demo                 hear it answer a call
  ringfence up                   start it
  ringfence phone add desk       connect a SIP phone, shown its password once
  ringfence number add +12025550123 --flow welcome
  ringfence doctor               when something does not work

Everything lives in one folder, --data DIR (or RINGFENCE_DATA), by default ./ringfence-data.
Settings come from ringfence.toml in it, RINGFENCE_* variables and the flags of 'up';
'ringfence config show' lists them. Commands that print a table print JSON with --json.
"""


class LazyGroup(click.Group):
    """A group that knows its commands' names and lines, and imports one when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(import_module(f"ringfence.cli.{module}"), attribute)
        hand_down(found, [cmd_name])
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest name for one that does not exist."""
        if args and args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else "'ringfence --help' lists them."
            ctx.fail(f"there is no command '{args[0]}'; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="ringfence")
def root() -> None:
    """Hold the commands."""


_COMMAND = re.compile(
    r"(?<![\w./-])ringfence (?P<words>[a-z][a-z-]*(?: [a-z][a-z-]*)*)(?![^;&'\"]*--data)"
)


def typed(text: str, data: str | None) -> str:
    """Return ``text`` with its commands as they are typed here, for the data folder ``data``.

    ``data``: what was said with ``--data``, None where nothing was.
    """
    if data is not None:
        folder = f" --data {shlex.quote(data)}"
        text = _COMMAND.sub(lambda found: _for_folder(found, folder), text)
    return show.typed(text, COMMANDS)


def _for_folder(found: re.Match[str], folder: str) -> str:
    """Put the folder behind the words that name a command, before its arguments."""
    command: click.Command = root
    words = found["words"].split(" ")
    path = 0
    while path < len(words) and isinstance(command, click.Group):
        child = command.get_command(click.Context(command), words[path])
        if child is None:
            break
        command = child
        path += 1
    if not path or (isinstance(command, click.Group) and not command.invoke_without_command):
        return found[0]
    return " ".join(("ringfence", *words[:path])) + folder + "".join(f" {w}" for w in words[path:])


def _data_of(argv: Sequence[str]) -> str | None:
    """Return the folder that a command line names."""
    for place, word in enumerate(argv):
        if word == "--data":
            return argv[place + 1] if place + 1 < len(argv) else None
        if word.startswith("--data="):
            return word.removeprefix("--data=")
    return None


def run(argv: Sequence[str]) -> int:
    """Run one command line; return the exit code.

    0: done; 1: a bug of ours; 2: refused, with one sentence on standard error (or, with
    ``--json``, one JSON line on standard output); 130: interrupted.
    """
    try:
        code = root.main(list(argv), prog_name="ringfence", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (click.Abort, KeyboardInterrupt) as left:
        if not isinstance(left.__context__, EOFError):
            return EXIT_INTERRUPTED
        unanswered = Refused("unanswered", "nobody answered the question, so nothing was done")
        return _refuse(unanswered, argv)
    except click.ClickException as mistake:
        if "--json" in argv:
            _as_json("usage", mistake.format_message())
        else:
            mistake.show()
        return EXIT_REFUSED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output stopped; do not complain at exit
        return 0
    except RingfenceError as error:
        return _refuse(error, argv)
    except OSError as error:
        if error.filename is None:
            return _broke(error, as_json="--json" in argv)
        return _refuse(_unusable(error), argv)
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        return _broke(error, as_json="--json" in argv)
    return code if isinstance(code, int) else 0


def _unusable(error: OSError) -> Refused:
    """Return what to say of a file or folder of this machine that could not be used."""
    hint = "; 'ringfence doctor' says more" if error.errno in _OF_THE_FOLDER else ""
    return Refused("unusable_file", f"{error.filename}: {error.strerror}{hint}")


def _broke(error: Exception, *, as_json: bool) -> int:
    """Say where a bug of ours is, in one sentence; ``python -X dev`` shows the traceback."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = frame.tb_frame.f_globals.get("__name__", "?") if frame else "?"
    line = frame.tb_lineno if frame else 0
    text = f"something broke inside: {type(error).__name__} at {place}:{line}; please report it"
    if as_json:
        _as_json("broken", text)
        return EXIT_BROKEN
    click.secho("ringfence: ", fg="red", bold=True, nl=False, err=True)
    click.echo(text, err=True)
    return EXIT_BROKEN


def _as_json(code: str, reason: str) -> None:
    print(json.dumps({"refused": code, "reason": reason}))  # noqa: T201 - the answer


def _refuse(error: RingfenceError, argv: Sequence[str]) -> int:
    code = error.code if isinstance(error, Refused) else "failed"
    reason = error.reason if isinstance(error, Refused) else str(error)
    if isinstance(error, Refused) and error.field is not None:
        reason = f"{error.field.replace('_', '-')}: {reason}"
    if "--json" in argv:
        _as_json(code, reason)
    else:
        click.secho("ringfence: ", fg="red", bold=True, nl=False, err=True)
        click.echo(typed(reason, _data_of(argv)), err=True)
    return EXIT_REFUSED if isinstance(error, Refused) else EXIT_BROKEN
