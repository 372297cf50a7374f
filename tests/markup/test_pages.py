"""Where a program is in its document, and how many documents it may see."""

from ringfence.kernel.limits import MARKUP_CALL_DOCUMENTS, MARKUP_IDLE_DOCUMENTS, MARKUP_LOOKAHEAD
from ringfence.markup.pages import Pages
from ringfence.markup.verbs import Gather, Hangup, Pause, Play, Say


def test_verbs_are_turned_over_one_after_the_other():
    pages = Pages()
    assert pages.rest == ()
    pages.open([Say(text="a"), Hangup()], "https://x.example/v", inline=False)
    assert len(pages.rest) == 2
    pages.turn(1)
    assert pages.rest == (Hangup(),)
    assert len(pages.all) == 2
    pages.close()
    assert pages.rest == ()
    assert pages.base == "https://x.example/v"


def test_documents_in_which_nothing_happens_are_few():
    pages = Pages()
    assert all(pages.admit() for _ in range(MARKUP_IDLE_DOCUMENTS))
    assert not pages.admit()
    pages.idle = 0
    assert pages.admit()


def test_documents_of_one_call_are_many_but_not_endless():
    pages = Pages()
    pages.count = MARKUP_CALL_DOCUMENTS - 1
    assert pages.admit()
    assert not pages.admit()


def test_what_will_be_said_soon():
    pages = Pages()
    tune = Play(url="https://x.example/a")
    prompts = (Say(text="b"), Pause(), tune, Play(digits="1"))
    pages.open([Say(text="a"), Gather(prompts=prompts), Hangup()], "", inline=True)
    assert pages.first_prompts() == [Say(text="a"), Say(text="b"), tune]
    pages.open([Say(text=str(n)) for n in range(50)], "", inline=True)
    assert len(pages.first_prompts()) == MARKUP_LOOKAHEAD
