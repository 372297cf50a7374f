"""The page of a notice: layered, escaped, and loading nothing from elsewhere."""

import re
from html.parser import HTMLParser

from data_map_source import sources

from ringfence.privacy.notice import NOT_SET_UP, Issuer, Said, Wording, compile_notice
from ringfence.privacy.notice_html import page
from ringfence.privacy.registry import compile_map

VERSION = {"number": 3, "digest": "ab" * 32, "effective": "2026-11-22"}


def rendered(text: str = "Logs end after 730 days.", contact: str = "a@example.com") -> str:
    said = (Said("RET-02", "Retention", "Everything ends.", text),)
    wording = Wording(title="Notice", pack="own", said=said, unkept={"MSG-07": "surveys"})
    made = compile_notice(compile_map(sources()), wording, Issuer("Ex & Co", contact, "DE"))
    return page(made, VERSION)


def test_the_summary_stands_above_its_clause() -> None:
    text = rendered()
    assert text.index("Everything ends.") < text.index("Logs end after 730 days.")
    assert 'id="RET-02"' in text
    assert "Version 3, in force from 2026-11-22." in text
    assert "MSG-07" in text


def test_places_grounds_and_ends_are_printed_where_the_clauses_say_they_are() -> None:
    text = rendered()
    assert re.search(r"<h2>Places</h2>.*<td>DE</td><td>here", text, re.DOTALL)
    assert "was weighed (GDPR 6(1)(f)): " in text
    assert re.search(r"<td>[0-9]+ (?:days|hours)</td>", text[text.index("<h2>Cookies") :])


def test_what_this_house_is_not_set_up_for_is_not_called_unwritten() -> None:
    unkept = {"MSG-07": "surveys", "GRV-01": f"{NOT_SET_UP}name one"}
    wording = Wording(title="N", pack="own", said=(), unkept=unkept)
    text = page(compile_notice(compile_map(sources()), wording, Issuer("Ex")), VERSION)
    assert "Nothing enforces these clauses yet, so they are no part of this notice: MSG-07." in text
    assert "is not set up for it here, so they are no part of this notice: GRV-01." in text


def test_what_is_written_in_a_pack_is_text_and_not_markup() -> None:
    text = rendered('<script>alert("x")</script>')
    assert "<script" not in text
    assert "Ex &amp; Co" in text


def test_it_begins_with_its_sections_and_where_to_act() -> None:
    text = rendered()
    assert text.index('<a href="#s1">Retention</a>') < text.index('<h2 id="s1">Retention</h2>')
    assert '<a href="/rights">' in text


def test_a_draft_leads_to_the_versions_and_to_none_before_it() -> None:
    made = compile_notice(
        compile_map(sources()), Wording(title="N", pack="own", said=(), unkept={}), Issuer("Ex")
    )
    text = page(made, {**VERSION, "number": "(draft)"})
    assert 'href="/privacy/versions"' in text
    assert "What changed" not in text
    assert 'href="/privacy/2"' in rendered()


class Loader(HTMLParser):
    """Collects what a browser would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"src", "href", "action", "srcset"} and value:
                self.loads.append(value)


def test_nothing_is_loaded_from_elsewhere() -> None:
    loader = Loader()
    loader.feed(rendered())
    assert loader.loads
    assert all(re.match(r"/[^/]|#", target) for target in loader.loads)


def test_every_tag_is_closed() -> None:
    text = rendered()
    for tag in ("table", "section", "main", "body", "html", "h2", "h3", "p", "tr"):
        assert text.count(f"<{tag}>") + text.count(f"<{tag} ") == text.count(f"</{tag}>"), tag
