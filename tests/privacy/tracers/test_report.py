"""The report of a proof."""

from ringfence.kernel.clock import Ms
from ringfence.privacy.tracers.report import Report, Searched

PLACE = Searched(what="data", files=3, octets=1 << 29, hits=0)


def report(**changes):
    fields = {
        "begun": Ms(0), "ended": Ms(61_000), "version": "1", "erasures": ["ER1", "ER2"],
        "ways": ["a call"], "searched": [PLACE], "planted": 100, "found": 99, "seconds": 20.0,
    }  # fmt: skip
    return Report(**(fields | changes))


def test_it_is_clean_without_hits_and_with_leaks_found():
    assert report().clean
    assert not report(found=98).clean
    assert not report(searched=[PLACE, Searched(what="backup", files=1, octets=9, hits=1)]).clean


def test_it_says_how_fast():
    assert report().seconds_per_gib == 40.0
    assert report(searched=[]).seconds_per_gib == 0.0


def test_its_text_can_be_signed():
    text = report().text()
    assert text.endswith("\n")
    assert "\n\n" not in text
    assert "ended 1970-01-01T00:01:01Z\n" in text
    assert "person T2 erasure ER2\n" in text
    assert "searched data 3 files 536870912 bytes 0 hits\n" in text


def test_it_says_what_was_not_walked_and_what_there_was_to_erase():
    text = report(
        unwalked=[("an e-mail", "no relay is set up")], held={"texts": 0, "calls": 12}
    ).text()
    assert "not walked an e-mail, because no relay is set up\n" in text
    assert "held 12 calls\nheld nothing of texts\n" in text
