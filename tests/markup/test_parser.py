"""The parser against documents good and flawed, and against anything at all."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel import limits
from ringfence.markup.elements import ELEMENTS
from ringfence.markup.parser import Document, parse
from ringfence.markup.problems import KINDS
from ringfence.markup.verbs import Pause, Say

VECTORS = Path(__file__).parents[1] / "vectors" / "twiml"
FILES = sorted(VECTORS.glob("*/*.xml"))


def described(document):
    verbs = [f"verb {type(verb).__name__} {verb.line}" for verb in document.verbs]
    problems = [
        f"{p.severity} {p.code} {p.twilio or '-'} {p.line}:{p.column}" for p in document.problems
    ]
    return "".join(f"{line}\n" for line in verbs + problems)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_vectors(path):
    document = parse(path.read_bytes())
    assert described(document) == path.with_suffix(".expect").read_text()
    assert bool(document.problems) is (path.parent.name == "flawed")


def test_every_problem_of_a_document_is_found_with_its_line():
    document = parse((VECTORS / "flawed" / "many-problems.xml").read_bytes())
    assert {p.line for p in document.problems} >= {2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16}
    assert {p.line for p in document.problems} >= {17, 18, 19, 20, 21, 23, 24, 25, 26, 27}
    assert document.usable


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hello", "Hello & welcome"),
        ("latin1-declared", "caf\u00e9"),
        ("utf16", "caf\u00e9"),
        ("utf8-bom", "bom"),
        ("cdata-and-comments", "Ben & Jerry <3"),
    ],
)
def test_text_in_every_encoding(name, text):
    say = parse((VECTORS / "good" / f"{name}.xml").read_bytes()).verbs[0]
    assert isinstance(say, Say)
    assert say.text == text


def test_a_document_as_text_needs_no_encoding():
    assert parse(
        '<?xml version="1.0" encoding="UTF-16"?><Response><Say>\u20ac</Say></Response>'
    ) == (parse("<Response><Say>\u20ac</Say></Response>"))


def test_speech_markup_is_spoken_as_text_in_order():
    document = parse(
        "<Response><Say>one<break/>two <phoneme>three</phoneme><w>four</w> five</Say></Response>"
    )
    assert document.verbs == (
        Say(text="one"), Pause(length=0, millis=500), Say(text="two three four five")
    )  # fmt: skip
    assert [p.code for p in document.problems] == ["markup_in_speech"]


def test_values_never_appear_in_problems():
    document = parse(
        "<Response><Dial callerId='+12025550123' timeout='+12025550123'>+12025550123456789</Dial>"
        "<t12025550123/><Say a12025550123='x'>y</Say></Response>"
    )
    assert len(document.problems) >= 4
    assert "2025550123" not in " ".join(str(p) for p in document.problems)
    assert "2025550123" not in repr(document.verbs)


def test_a_document_at_the_size_limit_and_one_byte_beyond():
    shell = "<Response><Say></Say></Response>"
    room = limits.MARKUP_DOCUMENT_BYTES - len(shell)
    fits = shell.replace("><", f">{'x' * room}<", 2).replace("x" * room, "", 1)
    assert len(fits) == limits.MARKUP_DOCUMENT_BYTES
    assert parse(fits).usable
    beyond = parse(fits + " ")
    assert [p.code for p in beyond.problems] == ["document_too_large"]
    assert not beyond.usable


def test_depth_is_bounded_inside_known_and_unknown_elements():
    for name in ("s", "Foo"):
        inside = f"<{name}>" * 200 + f"</{name}>" * 200
        document = parse(f"<Response><Say>{inside}</Say></Response>")
        assert document.problems[-1].code == "too_deep"
        document = parse(f"<Response>{inside}</Response>")
        assert document.problems[-1].code == "too_deep"


def test_verbs_are_bounded():
    many = "<Pause/>" * (limits.MARKUP_VERBS + 1)
    assert parse(f"<Response>{many[: -len('<Pause/>')]}</Response>").usable
    document = parse(f"<Response>{many}</Response>")
    assert document.problems[-1].code == "too_many_verbs"
    assert not document.usable


def test_problems_are_bounded_and_the_rest_is_counted():
    document = parse(f"<Response>{'<Foo/>' * 300}</Response>")
    assert len(document.problems) == limits.MARKUP_PROBLEMS + 1
    assert document.problems[-1].sentence == "250 more problems are not listed"


def test_what_ended_the_document_is_listed_even_after_many_problems():
    document = parse(f"<Response>{'<Foo/>' * 300}<Say></Response>")
    assert len(document.problems) == limits.MARKUP_PROBLEMS
    assert document.problems[-1].code == "not_xml"


def test_a_document_is_usable_when_there_is_something_to_do_or_nothing_wrong():
    assert Document(()).usable
    assert parse("<Response/>").usable
    assert parse("<Response><Foo/></Response>").usable
    assert not parse("<Response>").usable


PIECES = (
    [f"<{name}>" for name in ELEMENTS]
    + [f"</{name}>" for name in ELEMENTS]
    + [f"<{name} " for name in ELEMENTS]
    + [f'{attribute}="' for element in ELEMENTS.values() for attribute in element.attributes]
    + ["<Response>", "</Response>", "/>", ">", '"', "&amp;", "&", "<![CDATA[", "]]>", "<!--", "-->"]
    + ["+12025550123", "sip:a@b", "https://x.example/", "#", "1", "true", " ", "\n", "\u20ac", "\0"]
    + [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<!DOCTYPE x>",
        "dtmf speech",
        "record-from-answer",
    ]
)


def check(document):
    assert isinstance(document, Document)
    for problem in document.problems:
        assert problem.code in KINDS
        assert problem.line >= 0
    assert len(document.problems) <= limits.MARKUP_PROBLEMS + 1
    assert document.verbs or document.problems or document.usable


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.booleans())
def test_any_markup_is_a_document(text, wrapped):
    """Invariant: whatever looks like TwiML becomes a Document; nothing is raised."""
    check(parse(f"<Response>{text}</Response>" if wrapped else text))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document(data):
    """Invariant: any bytes become a Document; nothing is raised."""
    check(parse(data))


def test_documents_with_a_byte_changed_or_cut_short():
    """Invariant: damage anywhere in a real document never raises."""
    rng = random.Random(7)
    for path in FILES:
        body = path.read_bytes()
        for length in range(len(body)):
            check(parse(body[:length]))
        for _ in range(150):
            damaged = bytearray(body)
            for _ in range(rng.randint(1, 4)):
                if damaged:
                    damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            check(parse(bytes(damaged)))
