"""Numbers of ours: what answers them, and whom else their calls and messages concern."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from typing import TYPE_CHECKING, Any, cast

import msgspec

from ringfence.accounts.resources import Application, Hook, StockRange
from ringfence.api import views
from ringfence.flows.text_applets import answers_calls, answers_texts
from ringfence.flows.versions import read
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import ApplicationId, FlowId, NumberId
from ringfence.kernel.limits import NUMBERS_MAX
from ringfence.kernel.phone import Phone
from ringfence.numbers.options import PLAIN, NumberOptions
from ringfence.office.applications import friendly, hook_views
from ringfence.office.hooks import Given, laid_over
from ringfence.office.number_ties import Ties, check_address, stock_of, tied
from ringfence.office.stock import in_stock, ranges_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.office.tenancy import may
from ringfence.storage.numbers import Number, RouteKind

if TYPE_CHECKING:
    from ringfence.office import Office
    from ringfence.storage.unit_of_work import Transaction

HOOKS = ("fallback", "status", "sms", "sms_fallback")
_SET_UP = "system.configuration"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What answers calls, as `Number` keeps it, and what is wrong with a document."""

    route: RouteKind
    flow: FlowId | None
    voice: str | None
    problems: list[views.Problem]


def _answer(office: Office, flow: str | None, url: str | None, twiml: str | None) -> _Answer:
    """Check what is to answer. At most one is given."""
    if flow is not None:
        found = office.flows.get(flow)
        if found is None:
            raise Refused("unknown_flow", "no flow of that name; 'ringfence flow list' shows them")
        if not answers_calls(read(found.document)):
            raise Refused("not_for_calls", "that flow answers messages: it is an sms_flow")
        return _Answer("flow", found.id, None, [])
    if url is not None:
        office.check_url(url)
        return _Answer("url", None, url, [])
    if twiml is not None:
        return _Answer("twiml", None, twiml, office.check_document(twiml))
    return _Answer("none", None, None, [])


def _method(word: str) -> str:
    if word not in {"GET", "POST"}:
        raise Refused("bad_argument", "the method is GET or POST")
    return word


def _application(office: Office, sid: str | None, before: ApplicationId | None) -> (
    ApplicationId | None
):  # fmt: skip
    """Return the application meant: None leaves what was, "" takes it away."""
    if not sid:
        return before if sid is None else None
    try:
        return ApplicationId(office.shelf.find(Application, sid).id)
    except Refused:
        raise Refused("unknown_application", "no application of that SID") from None


def _text_flow(office: Office, name: str | None, before: FlowId | None) -> FlowId | None:
    """Return the flow meant: None leaves what was, "" takes it away."""
    if not name:
        return before if name is None else None
    found = office.flows.get(name)
    if found is None:
        raise Refused("unknown_flow", "no flow of that name; 'ringfence flow list' shows them")
    if not answers_texts(read(found.document)):
        raise Refused("not_for_messages", "that flow answers calls; see applets of messages")
    return found.id


def _hooks(options: NumberOptions) -> dict[str, Hook | None]:
    return {name: getattr(options, name) for name in HOOKS}


def _options(
    office: Office,
    before: NumberOptions,
    *,
    name: str | None,
    application: str | None,
    sms_application: str | None,
    sms_flow: str | None,
    hooks: Given | None,
    caller_name_lookup: bool | None,
    ties: Ties,
) -> NumberOptions:
    if application:  # whatever is said last answers: an application, or a trunk
        before = replaced(before, trunk=None)
    named = replaced(
        before,
        name=before.name if name is None else friendly(name),
        application=_application(office, application, before.application),
        sms_application=_application(office, sms_application, before.sms_application),
        sms_flow=_text_flow(office, sms_flow, before.sms_flow),
        caller_name_lookup=(
            before.caller_name_lookup if caller_name_lookup is None else caller_name_lookup
        ),
        **cast("Any", laid_over(office, hooks or {}, _hooks(before))),
    )
    return tied(office, named, ties)


