"""Passwords come from a prompt or standard input, never from the command line itself.

Arguments are visible to every process of the machine and stay in the shell's history.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click


def read(prompt: str) -> str:
    """Ask for a password twice, or take one line of standard input where nobody can be asked."""
    if sys.stdin.isatty():
        typed: str = click.prompt(prompt, hide_input=True, confirmation_prompt=True)
        return typed
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.UsageError("write the password on standard input")
    return line


def template(path: Path, prompt: str) -> dict[str, Any]:
    """Return what a template file says, with the secret it names asked for."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError:
        raise click.UsageError("the file is not JSON") from None
    if not isinstance(found, dict):
        raise click.UsageError("the file holds one JSON object")
    if "{secret}" in json.dumps(found):
        found["secret"] = read(prompt)
    return found
