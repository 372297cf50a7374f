"""A real SMTP server, a process of its own, that keeps what it is sent in a folder."""

from __future__ import annotations

import mailbox
import signal
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any


class Sink:
    """aiosmtpd on a free port. `hold` stops the whole process, as a machine in trouble does."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._box = folder / "mails"
        command = [sys.executable, "-W", "ignore", "-m", "aiosmtpd", "-n"]
        command += ["-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", str(self._box)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> Sink:
        until(self._listens)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGCONT)
        self._process.kill()
        self._process.wait()

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5):
                return True
        except OSError:
            return False

    def hold(self, on: bool) -> None:
        """Let whoever sends wait, or go on."""
        self._process.send_signal(signal.SIGSTOP if on else signal.SIGCONT)

    def mails(self) -> list[EmailMessage]:
        """Return what was taken so far."""
        box = mailbox.Maildir(str(self._box), create=False)
        parser = BytesParser(policy=default)
        found = [parser.parsebytes(box.get_bytes(key)) for key in sorted(box.keys())]
        return [mail for mail in found if isinstance(mail, EmailMessage)]

    def wait(self, count: int) -> list[EmailMessage]:
        """Return the mails once there are at least ``count``."""
        until(lambda: len(self.mails()) >= count)
        return self.mails()


def until(true: Any, seconds: float = 60) -> Any:
    """Return what ``true()`` gives once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come about")
        time.sleep(0.03)
    return found
