"""Every reader takes what it says it takes and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.markup import attributes as a

CASES = [
    (
        a.integer("n", 0, 10),
        {"0": 0, "10": 10, " 5 ": 5, "+3": 3},
        ["-1", "11", "x", "", "1.5", "٣"],
    ),
    (a.boolean("n"), {"true": True, "False": False, "1": True, "0": False}, ["yes", "", "2"]),
    (a.one_of("n", 8_000, 16_000), {" 16000 ": 16_000}, ["", "11025", "8000.0", "+8000"]),
    (a.choice("n", "busy", "rejected"), {"BUSY": "busy", " rejected": "rejected"}, ["", "no"]),
    (
        a.words("n", "start", "end"),
        {"end start": ("start", "end"), "End,START": ("start", "end"), "end": ("end",)},
        ["", "start middle"],
    ),
    (a.method("n"), {"get": "GET", "POST": "POST"}, ["PUT", ""]),
    (a.text("n", 3), {"abc": "abc", "": ""}, ["abcd"]),
    (
        a.label("n"),
        {"front desk": "front desk", "": "", "CA1": "CA1", "é" * 128: "é" * 128},
        ["a/b", "a%2Fb", "x" * 129, "CA" + "0" * 32],
    ),
    (a.url("n"), {" /x ": "/x", "https://x.example": "https://x.example"}, ["", "ftp://x"]),
    (a.key_set("n"), {"": "", "#*0": "#*0", " # ": "#"}, ["a", "##############"]),
    (a.tones("n", 5), {"1wW#": "1wW#", "AdB": "AdB"}, ["", "123456", "x"]),
]


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [(attribute, text, value) for attribute, good, _ in CASES for text, value in good.items()],
)
def test_taken(attribute, text, value):
    assert attribute.read(text) == value


@pytest.mark.parametrize(
    ("attribute", "text"), [(attribute, text) for attribute, _, bad in CASES for text in bad]
)
def test_refused(attribute, text):
    with pytest.raises(ValueError) as error:
        attribute.read(text)
    assert not text or text not in str(error.value)


@given(st.sampled_from([attribute for attribute, _, _ in CASES]), st.text(max_size=20))
def test_any_text_is_read_or_refused(attribute, text):
    """Invariant: a reader returns a value or raises ValueError, nothing else."""
    try:
        attribute.read(text)
    except ValueError:
        pass
