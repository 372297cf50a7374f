"""One element of the table."""

from ringfence.markup.element import Element, later, noted


def test_what_is_noted_has_no_field_to_fill() -> None:
    (attribute,) = noted("region").values()
    assert attribute.name is None
    assert attribute.read("anything") == "anything"


def test_what_comes_later_is_not_looked_into() -> None:
    assert later("A", "B") == (Element("A", {}, state="later"), Element("B", {}, state="later"))
