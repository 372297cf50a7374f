"""A missed call is told at once, by e-mail or by text message, where the operator wants that.

It goes to the primary administrator, or to the numbers that are set, and holds the time and the id
of the call's record: who called is read there, by somebody who may.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from ringfence.calls.events import CallEnded, CallFact
from ringfence.kernel.errors import Refused
from ringfence.observe.logs import get_logger
from ringfence.office.messaging.asking import Wanted, own_sender, prepare, receiver
from ringfence.office.privacy import messages
from ringfence.privacy.purposes import exchange_itself, purpose
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)


def watch(office: Office, facts: Sequence[CallFact]) -> None:
    """Ask for a message about each missed call among ``facts``; never waits, never raises."""
    settings = office.settings
    mails = settings.missed_call_mail == "yes" and bool(settings.smtp_host)
    texts = settings.missed_call_sms if settings.missed_call_sms_from else ()
    if not mails and not texts:
        return
    for fact in facts:
        if isinstance(fact, CallEnded) and fact.missed:
            if mails:
                office.store.db.give(partial(_tell, office, fact))
            for number in texts:
                _text(office, fact, number)


def _time(fact: CallEnded) -> str:
    return datetime.fromtimestamp(fact.offered_at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _text(office: Office, fact: CallEnded, number: str) -> None:
    """Ask for a text message; somebody who sent STOP gets none."""
    try:
        with exchange_itself():
            wanted = Wanted(
                to=receiver(office, number),
                sender=own_sender(office, office.settings.missed_call_sms_from),
                text=f"A call was missed at {_time(fact)}. Its record: {fact.call}",
                priority=0,
            )
            ready = prepare(office, wanted)
    except Refused as refused:
        log.warning("alert_not_asked", call=fact.call, code=refused.code)
        return
    office.store.db.give(
        lambda tx: office.store.rooms.texts.add(tx, ready.new),
        lambda done: office.post.wake() if done else None,
    )


def _tell(office: Office, fact: CallEnded, tx: Transaction) -> None:
    with purpose("notify"):
        to = office.store.rooms.policies.admin(tx)
    if to is None:
        return
    fields = {"time": _time(fact), "call": fact.call}
    try:
        messages.ask(tx, office, "missed_call", to, fields, reason=f"missed:{fact.call}")
    except Refused as refused:
        if refused.code != "already_sent":
            log.warning("alert_not_asked", call=fact.call, code=refused.code)
