"""The forms of settings: what is written is read, what is wrong is refused."""

import pytest

from ringfence.config_forms import ADDRESS, HOURS, PORTS, PREFIXES, choice, whole


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (ADDRESS, "127.0.0.1:8080"),
        (ADDRESS, "[::1]:5060"),
        (PORTS, "10000-19999"),
        (HOURS, "08:00-18:00@Europe/Berlin"),
        (PREFIXES, "+882,+883"),
        (choice("law", "never"), "never"),
        (whole(0, 9), "7"),
    ],
)
def test_what_is_read_is_shown_as_it_was_written(form, text):
    assert form.show(form.read(text)) == text


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (ADDRESS, "8080"),
        (PORTS, "9-1"),
        (PREFIXES, "0049"),
        (choice("a"), "b"),
        (whole(0, 9), "10"),
    ],
)
def test_what_is_wrong_is_refused(form, text):
    with pytest.raises(ValueError):
        form.read(text)
