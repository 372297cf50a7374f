"""Views of policies and messages hold what is public or without names."""

import msgspec

from ringfence.api import views_policy


def structs() -> list[type[msgspec.Struct]]:
    return [
        found
        for found in vars(views_policy).values()
        if isinstance(found, type) and issubclass(found, msgspec.Struct)
    ]


def test_every_view_is_frozen_and_named_by_keyword() -> None:
    assert len(structs()) >= 10
    for found in structs():
        assert found.__struct_config__.frozen, found
        assert found.__doc__


def test_a_message_is_shown_without_address_and_text() -> None:
    assert not {"to", "address", "subject", "body", "lookup"} & set(
        views_policy.Mail.__struct_fields__
    )
