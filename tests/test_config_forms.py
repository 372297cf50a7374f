"""The forms of settings: what is written is read, what is wrong is refused."""

import pytest

from ringfence.config_forms import (
    ADDRESS,
    HOST,
    HOURS,
    IP,
    NUMBERS,
    PLACE,
    PORTS,
    PREFIXES,
    URL,
    YES_OR_NO,
    choice,
    whole,
)


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
        (IP, "192.0.2.10"),
        (IP, ""),
        (HOST, "mail.example.com"),
        (HOST, "2001:db8::1"),
        (HOST, ""),
        (URL, "https://example.com:8443/base"),
        (URL, ""),
        (PLACE, "DE"),
        (PLACE, "US-TX"),
        (PLACE, ""),
        (NUMBERS, "+12025550123,+447700900123"),
        (NUMBERS, ""),
        (YES_OR_NO, "yes"),
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
        (whole(0, 9), "1.5"),
        (IP, "0.0.0.0"),
        (IP, "::"),
        (IP, "239.0.0.1"),
        (HOST, "foo/bar"),
        (HOST, "http://mail.example.com"),
        (HOST, "mail.example.com:587"),
        (URL, "example.com"),
        (URL, "http://"),
        (URL, "http://a b/"),
        (URL, "https://[::1"),
        (PLACE, "US-ZZ"),
        (PLACE, "US-??"),
        (PLACE, "DE-BY"),
        (NUMBERS, "+1"),
        (NUMBERS, "12345"),
        (YES_OR_NO, "maybe"),
    ],
)
def test_what_is_wrong_is_refused(form, text):
    with pytest.raises(ValueError):
        form.read(text)


@pytest.mark.parametrize(("text", "word"), [("true", "yes"), ("false", "no")])
def test_what_toml_calls_yes_and_no_is_read(text, word):
    assert YES_OR_NO.read(text) == word
