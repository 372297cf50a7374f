"""Examples of a group are in the help of the command they are of."""

from typing import Any

import click

from ringfence.cli.examples import hand_down


def made() -> tuple[click.Group, click.Command, click.Command]:
    group = click.Group(
        "key",
        help=(
            "Keys.\n\n\b\nExamples:\n  ringfence key add desk\n"
            "  ringfence key add desk --days 3 \\\n      --role admin\n  ringfence key list\n"
        ),
    )
    add = click.Command("add", help="Make a key.")
    show = click.Command("show", help="Show it.\n\n\b\nExample:\n  ringfence key show SK…\n")
    group.add_command(add)
    group.add_command(show)
    return group, add, show


def test_a_command_shows_the_examples_its_group_gives_of_it() -> None:
    group, add, _ = made()
    hand_down(group, ["key"])
    assert add.epilog == (
        "\b\nExamples:\n  ringfence key add desk\n  ringfence key add desk --days 3 --role admin"
    )


def test_a_command_with_an_example_of_its_own_keeps_to_it() -> None:
    group, _, show = made()
    hand_down(group, ["key"])
    assert show.epilog is None


def test_it_is_done_once() -> None:
    group, add, _ = made()
    hand_down(group, ["key"])
    before = add.epilog
    hand_down(group, ["key"])
    assert add.epilog == before


def test_the_tree_teaches_where_it_is_asked(ringfence: Any) -> None:
    shown = ringfence("webhook", "add", "--help").out
    assert "  ringfence webhook add https://example.com/in --event message.received" in shown
    assert "ringfence webhook list" not in shown
    assert "ringfence flow validate menu.json" in ringfence("flow", "validate", "--help").out
