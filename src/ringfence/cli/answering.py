"""The three ways to say what a call hears, shared by ``number add`` and ``call``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import HTTP_BODY_MAX

Command = TypeVar("Command", bound=Callable[..., Any])


def answer_options(command: Command) -> Command:
    """Add ``--flow``, ``--voice-url`` and ``--twiml``."""
    twiml = click.Path(path_type=Path, dir_okay=False, exists=True)
    command = click.option("--twiml", type=twiml, help="A TwiML document in a file.")(command)
    command = click.option(
        "--voice-url", metavar="URL", help="Fetch TwiML from this address for every call."
    )(command)
    return click.option("--flow", metavar="NAME", help="A flow; see 'ringfence flow list'.")(
        command
    )


def answer(flow: str | None, voice_url: str | None, twiml: Path | None) -> dict[str, str]:
    """Return the arguments for the one way chosen, or none; two at once are refused."""
    given: dict[str, str] = {}
    if flow is not None:
        given["flow"] = flow
    if voice_url is not None:
        given["voice_url"] = voice_url
    if twiml is not None:
        given["twiml"] = text(twiml)
    if len(given) > 1:
        raise click.UsageError("choose one of --flow, --voice-url and --twiml")
    return given


def text(path: Path) -> str:
    """Read a document; `Refused` (``bad_file``) where it is not UTF-8 text of a sane size."""
    try:
        with path.open("rb") as file:
            content = file.read(HTTP_BODY_MAX + 1)
        if len(content) > HTTP_BODY_MAX:
            raise Refused("bad_file", f"that file is larger than {HTTP_BODY_MAX} bytes")
        return content.decode()
    except UnicodeDecodeError:
        raise Refused("bad_file", "that file is not UTF-8 text") from None
    except OSError as error:
        raise Refused("bad_file", f"that file cannot be read: {error.strerror}") from None
