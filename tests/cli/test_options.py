"""Options shared by commands."""

from pathlib import Path
from typing import Any

import click

from ringfence import config
from ringfence.cli import options


def test_every_setting_is_a_flag() -> None:
    @click.command()
    @options.setting_options
    def command(**flags: Any) -> None:
        pass

    flags = {parameter.name: parameter.opts for parameter in command.params}
    assert flags == {item.given: [item.flag] for item in config.declarations()}


def test_only_given_flags_count() -> None:
    assert options.chosen({"http": None, "sip": "0.0.0.0:5060"}) == {"sip": "0.0.0.0:5060"}


def test_the_office_is_opened_on_the_data_folder(monkeypatch: Any, tmp_path: Path) -> None:
    from contextlib import nullcontext

    seen: list[config.Settings] = []

    def opened(settings: config.Settings) -> Any:
        seen.append(settings)
        return nullcontext("office")

    monkeypatch.setattr(options, "opened", opened)
    with options.office(tmp_path) as found:
        assert found == "office"
    assert seen[0].data == tmp_path
