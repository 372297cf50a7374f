"""What is told of a message, in the words of Twilio's requests: its states, and that one came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId
from ringfence.markup.context import API_VERSION
from ringfence.markup.exchange import Callback
from ringfence.messaging import message as life
from ringfence.messaging.errors import sentence
from ringfence.messaging.message import MessageFact, State
from ringfence.storage.texts import Text
from ringfence.storage.unit_of_work import Queries

if TYPE_CHECKING:
    from ringfence.office import Office

Params = list[tuple[str, str]]

_STATES: dict[type[MessageFact], State] = {
    life.MessageSent: "sent",
    life.MessageDelivered: "delivered",
    life.MessageUndelivered: "undelivered",
    life.MessageFailed: "failed",
    life.MessageCanceled: "canceled",
    life.MessageRead: "read",
}
"""What a sender is told of."""


def callback_of(office: Office, queries: Queries, fact: MessageFact) -> Callback | None:
    """Return the request that tells of a fact, None where nobody asked or it is no news.

    Purpose: carry_message.
    """
    state = _STATES.get(type(fact))
    if state is None:
        return None
    texts = office.store.rooms.texts
    try:
        text = texts.get(queries, fact.message)
        url = texts.callback(text)
        if url is None:
            return None
        person = office.store.parties.address(queries, text.party)
    except Refused:
        return None  # deleted, or erased: there is nobody to tell of
    params = base_params(office.account.id, text, to=person, sender=texts.own(text))
    params += [("SmsStatus", state), ("MessageStatus", state)]
    if isinstance(fact, life.MessageFailed | life.MessageUndelivered):
        params += [("ErrorCode", str(fact.code)), ("ErrorMessage", sentence(fact.code) or "")]
    return Callback(
        url=url,
        params=tuple(params),
        kind="message",
        event=state,
        subject=text.id,
        party=text.party,
    )


def base_params(account: AccountId, text: Text, *, to: str, sender: str) -> Params:
    """Return the parameters of every request about a message."""
    params = [
        ("MessageSid", text.id),
        ("SmsSid", text.id),
        ("AccountSid", account),
        ("From", sender),
        ("To", to),
        ("ApiVersion", API_VERSION),
    ]
    if text.campaign is not None:
        params.append(("MessagingServiceSid", text.campaign))
    return params
