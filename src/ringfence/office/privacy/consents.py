"""Consents: give, refuse, withdraw and show them; whom not to call and not to advertise to.

A withdrawal takes what giving takes, less the text: number, purpose, channel. It holds from the
commit that wrote it: nothing keeps a consent in memory, and what is being recorded of the person
at that moment stops, and so does everybody who only listens: a stream, a live transcription.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.api import views_choices as views
from ringfence.calls import commands
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.office.contacting import address_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.consent.ledger import State, check_how
from ringfence.privacy.consent.texts import (
    CHANNELS,
    ConsentText,
    channel_of,
    consentable,
    text_for,
)
from ringfence.privacy.purposes import current_actor, exchange_itself
from ringfence.storage import holds
from ringfence.storage.consents import suppression
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office
    from ringfence.switch.live import LiveCall

_WHY = "honour_choices"
_WHAT = "user.privacy_preferences"


async def party_of(office: Office, number: str) -> PartyId:
    """Return the person of a number, made where there is none yet, and durable."""
    party = office.store.party_room.resolve(address_of(office, number), office.clock.now())
    await office.settled()
    return party


# --- consents -------------------------------------------------------------------------------------


@TABLE.use_case("privacy.consent.give", actors=KNOWN, purpose=_WHY, category=_WHAT)
async def give(
    office: Office,
    *,
    number: str,
    purpose: str,
    channel: str = "any",
    how: str = "api",
    locale: str = "en",
) -> views.Choices:
    """Write down that somebody agreed, and what they were shown. One purpose, one channel."""
    text = text_for(purpose, channel, locale)
    return await _choose(office, number, "given", purpose, channel, how, text)


@TABLE.use_case("privacy.consent.refuse", actors=KNOWN, purpose=_WHY, category=_WHAT)
async def refuse(
    office: Office,
    *,
    number: str,
    purpose: str,
    channel: str = "any",
    how: str = "api",
    locale: str = "en",
) -> views.Choices:
    """Write down that somebody was asked and said no."""
    text = text_for(purpose, channel, locale)
    return await _choose(office, number, "refused", purpose, channel, how, text)


@TABLE.use_case("privacy.consent.withdraw", actors=KNOWN, purpose=_WHY, category=_WHAT)
async def withdraw(
    office: Office, *, number: str, purpose: str, channel: str = "any", how: str = "api"
) -> views.Choices:
    """Take a consent back; whether one was given before does not matter."""
    return await _choose(office, number, "withdrawn", purpose, channel, how, None)


async def _choose(
    office: Office,
    number: str,
    state: State,
    purpose: str,
    channel: str,
    how: str,
    text: ConsentText | None,
) -> views.Choices:
    way, act = channel_of(purpose, channel), check_how(how)
    party = await party_of(office, number)
    actor = current_actor()

    def write(tx: Transaction) -> None:
        office.store.rooms.consents.record(
            tx, party, state, purpose=purpose, channel=way, how=act, actor=actor, text=text,
            now=office.clock.now(),
        )  # fmt: skip

    await office.write(write)
    if state != "given" and purpose == "record_call":
        stop_recording(office, party)
    if state != "given" and purpose == "transcription":
        stop_transcribing(office, party)
    return await show(office, number=number)  # type: ignore[no-any-return]


def stop_recording(office: Office, party: PartyId) -> None:
    """End what is being recorded of somebody, or only listened to, now; their calls go on."""
    with exchange_itself():
        for live in _calls_of(office, party):
            office.live.runner.command(live, commands.ForbidRecording(party=party))


def stop_transcribing(office: Office, party: PartyId) -> None:
    """Write down no more of what is said on somebody's calls at this moment."""
    with exchange_itself():
        for live in _calls_of(office, party):
            for stream in live.call.transcribed():
                office.live.runner.command(live, commands.StopStream(stream=stream))


def _calls_of(office: Office, party: PartyId) -> list[LiveCall]:
    calls = tuple(office.live.runner.calls.values()) if office.runs else ()
    return [live for live in calls if live.call.first_leg is not None and live.call.has(party)]


