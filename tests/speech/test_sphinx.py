"""pocketsphinx: words of a menu are understood, another language is refused."""

from importlib.util import find_spec

import pytest

from ringfence.calls.hearing import Wish
from ringfence.kernel.errors import Refused
from ringfence.speech import sphinx
from ringfence.speech.providers import recogniser
from ringfence.speech.sphinx import Sphinx


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sphinx, "find_spec", lambda _: None)
    with pytest.raises(Refused, match="stt"):
        Sphinx()


@pytest.mark.skipif(find_spec("pocketsphinx") is None, reason="pocketsphinx is not installed")
def test_another_language_is_refused():
    with pytest.raises(Refused, match="English"):
        recogniser("sphinx").listen(None, Wish(language="de-DE"))
