"""The elements that hand a call to something outside."""

from ringfence.markup.elements import ELEMENTS, TOP_LEVEL
from ringfence.markup.elements_outside import INNER, OUTSIDE


def test_they_are_in_the_table_and_only_the_verbs_stand_alone() -> None:
    for element in OUTSIDE:
        assert ELEMENTS[element.name] is element
        assert (element.name in TOP_LEVEL) == (element.name not in INNER)


def test_what_may_stand_in_them_is_known() -> None:
    for name in ("Connect", "Start", "Stop"):
        assert ELEMENTS[name].children <= ELEMENTS.keys()
