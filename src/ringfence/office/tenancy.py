"""Whose desk a request comes to: the one place where accounts are kept apart.

::

    the installation's own account ──┬── its own desk: everything
                                     └── the desk of an account below it, named by the path
    an account below it ─────────────── its own desk, and what `TENANT` lists; no other is there

A use case is handed one office: that of one account, with its rooms, numbers, documents and calls
(`below`). What it is not handed it cannot read, so nothing else has to compare accounts. A use case
that is not in `TENANT` is the installation's: no account below it is served by it, whoever asks.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from ringfence.accounts.lifecycle import AccountState, Action, require
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId
from ringfence.kernel.limits import STREAM_LOOK
from ringfence.privacy.roles import Identity

if TYPE_CHECKING:
    from ringfence.office import Office

T = TypeVar("T")

_READ = (
    "account.show", "address.list", "address.numbers", "address.show",
    "application.list", "application.show", "balance.movements", "balance.show",
    "call.diagnose", "call.list",
    "call.search", "call.show", "call.timeline", "caller_id.list", "caller_id.show",
    "conference.list", "conference.recording.list", "conference.recording.show",
    "conference.show", "delivery.list", "event.follow", "event.list", "flow.list", "flow.show",
    "flow.validate", "inbox.count", "inbox.list", "inbox.read", "key.list", "payment.list",
    "payment.show", "payment_connector.list", "message.campaign.list", "message.list",
    "message.media", "message.media.bytes",
    "message.media.show", "message.show", "message.story", "message.template.list",
    "notification.apps", "notification.list", "notification.show", "notification.whole",
    "number.list", "number.lookup", "number.show",
    "number.stock.countries", "number.stock.free", "participant.list", "participant.show",
    "phone.list", "queue.list", "queue.member.list", "queue.member.show", "queue.show",
    "recording.export", "recording.list", "recording.show", "request.begin", "request.finish",
    "request.forget", "role.list", "sip_address.list", "sip_credential.list", "sip_domain.list",
    "sip_domain.show", "sip_list.list", "sip_list.show", "tariff.show", "timeline.follow",
    "transcription.list", "transcription.show", "usage.records",
    "usage.trigger.list", "usage.trigger.show", "webhook.list", "webhook.show",
)  # fmt: skip
_CONFIGURE = (
    "address.add", "address.change", "address.remove",
    "application.add", "application.change", "application.remove", "call.adjust", "call.hangup",
    "call.redirect", "call.remove", "caller_id.remove", "caller_id.rename", "conference.end",
    "conference.recording.control", "conference.recording.remove", "delivery.retry", "flow.add",
    "inbox.mark",
    "live_transcription.stop", "payment.start", "payment.update",
    "payment_connector.add", "payment_connector.remove", "payment_connector.test",
    "key.add", "key.rename", "key.revoke", "message.campaign.add",
    "message.campaign.remove", "message.cancel", "message.delete",
    "message.media.delete", "message.rate", "message.redact", "message.template.add",
    "message.template.remove", "notification.logging",
    "notification.replay", "number.add", "number.change", "number.remove", "participant.remove",
    "participant.update", "phone.add", "phone.remove", "queue.add", "queue.member.dequeue",
    "queue.remove", "queue.update", "recording.control", "recording.remove", "sip_address.add",
    "sip_address.change", "sip_address.remove", "sip_credential.add", "sip_credential.change",
    "sip_credential.remove", "sip_domain.add", "sip_domain.change", "sip_domain.map",
    "sip_domain.remove", "sip_domain.unmap", "sip_list.add", "sip_list.remove", "sip_list.rename",
    "stream.stop", "transcription.remove", "usage.trigger.add",
    "usage.trigger.change", "usage.trigger.remove", "webhook.add", "webhook.remove",
)  # fmt: skip
_PLACE = (
    "call.place", "caller_id.verify", "conference.announce", "inbox.reply", "message.send",
    "participant.add",
)  # fmt: skip
_RECORD = ("live_transcription.start", "recording.start", "stream.start", "transcription.request")
_RIGHTS = (
    "privacy.consent.give", "privacy.consent.refuse", "privacy.consent.show",
    "privacy.consent.withdraw", "privacy.erase.execute", "privacy.erase.list",
    "privacy.erase.plan", "privacy.erase.show", "privacy.leave_alone.add",
    "privacy.leave_alone.count", "privacy.leave_alone.remove", "privacy.restrict",
    "privacy.unrestrict",
)  # fmt: skip

_ACTIONS: Final[tuple[tuple[Action, tuple[str, ...]], ...]] = (
    ("read", _READ),
    ("configure", _CONFIGURE),
    ("place_call", _PLACE),
    ("record", _RECORD),
    ("exercise_rights", _RIGHTS),
)
TENANT: Final[Mapping[str, Action]] = {name: action for action, names in _ACTIONS for name in names}
"""What an account below the installation's may be asked, and as which of its actions."""

_STATES: Final[dict[str, AccountState]] = {
    "trial": "trial", "trial_suspended": "trial_suspended", "full": "full",
    "suspended": "suspended", "closed": "closed",
}  # fmt: skip


def state_of(office: Office) -> AccountState:
    """Return the state of an office's account."""
    return _STATES[office.account.status]


def may(office: Office, action: Action) -> bool:
    """Whether an account below the installation's may do something now."""
    try:
        require(state_of(office), action)
    except Refused:
        return False
    return True


def desk(house: Office, who: Identity, wanted: str | None, name: str) -> Office:
    """Return the office that answers a use case for whoever asks about the account ``wanted``.

    None: their own. Raises `Refused`: ``not_found`` for an account that is not theirs or not there,
    ``not_authorized`` for what is the installation's or where theirs is not active,
    ``account_suspended`` and ``account_closed`` where the state of the account lets it not be done.
    """
    home = who.account or house.account.id
    asked = wanted or home
    if home != house.account.id and asked != home:
        raise Refused("not_found", "no account of that SID")
    if asked == house.account.id:
        return house
    if who.scopes is not None:  # an app was let into the account that let it in, and no further
        raise Refused("not_found", "no account of that SID")
    found = house.branches.get(AccountId(asked))
    if found is None:
        raise Refused("not_found", "no account of that SID")
    if who.account and state_of(found) not in {"trial", "full"}:
        raise Refused("not_authorized", "the account is not active")
    action = TENANT.get(name)
    if action is None:
        raise Refused("not_authorized", "that is the installation's to do, not an account's")
    require(state_of(found), action)
    return found


async def while_welcome(office: Office, actor: str, step: asyncio.Task[T]) -> T:
    """Wait for the next of a stream as long as whoever reads it may, also where nothing happens.

    Raises `Refused`: as ``identities.of`` does once their key, ticket or grant has ended, and
    ``not_authorized`` once the account whose own people they are is not active.
    """
    try:
        while True:
            done, _ = await asyncio.wait({step}, timeout=STREAM_LOOK / 1000)
            who = office.identities.of(actor, office.clock.now())
            if who.account and state_of(office) not in {"trial", "full"}:
                raise Refused("not_authorized", "the account is not active")
            if done:
                return step.result()
    finally:
        if not step.done():
            step.cancel()
            await asyncio.wait({step})


def below(house: Office, account: AccountId) -> Office:
    """Return the office of an account below the installation's: everything of its own is empty.

    What is the installation's (settings, clock, trunks, who may come in) is the house's own object.
    """
    made = copy.copy(house)
    made.open_for(account)
    return made
