"""Passwords come from a prompt or standard input, never from the command line itself.

Arguments are visible to every process of the machine and stay in the shell's history.
"""

from __future__ import annotations

import sys

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
