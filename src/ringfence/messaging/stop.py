"""Whether an answer means: no more of these. One word is enough, and so is a sentence of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ringfence.kernel.limits import STOP_WORDS_MAX

_EVERYWHERE = (
    "stop", "stopall", "stop all", "stop sms", "stop2end", "stop 2 end", "stop to end",
    "unsubscribe", "unsub", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out",
    "remove", "remove me", "halt", "отписаться", "стоп",
)  # fmt: skip
"""The CTIA's six words, 47 CFR 64.1200(a)(10), and others that are written in any language."""

_ELSEWHERE = (
    *("lopeta", "peruuta"), *("sluta", "avsluta"), *("avmeld", "avslutt"), *("afmeld", "frameld"),
    *("wypisz", "rezygnuję", "anuluj"), *("odhlásit", "zrušit", "odhlásiť"), *("odjava", "prekini"),
    *("leiratkozás", "leiratkozom", "állj"), *("dezabonare", "anulare"), *("отказ", "спри"),
    *("διακοπή", "στοπ", "διαγραφή"), *("loobun", "lõpeta"), *("apturēt", "atteikties"),
    *("atsisakyti", "sustabdyti"), *("hætta", "afskrá"), "ieqaf",
    *("iptal", "ret"), *("退订", "停止", "取消"), *("припинити", "скасувати", "отмена"),
)  # fmt: skip
"""Stop words of languages that have no answers of their own: Finnish, Swedish, Norwegian, Danish,
Polish, Czech and Slovak, Croatian and Slovene, Hungarian, Romanian, Bulgarian, Greek, Estonian,
Latvian, Lithuanian, Icelandic, Maltese, Turkish, Chinese, Ukrainian and Russian."""

LANGUAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("alto", "baja", "detener"), ("es",)),
        **dict.fromkeys(("parar", "cancelar"), ("es", "pt")),
        **dict.fromkeys(("sair", "remover", "descadastrar"), ("pt",)),
        **dict.fromkeys(
            ("arret", "arreter", "desabonner", "desinscription", "desinscrire"), ("fr",)
        ),
        **dict.fromkeys(("abmelden", "stopp", "abbestellen", "austragen", "stop bitte"), ("de",)),
        **dict.fromkeys(("stoppen",), ("nl", "de")),
        **dict.fromkeys(("afmelden", "uitschrijven", "uit"), ("nl",)),
        **dict.fromkeys(("annulla", "disiscrivi", "disiscrivimi", "ferma", "basta"), ("it",)),
        **dict.fromkeys(("cancella", "cancellami"), ("it",)),
        **dict.fromkeys(("bandh", "band karo", "band karein", "roko", "बंद", "बंद करो"), ("hi",)),
        **dict.fromkeys(("बंद करें", "रोको", "रोकें"), ("hi",)),
        **dict.fromkeys(("توقف", "إلغاء", "إيقاف", "أوقف", "قف", "إلغاء الاشتراك"), ("ar",)),
    }
)
"""Stop words that tell in which language they were written."""

WORDS = frozenset({*_EVERYWHERE, *_ELSEWHERE, *LANGUAGES})
"""Whole messages that mean stop."""

_SENTENCE = re.compile(
    r"\b(?:please|pls|kindly|now)\s+stop\b"
    r"|\bstop\s+(?:it|this|that|now|please|sending|texting|messag\w+|mailing|e-?mailing|calling"
    r"|contacting|bothering|writing)\b"
    r"|\b(?:unsubscribe|opt)\s+(?:me|out)\b|\bopt\s+me\s+out\b"
    r"|\b(?:take|get|remove)\s+me\s+(?:off|from|out)\b"
    r"|\b(?:do\s+not|don['’]?t|never)\s+(?:(?:ever|want|send)\s+){0,2}"
    r"(?:text|messages?|mails?|e-?mails?|call|contact|write|any(?:\s+more)?|me)\b"
    r"|\bno\s+more\s+(?:texts?|messages?|mails?|e-?mails?|of\s+(?:this|these|that))\b"
    r"|\bleave\s+me\s+alone\b"
)
_PARAGRAPH = re.compile(r"\r?\n[ \t]*\r?\n")
_KEEP = re.compile(r"\b(?:do\s+not|don['’]?t|never)\s+(?:ever\s+)?stop\b|\bbus\s+stop\b")


def is_stop(text: str) -> bool:
    """Whether ``text`` asks for no more messages.

    A paragraph of its own at the head is enough: what follows is a signature, or what was answered.
    """
    whole = _folded(text)
    words = whole.split()
    if whole in _table() or _first(text) in _table():
        return True
    if not words or len(words) > STOP_WORDS_MAX or _KEEP.search(whole):
        return False
    return bool(_SENTENCE.search(whole))


def spoken(text: str) -> tuple[str, ...]:
    """Return the languages in which a whole message is a stop; none where it does not tell."""
    return _table().get(_folded(text)) or _table().get(_first(text), ())


def _first(text: str) -> str:
    """Return the first paragraph, as it is compared."""
    return _folded(_PARAGRAPH.split(text.strip(), maxsplit=1)[0])


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    return {_folded(word): LANGUAGES.get(word, ()) for word in WORDS}


def _folded(text: str) -> str:
    """Return small letters and digits without accents, as texts and our words are compared."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w'’\- ]+", " ", plain).split())
