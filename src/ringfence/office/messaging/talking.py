"""What a flow says beside its replies: whose answer is awaited, a consent, an e-mail, a person.

::

    Await ─► text_talks    their next message to this number goes on there
    Agree ─► consents      with the text they were shown, by message
    Letter ─► mail         to an address of ours; what they wrote, not their number
    Leave ─► unread        in the inbox
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ringfence.flows.text_compile import Agree, Await, Leave, Letter
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Value
from ringfence.markup.verbs import Verb
from ringfence.messaging import message as life
from ringfence.observe.logs import get_logger
from ringfence.office.privacy import messages
from ringfence.privacy.consent.texts import text_for
from ringfence.storage.texts import Text
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)

Opening = Callable[[str, Mapping[str, Value], Ms], tuple[Verb, ...] | None]
"""Opens a ``flow:`` URL (`ringfence.flows.library.Library.open`)."""


def awaited(office: Office, text: Text) -> str | None:
    """Return where a message goes on if it answers a question. Purpose: carry_message."""
    if text.number is None:
        return None
    now, reading = office.clock.now(), office.store.db.reading
    return office.store.rooms.talks.get(reading, text.party, text.number, now)


@dataclass(slots=True)
class Talk:
    """What is to be kept of one message beside its replies."""

    left: bool = False
    """Whether a person is to read it."""
    wait: Await | None = None
    agreed: list[Agree] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    def take(self, verb: Verb) -> bool:
        """Take what a flow says; whether it is for us."""
        match verb:
            case Await():
                self.wait = verb
            case Agree():
                self.agreed.append(verb)
            case Letter():
                self.letters.append(verb)
            case Leave():
                self.left = True
            case _:
                return False
        return True

    def keep(self, office: Office, tx: Transaction, text: Text, person: str) -> None:
        """Keep it, in the transaction of the replies. ``person``: who wrote."""
        self._wait(office, tx, text)
        for agree in self.agreed:
            _agree(office, tx, text, agree, person)
        for number, letter in enumerate(self.letters):
            _mail(office, tx, text, letter, number)

    def _wait(self, office: Office, tx: Transaction, text: Text) -> None:
        if text.number is None:
            return
        talks, now = office.store.rooms.talks, office.clock.now()
        talks.drop(tx, text.party, text.number)
        if self.wait is not None:
            until = Ms(now + self.wait.ms)
            talks.put(tx, text.party, text.number, self.wait.place, now=now, until=until)


def _agree(office: Office, tx: Transaction, text: Text, agree: Agree, person: str) -> None:
    shown = text_for(agree.purpose, "message", agree.language)
    consents, now = office.store.rooms.consents, office.clock.now()
    consents.record(
        tx, text.party, "given" if agree.given else "refused", purpose=agree.purpose,
        channel="message", how="message", actor="caller", text=shown, now=now,
    )  # fmt: skip
    if agree.given and agree.purpose == "market":
        whom = Phone(person)
        if consents.suppressed(tx, whom, "marketing"):
            consents.unsuppress(tx, whom, "marketing", how="message", by="caller", now=now)


def _mail(office: Office, tx: Transaction, text: Text, letter: Letter, number: int) -> None:
    fields = {"text": letter.text, "message": text.id}
    try:
        messages.ask(
            tx, office, "text_forwarded", letter.to, fields, reason=f"text:{text.id}:{number}",
            party=text.party,
        )  # fmt: skip
    except Refused as refused:
        if refused.code != "already_sent":
            log.warning("text_not_forwarded", message=text.id, code=refused.code)
            seen = life.MessageSeen(at=office.clock.now(), message=text.id, unread=True)
            office.store.rooms.texts.happen(tx, seen)
