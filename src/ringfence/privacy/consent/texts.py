"""What people are shown when they are asked: by purpose, channel and language, with a hash.

The hash is over version, language and text, as for sentences said on a call
(``privacy.recording_law.sentences``), so one ledger holds both.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

from ringfence.kernel.errors import Refused
from ringfence.privacy.recording_law.sentences import text_hash

Channel = Literal["any", "call", "message", "email"]
"""By which way the purpose reaches somebody; ``any`` for a purpose without ways."""

CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
DEFAULT_LOCALE: Final = "en"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A text as it is shown."""

    purpose: str
    channel: Channel
    locale: str
    version: str
    text: str

    @property
    def hash(self) -> str:
        """What a consent keeps of it, beside the text itself."""
        return text_hash(self.version, self.locale, self.text)


def consentable() -> tuple[str, ...]:
    """Return the purposes one can agree to, each apart from the others."""
    return tuple(key for key in _table() if key != "version")


def channel_of(purpose: str, channel: str) -> Channel:
    """Return a channel of a purpose; ``any`` where it has only that one.

    Raises `Refused`: ``bad_purpose`` for what nobody can agree to, ``bad_channel``.
    """
    texts = _texts(purpose)
    for known in CHANNELS:
        if channel == known and known in texts:
            return known
    raise Refused("bad_channel", f"this consent is given for one of: {', '.join(texts)}")


def text_for(purpose: str, channel: str, locale: str = DEFAULT_LOCALE) -> ConsentText:
    """Return what is shown now, in English where the language is not known."""
    way = channel_of(purpose, channel)
    by_locale = _texts(purpose)[way]
    wanted = locale.partition("-")[0].lower()
    shown = wanted if wanted in by_locale else DEFAULT_LOCALE
    return ConsentText(purpose, way, shown, _table()["version"], by_locale[shown])


def _texts(purpose: str) -> Mapping[str, Mapping[str, str]]:
    if purpose not in consentable():
        raise Refused("bad_purpose", f"one can agree to: {', '.join(consentable())}")
    found: Mapping[str, Mapping[str, str]] = _table()[purpose]
    return found


@cache
def _table() -> dict[str, Any]:
    text = files("ringfence.privacy.consent").joinpath("texts.toml").read_text("utf-8")
    return tomllib.loads(text)
