"""A missed call is told by e-mail at once, where the operator wants that.

It goes to the primary administrator and holds the time and the id of the call's record: who called
is read there, by somebody who may.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from ringfence.calls.events import CallEnded, CallFact
from ringfence.kernel.errors import Refused
from ringfence.observe.logs import get_logger
from ringfence.office.privacy import messages
from ringfence.privacy.purposes import purpose
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)


def watch(office: Office, facts: Sequence[CallFact]) -> None:
    """Ask for a message about each missed call among ``facts``; never waits, never raises."""
    if office.settings.missed_call_mail != "yes" or not office.settings.smtp_host:
        return
    for fact in facts:
        if isinstance(fact, CallEnded) and fact.missed:
            office.store.db.give(partial(_tell, office, fact))


def _tell(office: Office, fact: CallEnded, tx: Transaction) -> None:
    with purpose("notify"):
        to = office.store.rooms.policies.admin(tx)
    if to is None:
        return
    time = datetime.fromtimestamp(fact.offered_at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    fields = {"time": time, "call": fact.call}
    try:
        messages.ask(tx, office, "missed_call", to, fields, reason=f"missed:{fact.call}")
    except Refused as refused:
        if refused.code != "already_sent":
            log.warning("alert_not_asked", call=fact.call, code=refused.code)
