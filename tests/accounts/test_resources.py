"""Small documents: one word and one kind of id for each."""

from typing import get_args

from ringfence.accounts.resources import KINDS, Application, Hook, Resource
from ringfence.kernel import ids


def test_every_kind_has_a_word_of_its_own_and_an_id():
    assert set(KINDS) == set(get_args(Resource) or (Resource,))
    words = [kind.word for kind in KINDS.values()]
    assert len(set(words)) == len(words)
    assert all(kind.id in ids.PREFIX for kind in KINDS.values())
    assert all(len(word) <= 32 for word in words)


def test_urls_and_names_are_not_printed():
    made = Application(name="Somebody", voice=Hook(url="https://user:secret@example.com"))
    assert "secret" not in repr(made)
    assert "Somebody" not in repr(made)
