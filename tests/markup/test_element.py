"""What the table says of one element."""

from ringfence.markup.element import elsewhere, noted


def test_known_attributes_without_effect_take_anything():
    attribute = noted("region")["region"]
    assert attribute.name is None
    assert attribute.read("anything") == "anything"


def test_what_lies_elsewhere_has_its_attributes_and_is_not_looked_into():
    made = elsewhere("A", "b", holds=("C",))
    assert (made.name, made.state, made.children) == ("A", "later", frozenset({"C"}))
    assert [attribute.name for attribute in made.attributes.values()] == [None]
