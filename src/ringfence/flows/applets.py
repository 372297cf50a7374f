"""The applets a flow is made of: one frozen dataclass each.

An applet refers to another by its name in the document; ``""`` hangs up. Seconds are seconds,
because documents are written by people. Texts and numbers stay out of ``repr``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ringfence.flows.hours import Schedule
from ringfence.markup.verbs import Method, Prompt

Branch = str
"""The name of an applet, or ``""`` to hang up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applet:
    """The base of all applets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting(Applet):
    """Say or play something, then go on."""

    prompt: tuple[Prompt, ...]
    next: Branch = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Applet):
    """Offer choices by key; ask again, ``tries`` times in all, then ``otherwise``."""

    prompt: tuple[Prompt, ...]
    choices: dict[str, Branch]
    timeout: int = 5
    tries: int = 3
    invalid: tuple[Prompt, ...] = ()
    silence: tuple[Prompt, ...] = ()
    otherwise: Branch = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather(Applet):
    """Collect keys and hand them to ``url`` as Digits; ``empty``: where silence leads."""

    prompt: tuple[Prompt, ...] = ()
    digits: int = 0
    finish_on: str = "#"
    timeout: int = 5
    url: str = field(repr=False)
    method: Method = "POST"
    empty: Branch = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Applet):
    """Go one way while the schedule is open, another while it is closed."""

    schedule: Schedule
    open: Branch
    closed: Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial(Applet):
    """Connect with people: all at once, or one after another.

    ``next``: after a conversation. ``unanswered``: when nobody could be reached; ``busy`` where
    that is told apart.
    """

    numbers: tuple[str, ...] = field(default=(), repr=False)
    sip: tuple[str, ...] = field(default=(), repr=False)
    timeout: int = 30
    time_limit: int = 14_400
    sequential: bool = False
    caller_id: str = field(default="", repr=False)
    record: bool = False
    answer_first: bool = True
    next: Branch = ""
    unanswered: Branch = ""
    busy: Branch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail(Applet):
    """Take a message after the prompt and the tone; ``url`` is told of it."""

    prompt: tuple[Prompt, ...] = ()
    seconds: int = 180
    silence: int = 5
    finish_on: str = "#"
    beep: bool = True
    url: str = field(default="", repr=False)
    method: Method = "POST"
    next: Branch = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo(Applet):
    """Let callers hear themselves, for ``seconds`` or (0) until they hang up."""

    prompt: tuple[Prompt, ...] = ()
    seconds: int = 0
    next: Branch = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto(Applet):
    """Go on elsewhere: another applet (``to``), or another flow (``flow``) from its start."""

    to: Branch = ""
    flow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Url(Applet):
    """Go on with the TwiML document at a URL."""

    url: str = field(repr=False)
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup(Applet):
    """End the call, after saying good-bye if there is a prompt."""

    prompt: tuple[Prompt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Applet):
    """Refuse the call unanswered."""

    busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A whole document: ``applets`` by name, beginning with ``start``."""

    start: str
    applets: dict[str, Applet]
    title: str = ""