@TABLE.use_case("number.add", actors=KNOWN, purpose="operate", category=_SET_UP)
async def add_number(
    office: Office,
    *,
    number: str,
    flow: str | None = None,
    voice_url: str | None = None,
    voice_method: str = "POST",
    twiml: str | None = None,
    application: str | None = None,
    sms_application: str | None = None,
    sms_flow: str | None = None,
    hooks: Given | None = None,
    name: str | None = None,
    caller_name_lookup: bool | None = None,
    ties: dict[str, Any] | None = None,
    silent: bool = False,
    from_stock: bool = False,
    replace: bool = False,
) -> views.Number:
    """Let a number of ours be answered by a flow, a URL, a document or an application.

    ``silent``: by nothing yet; its calls are turned away. ``from_stock``: only a number of the
    stock will do, where there is a stock. ``ties``: fields of `Ties`.
    """
    phone = Phone.parse(number, region=office.region)
    if phone.e164.startswith("+0"):
        raise Refused("invalid_number", "no country's numbers begin with +0; see its country code")
    wanted = _ties(ties)
    chosen = [
        value for value in (flow, voice_url, twiml, application, wanted.trunk) if value is not None
    ]
    if len(chosen) != 1 and not silent:
        raise Refused("bad_argument", "say one of flow, voice_url, twiml and application")
    before = office.numbers.get(phone.e164)
    if before is not None and not replace:
        raise Refused(
            "number_exists", "that number is there already; replace (--replace) changes it"
        )
    roll = office.directory.roll
    if roll.owner(phone) not in {None, office.account.id}:
        raise Refused("number_exists", "that number is another account's")
    if before is None and len(roll.numbers) >= NUMBERS_MAX:
        raise Refused("too_many_numbers", "remove a number first")
    if before is None and from_stock and in_stock(office, phone) is False:
        raise Refused("not_in_stock", "no trunk brings that number: ringfence number stock list")
    answer = _answer(office, flow, voice_url, twiml)
    options = _options(
        office,
        PLAIN if before is None else replaced(before.options, application=None, trunk=None),
        name=name,
        application=application,
        sms_application=sms_application,
        sms_flow=sms_flow,
        hooks=hooks,
        caller_name_lookup=caller_name_lookup,
        ties=wanted,
    )
    if from_stock:
        check_address(office, phone, options)
    now = office.clock.now()
    made = Number(
        id=NumberId(ids.make("number", now, office.entropy)),
        account=office.account.id,
        phone=phone,
        route=answer.route,
        flow=answer.flow,
        voice=answer.voice,
        method=_method(voice_method),
        options=options,
        created_at=now,
    )
    stored = await _write(office, made)
    return number_view(office, stored, problems=answer.problems)


@TABLE.use_case("number.change", actors=KNOWN, purpose="operate", category=_SET_UP)
async def change_number(
    office: Office,
    *,
    sid: str,
    flow: str | None = None,
    voice_url: str | None = None,
    voice_method: str | None = None,
    twiml: str | None = None,
    application: str | None = None,
    sms_application: str | None = None,
    sms_flow: str | None = None,
    hooks: Given | None = None,
    name: str | None = None,
    caller_name_lookup: bool | None = None,
    ties: dict[str, Any] | None = None,
) -> views.Number:
    """Change some of what is said of a number; an empty URL or SID takes that away."""
    before = _find(office, sid)
    if len([value for value in (flow, voice_url, twiml) if value is not None]) > 1:
        raise Refused("bad_argument", "say one of flow, voice_url and twiml")
    answer = _Answer(before.route, before.flow, before.voice, [])
    if (flow, voice_url, twiml) != (None, None, None):
        same = before.route == "url" and voice_url == before.voice
        if not same:
            answer = _answer(office, flow, voice_url or None, twiml)
    changed = replaced(
        before,
        route=answer.route,
        flow=answer.flow,
        voice=answer.voice,
        method=before.method if voice_method is None else _method(voice_method),
        options=_options(
            office,
            before.options,
            name=name,
            application=application,
            sms_application=sms_application,
            sms_flow=sms_flow,
            hooks=hooks,
            caller_name_lookup=caller_name_lookup,
            ties=_ties(ties),
        ),
    )
    return number_view(office, await _write(office, changed), problems=answer.problems)


def _ties(given: dict[str, Any] | None) -> Ties:
    """Raises `Refused` (``bad_argument``) for what is not one of them."""
    try:
        return msgspec.convert(given or {}, Ties)
    except msgspec.ValidationError as error:
        raise Refused("bad_argument", "ties are SIDs by the name of what they tie to") from error


async def _write(office: Office, number: Number) -> Number:
    taking, e164 = office.taking, number.phone.e164
    if e164 in taking:
        raise Refused("number_exists", "that number is being taken at this moment")
    taking.add(e164)
    try:
        stored = await office.write(lambda tx: office.store.numbers.put(tx, number))
        office.learn_number(stored)
    finally:
        taking.discard(e164)
    return stored


