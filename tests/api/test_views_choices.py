"""Shapes of choices: what goes out, and what never does."""

import msgspec

from ringfence.api import views_choices as views


def test_no_shape_repeats_a_number_or_keeps_a_secret_by_default():
    for shape in (views.Choices, views.Choice, views.Ruling, views.Suppressions, views.Hold):
        assert not {"number", "address", "secret"} & set(shape.__struct_fields__)
    made = views.Key(sid="SK1", name="x", role="admin", purposes=[], created=1)
    assert msgspec.json.decode(msgspec.json.encode(made))["secret"] is None