@TABLE.use_case("privacy.consent.show", actors=KNOWN, purpose=_WHY, category=_WHAT)
async def show(office: Office, *, number: str) -> views.Choices:
    """What somebody chose: what holds now, and every word of theirs. A stranger chose nothing."""
    address = address_of(office, number)
    party = office.store.party_room.find(address)
    consents, reading = office.store.rooms.consents, office.store.db.reading
    history = [] if party is None else consents.of(reading, party)
    standing = [
        views.Standing(
            purpose=purpose,
            channel=channel,
            consent="unknown" if party is None else consents.holds(
                reading, party, purpose, channel),
        )
        for purpose, channel in _askable()
    ]  # fmt: skip
    return views.Choices(
        now=standing,
        history=[
            views.Choice(
                purpose=choice.purpose, channel=choice.channel, state=choice.state, how=choice.how,
                by=choice.actor, at=choice.at, text=choice.text,
            )
            for choice in history
        ],
        do_not_call=consents.suppressed(reading, address, "do_not_call"),
        no_marketing=consents.suppressed(reading, address, "marketing"),
        restricted=[] if party is None else [why for why, _ in holds.reasons(reading, party)],
    )  # fmt: skip


def _askable() -> list[tuple[str, str]]:
    found = []
    for purpose in consentable():
        for channel in CHANNELS:
            try:
                found.append((purpose, channel_of(purpose, channel)))
            except Refused:
                continue
    return found  # type: ignore[return-value]


@TABLE.use_case("privacy.consent.text", actors=KNOWN, none="texts that everybody is shown")
async def show_text(
    office: Office,
    *,
    purpose: str = "",
    channel: str = "any",
    locale: str = "en",
    shown: str | None = None,
) -> views.ConsentText:
    """The text somebody would be shown; or, by its hash, one that somebody was shown."""
    if shown is not None:
        version, language, text = office.store.rooms.consents.shown(office.store.db.reading, shown)
        return views.ConsentText(locale=language, version=version, hash=shown, text=text)
    found = text_for(purpose, channel, locale)
    return views.ConsentText(
        purpose=purpose,
        channel=found.channel,
        locale=found.locale,
        version=found.version,
        hash=found.hash,
        text=found.text,
    )


# --- whom to leave alone --------------------------------------------------------------------------


@TABLE.use_case("privacy.leave_alone.add", actors=KNOWN, purpose=_WHY, category=_WHAT)
async def leave_alone(
    office: Office,
    *,
    number: str,
    which: str = "do_not_call",
    how: str = "api",
) -> views.Choices:
    """Never call somebody again, or send them no offers. No number is kept for it."""
    kind, address, actor = suppression(which), address_of(office, number), current_actor()
    act = check_how(how)

    def write(tx: Transaction) -> None:
        office.store.rooms.consents.suppress(
            tx, address, kind, how=act, by=actor, now=office.clock.now()
        )

    await office.write(write)
    return await show(office, number=number)  # type: ignore[no-any-return]


@TABLE.use_case("privacy.leave_alone.remove", actors=KNOWN, purpose=_WHY, category=_WHAT)
async def call_again(
    office: Office,
    *,
    number: str,
    which: str = "do_not_call",
    how: str = "api",
) -> views.Choices:
    """They asked to be called again."""
    kind, address, actor = suppression(which), address_of(office, number), current_actor()
    act = check_how(how)

    def write(tx: Transaction) -> None:
        office.store.rooms.consents.unsuppress(
            tx, address, kind, how=act, by=actor, now=office.clock.now()
        )

    await office.write(write)
    return await show(office, number=number)  # type: ignore[no-any-return]


@TABLE.use_case("privacy.leave_alone.count", actors=KNOWN, purpose=_WHY, category=_WHAT)
async def count(office: Office) -> views.Suppressions:
    """How many people are on each list."""
    kinds = [row[0] for row in office.store.rooms.consents.suppressions(office.store.db.reading)]
    return views.Suppressions(
        do_not_call=kinds.count("do_not_call"), marketing=kinds.count("marketing")
    )