def _find(office: Office, sid: str) -> Number:
    found = office.number_by_id(NumberId(sid))
    if found is None:
        raise Refused("not_found", "no number of that SID")
    return found


@TABLE.use_case("number.move", actors=KNOWN, purpose="operate", category=_SET_UP)
async def move_number(
    office: Office, *, sid: str, to: str, source: str | None = None
) -> views.Number:
    """Give a number of one account to another; its SID and what was said of it stay.

    ``source``, ``to``: SIDs of accounts, by default the installation's own. A flow or an
    application that answered it stays behind: it is answered by nothing then. So do its trunk and
    its addresses, which are the account's.
    """
    giver, taker = _account_of(office, source), _account_of(office, to)
    before = _find(giver, sid)
    if not may(taker, "configure"):
        raise Refused("account_suspended", "that account takes no numbers at present")
    stays = before.flow is not None
    moved = replaced(
        before,
        account=taker.account.id,
        route="none" if stays else before.route,
        flow=None,
        options=replaced(
            before.options,
            application=None,
            sms_application=None,
            trunk=None,
            address=None,
            emergency_address=None,
            emergency=False,
        ),
    )

    def write(tx: Transaction) -> Number:
        giver.store.numbers.drop(tx, before.phone)
        return taker.store.numbers.put(tx, moved)

    stored = await office.write(write)
    giver.forget_number(before.phone)
    taker.learn_number(stored)
    return number_view(taker, stored)


def _account_of(office: Office, sid: str | None) -> Office:
    found = office.of(sid)
    if sid not in {None, found.account.id}:
        raise Refused("not_found", "no account of that SID")
    return found


@TABLE.use_case("number.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_numbers(office: Office) -> list[views.Number]:
    """Every number and what answers it."""
    ranges = ranges_of(office)
    known = office.read(office.store.rooms.addresses.known)
    return [
        number_view(office, number, ranges=ranges, known=known)
        for number in office.numbers.values()
    ]


@TABLE.use_case("number.show", actors=KNOWN, purpose="operate", category=_SET_UP)
async def show_number(office: Office, *, sid: str) -> views.Number:
    """One number."""
    return number_view(office, _find(office, sid))


@TABLE.use_case("number.remove", actors=KNOWN, purpose="operate", category=_SET_UP)
async def remove_number(office: Office, *, number: str) -> views.Number:
    """Forget a number, written out or by its SID."""
    if ids.is_id(number, "number"):
        stored = office.number_by_id(NumberId(number))
    else:
        stored = office.numbers.get(Phone.parse(number, region=office.region).e164)
    if stored is None:
        raise Refused("not_found", "this is not a number of this installation")
    await office.write(lambda tx: office.store.numbers.drop(tx, stored.phone))
    office.forget_number(stored.phone)
    return number_view(office, stored)


def number_view(
    office: Office,
    number: Number,
    *,
    problems: list[views.Problem] | None = None,
    ranges: Sequence[StockRange] | None = None,
    known: Collection[str] | None = None,
) -> views.Number:
    """Return a number as it is shown. ``ranges``, ``known``: the stock and the SIDs of addresses.

    An address that was erased is not shown, though the number still says it.
    """
    options = number.options
    if known is None and (options.address or options.emergency_address):
        known = office.read(office.store.rooms.addresses.known)
    stands = frozenset(known or ())
    stock = stock_of(ranges_of(office) if ranges is None else ranges, number.phone.e164)
    helped = options.emergency_address if options.emergency_address in stands else None
    return views.Number(
        sid=number.id,
        number=number.phone.e164,
        flow=office.flow_name(number.flow),
        voice_url=number.voice if number.route == "url" else None,
        voice_method=number.method if number.route == "url" else None,
        twiml=number.route == "twiml",
        application=options.application,
        sms_application=options.sms_application,
        sms_flow=office.flow_name(options.sms_flow),
        hooks=hook_views(_hooks(options)),
        name=options.name,
        caller_name_lookup=options.caller_name_lookup,
        trunk=options.trunk,
        address=options.address if options.address in stands else None,
        emergency_address=helped,
        emergency=options.emergency and helped is not None,
        bundle=options.bundle,
        identity=options.identity,
        stock=None
        if stock is None
        else views.NumberStock(
            voice=stock.voice,
            sms=stock.sms,
            mms=stock.mms,
            fax=stock.fax,
            beta=stock.beta,
            address=stock.address,
        ),
        created=number.created_at,
        problems=problems or [],
    )
