"""A stand-in for the installation behind the command line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ringfence.cli.root import run
from ringfence.kernel.errors import Refused


class FakeOffice:
    """Answers use cases from a table and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {}
        self.streams: dict[str, list[Any]] = {}
        self.accounts: list[str] = []

    def of(self, account: str, /) -> "FakeOffice":
        self.accounts.append(account)
        return self

    def run(self, name: str, /, **args: Any) -> Any:
        self.asked.append((name, args))
        if name not in self.answers:
            raise Refused("unknown_use_case", "there is no such use case")
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer(args) if callable(answer) else answer

    def follow(self, name: str, /, **args: Any) -> Iterator[Any]:
        self.asked.append((name, args))
        for item in self.streams[name]:
            if isinstance(item, Exception):
                raise item
            yield item


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> FakeOffice:
    fake = FakeOffice()

    @contextmanager
    def opened(_settings: object) -> Iterator[FakeOffice]:
        yield fake

    for module in ("options", "running", "demo", "facts"):
        monkeypatch.setattr(f"ringfence.cli.{module}.opened", opened)
    return fake


class Outcome:
    """What one command line did."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


@pytest.fixture
def ringfence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Run a command line on a data folder of its own."""
    monkeypatch.setenv("RINGFENCE_DATA", str(tmp_path / "data"))

    def call(*argv: str) -> Outcome:
        code = run(argv)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call
