"""The shared grammar: pairs of parse and serialize, and nothing that takes quadratic time."""

import importlib
import pkgutil
import re
from ipaddress import AddressValueError, IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ringfence
from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.sip.grammar import (
    IPV4,
    NO_PARAMS,
    clean,
    escape,
    format_params,
    ipv6,
    is_token,
    parse_params,
    quote,
    split_list,
    unescape,
    unquote,
    value_and_params,
)

TOKENS = st.from_regex(r"[A-Za-z0-9\-.!%*_+`'~]{1,12}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30)


def test_a_token_has_no_blank_and_no_delimiter():
    assert is_token("z9hG4bK-.!%*_+`'~")
    for text in ("", "a b", "a;b", "a@b", 'a"b', "ä", "a\n"):
        assert not is_token(text)


@given(TEXT)
def test_quoting_round_trips(text):
    quoted = quote(text)
    assert unquote(quoted) == text
    assert split_list(f"{quoted},x") == [quoted, "x"]


def test_text_without_quotes_is_its_own_meaning():
    assert unquote("plain") == "plain"
    assert unquote('"') == '"'
    assert unquote('"a\\"b\\\\c"') == 'a"b\\c'


@given(st.dictionaries(TOKENS.map(str.lower), st.none() | TOKENS | TEXT.map(quote), max_size=6))
def test_parameters_round_trip(params):
    assert parse_params(format_params(params)) == params


def test_parameters_may_stand_apart():
    text = ' ;\ttag = abc ; LR ; q=0.5 ; x = "a;b,c" ; received=[2001:db8::1] ; y='
    assert parse_params(text) == {
        "tag": "abc",
        "lr": None,
        "q": "0.5",
        "x": '"a;b,c"',
        "received": "[2001:db8::1]",
        "y": "",
    }
    assert parse_params("") is NO_PARAMS


@pytest.mark.parametrize(
    "text", [";", ";;a", ";a;", ";a b", "a", ";a=b c", ';a="b', ";=b", ";a=<b>"]
)
def test_malformed_parameters_are_refused(text):
    with pytest.raises(RemoteError):
        parse_params(text)


def test_a_parameter_given_twice_counts_only_where_both_agree():
    assert parse_params(";tag=a;TAG=a") == {"tag": "a"}
    with pytest.raises(RemoteError):
        parse_params(";tag=a;tag=b")


def test_the_shared_empty_parameters_stay_empty():
    with pytest.raises(LocalError):
        NO_PARAMS["x"] = "y"
    assert hash(NO_PARAMS) == 0


def test_commas_in_quotes_and_brackets_do_not_split():
    assert split_list('"a, \\"b" <sip:x@y,z>;q=1 , <sip:u@v>,w') == [
        '"a, \\"b" <sip:x@y,z>;q=1',
        "<sip:u@v>",
        "w",
    ]
    assert split_list("one") == ["one"]


@pytest.mark.parametrize("text", [",a", "a,", "a,,b", 'a,"b', "a,<b", ", ,", 'a,b"c', "a<b,c"])
def test_broken_lists_are_refused(text):
    with pytest.raises(RemoteError):
        split_list(text)


def test_a_value_ends_at_the_first_free_semicolon():
    assert value_and_params("180;refresher=uac") == ("180", {"refresher": "uac"})
    assert value_and_params('"a;b" ;c=d') == ('"a;b"', {"c": "d"})
    assert value_and_params(" x ") == ("x", {})
    with pytest.raises(RemoteError):
        value_and_params('"a;b')


def test_escapes_are_undone_once():
    assert unescape("v%61lue%25%34%31") == "value%41"
    assert unescape("null-%00-null") == "null-\0-null"
    assert unescape("100%") == "100%"
    assert unescape("%C3%A4%FF") == "ä\ufffd"


@given(TEXT)
def test_escaping_round_trips(text):
    assert unescape(escape(text, re.compile("[A-Za-z0-9]"))) == text


@pytest.mark.parametrize("bad", ["\r", "\n", "\0", "\x7f", "\x1b", "\ud800"])
def test_a_value_with_a_control_is_never_sent(bad):
    with pytest.raises(LocalError):
        clean(f"a{bad}b")
    assert clean("a\tb ü") == "a\tb ü"


def test_ipv6_addresses_are_checked():
    assert ipv6("2001:DB8::1") == "2001:db8::1"
    assert ipv6("2001:db8:::192.0.2.1") == "2001:db8::192.0.2.1"  # RFC 5118 section 4.10
    for text in ("", "2001", "2001:db8::1::2", "g::1"):
        with pytest.raises(RemoteError):
            ipv6(text)


@pytest.mark.parametrize("piece", ['"', "<", ";a", ";a=", ",", "\\", ' "\\', ";a= \t"])
def test_long_hostile_input_is_read_in_linear_time(piece):
    # A quadratic reading of this would run into the time-out of the suite.
    text = piece * (300_000 // len(piece))
    for read in (split_list, parse_params, value_and_params, unescape, unquote):
        try:
            read(text)
        except RemoteError:
            pass


def _possessive_groups(pattern):
    """Repetitions that give nothing back and repeat more than one character."""
    found = []
    todo = [re._parser.parse(pattern.pattern, pattern.flags)]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple) and len(node) == 2 and str(node[0]) == "POSSESSIVE_REPEAT":
            repeated = list(node[1][2])
            if len(repeated) != 1 or str(repeated[0][0]) not in {"IN", "LITERAL", "NOT_LITERAL"}:
                found.append(node)
        if isinstance(node, tuple) and len(node) == 2 and str(node[0]) == "ATOMIC_GROUP":
            found.append(node)
        if isinstance(node, tuple | list) or hasattr(node, "data"):
            todo.extend(node)
    return found


def test_no_possessive_quantifier_stands_behind_a_group():
    # Python 3.11.2, which Debian 12 has, takes "(?:x@)?+y" for an x that has to be there.
    assert _possessive_groups(re.compile("(?:ab)*+c"))
    assert not _possessive_groups(re.compile("(?:[ab]*+c)*d++"))
    patterns = 0
    for module in pkgutil.walk_packages(ringfence.__path__, "ringfence."):
        if module.name.split(".")[1] in {"sip", "markup", "kernel", "calls"}:
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, re.Pattern):
                    patterns += 1
                    assert not _possessive_groups(value), (module.name, value.pattern)
    assert patterns > 20


@given(
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){2,4}", fullmatch=True) | st.ip_addresses(v=4).map(str)
)
def test_ipv4_addresses_are_those_of_the_standard_library(text):
    """Invariant: four octets in decimal, none above 255, none with a leading zero."""
    try:
        IPv4Address(text)
    except AddressValueError:
        assert IPV4.fullmatch(text) is None
    else:
        assert IPV4.fullmatch(text) is not None
