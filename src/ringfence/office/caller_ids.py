"""Numbers that are not ours and may be shown all the same: their owner said so on a call.

::

    caller_id.verify ──► a call rings there ──► "enter the code" ──right──► kept, may be shown
     (code to whoever asked)                        └──wrong ×3, no answer, too late──► failed

Only who holds the telephone can enter the code that only who asked was told. Pending checks are in
memory: a call that a restart ends has not confirmed anything.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ringfence.accounts.resources import CallerId, Hook
from ringfence.api import views_desk as views
from ringfence.calls.events import CallEnded, CallFact
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId
from ringfence.kernel.limits import (
    CALLER_ID_CHECKS_MAX,
    CALLER_ID_DELAY_S,
    CALLER_ID_TRIES,
    CODE_DIGITS,
)
from ringfence.kernel.phone import Phone
from ringfence.markup import verbs
from ringfence.markup.context import Applets, Source
from ringfence.markup.exchange import Callback, Value
from ringfence.observe.logs import get_logger
from ringfence.office import shelf
from ringfence.office.applications import friendly
from ringfence.office.contacting import check_contact
from ringfence.office.hooks import laid_over
from ringfence.office.placing import keys_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.cases import codes
from ringfence.privacy.purposes import exchange_itself
from ringfence.storage.resources import Kept
from ringfence.switch.outgoing import Wishes

if TYPE_CHECKING:
    from ringfence.office import Office

Sleep = Callable[[float], Awaitable[None]]

log = get_logger(__name__)

_SET_UP = "system.configuration"
_SCHEME = "flow:~caller-id/"


@dataclass(slots=True)
class _Check:
    """A verification under way. ``tries``: codes entered so far."""

    phone: Phone
    name: str = field(repr=False)
    code: str = field(repr=False)
    hook: Hook | None = None
    call: CallId | None = None
    tries: int = 0
    over: bool = False


class CallerIdChecks:
    """The verifications under way, as documents that calls run."""

    def __init__(self, office: Office, flows: Applets, *, sleep: Sleep = asyncio.sleep) -> None:
        self._office = office
        self._sleep = sleep
        self._flows = flows
        self._checks: dict[str, _Check] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self, url: str, params: Mapping[str, Value], now: Ms) -> tuple[verbs.Verb, ...] | None:
        """Return what a call of ours says next; anything else is a flow's."""
        if not url.startswith(_SCHEME):
            return self._flows.open(url, params, now)
        check = self._checks.get(url.removeprefix(_SCHEME))
        if check is None:
            return None
        entered = params.get("Digits")
        if not isinstance(entered, str):
            return self._ask(url, self._greeting())
        check.tries += 1
        if hmac.compare_digest(entered.encode(), check.code.encode()):
            self._settle(check, confirmed=True)
            return (verbs.Say(text="Thank you. The number is confirmed. Goodbye."), verbs.Hangup())
        if check.tries < CALLER_ID_TRIES:
            return self._ask(url, "That is not the code. Please enter it again.")
        self._settle(check, confirmed=False)
        return (verbs.Say(text="That is not the code. Goodbye."), verbs.Hangup())

    def _greeting(self) -> str:
        name = self._office.account_name or "a telephone exchange"
        return (
            f"This is {name}. Somebody wants to show this number when they call others."
            " If that is right, enter the code you were given. If not, hang up."
        )

    def _ask(self, url: str, text: str) -> tuple[verbs.Verb, ...]:
        return (
            verbs.Gather(
                prompts=(verbs.Say(text=text),), action=url, num_digits=CODE_DIGITS,
                timeout=10, action_on_empty_result=True,
            ),
        )  # fmt: skip

    def begin(
        self, phone: Phone, name: str, *, hook: Hook | None, digits: str, delay_s: int = 0
    ) -> tuple[str, str]:
        """Ring a number and have a code entered; the code, and the id of the call.

        ``delay_s``: it rings only then, under the id that is told at once.
        """
        if any(check.phone == phone for check in self._checks.values()):
            raise Refused("check_pending", "that number is being called already")
        if len(self._checks) >= CALLER_ID_CHECKS_MAX:
            raise Refused("too_many", "too many numbers are being checked at once; wait a moment")
        office = self._office
        check = _Check(phone=phone, name=name, code=codes.make(office.entropy), hook=hook)
        key = office.entropy.token(12).hex()
        self._checks[key] = check
        named = CallId(ids.make("call", office.clock.now(), office.entropy))
        check.call = named
        if delay_s:
            self._do(self._later(key, check, digits, delay_s))
        else:
            self._ring(key, check, digits)
        return check.code, check.call

    def _ring(self, key: str, check: _Check, digits: str) -> None:
        try:
            with exchange_itself():
                check.call = self._office.live.outgoing.place(
                    check.phone.e164,
                    source=Source(url=_SCHEME + key),
                    wishes=Wishes(digits=digits),
                    named=check.call,
                )
        except BaseException:
            del self._checks[key]
            raise

    async def _later(self, key: str, check: _Check, digits: str, delay_s: int) -> None:
        await self._sleep(delay_s)
        try:
            self._ring(key, check, digits)
        except Refused as refused:
            log.warning("caller_id_not_called", code=refused.code)
            self._settle(check, confirmed=False)

    def watch(self, facts: Sequence[CallFact]) -> None:
        """A call that ended without the code has confirmed nothing."""
        for fact in facts:
            if not isinstance(fact, CallEnded) or not self._checks:
                continue
            for key, check in [*self._checks.items()]:
                if check.call == fact.call:
                    del self._checks[key]
                    self._settle(check, confirmed=False)

    def _settle(self, check: _Check, *, confirmed: bool) -> None:
        if check.over:
            return
        check.over = True
        self._do(self._finish(check, confirmed))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish(self, check: _Check, confirmed: bool) -> None:
        sid = ""
        try:
            if confirmed:
                with exchange_itself():
                    body = CallerId(number=check.phone.e164, name=check.name)
                    sid = (await shelf.keep(self._office, body, once=body.number)).id
        except Refused as refused:
            log.warning("caller_id_not_kept", code=refused.code)
            confirmed = False
        if check.hook is None or check.call is None:
            return
        params: list[tuple[str, Value]] = [
            ("AccountSid", self._office.account.id),
            ("CallSid", check.call),
            ("To", check.phone),
            ("Called", check.phone),
            ("VerificationStatus", "success" if confirmed else "failed"),
        ]
        if sid:
            params.append(("OutgoingCallerIdSid", sid))
        told = Callback(url=check.hook.url, method=check.hook.method, params=tuple(params))
        self._office.live.tell(check.call, told)


def _view(kept: Kept[CallerId]) -> views.CallerId:
    return views.CallerId(
        sid=kept.id,
        number=kept.body.number,
        name=kept.body.name,
        created=kept.created_at,
        changed=kept.changed_at,
    )


@TABLE.use_case(
    "caller_id.verify",
    actors=KNOWN,
    live=True,
    purpose="connect_call",
    category="user.telephony.call",
    also=("operate",),
)
async def verify(
    office: Office,
    *,
    number: str,
    name: str = "",
    digits: str = "",
    status_url: str | None = None,
    status_method: str = "POST",
    delay_s: int = 0,
) -> views.CallerIdCheck:
    """Call a number; who answers confirms, by the code told here, that calls may show it.

    ``digits`` are sent before anything is said, to reach an extension. ``status_url`` is told how
    it ended. ``delay_s``: how long it is waited before it rings.
    """
    if not 0 <= delay_s <= CALLER_ID_DELAY_S:
        raise Refused("bad_argument", f"delay_s is a number from 0 to {CALLER_ID_DELAY_S}")
    phone = Phone.to_reach(number, region=office.region)
    if not phone.e164.startswith("+"):
        raise Refused("invalid_number", "write the number as + and digits, e.g. +12025550123")
    if phone.e164 in office.directory.caller_ids or phone.e164 in office.numbers:
        raise Refused("already_verified", "that number may be shown already")
    check_contact(office, phone.e164, about="service", customer=False)
    given = {} if status_url is None else {"status": {"url": status_url, "method": status_method}}
    hook = laid_over(office, given, {"status": None})["status"]
    called = friendly(name)
    code, call = office.live.checks.begin(
        phone, called, hook=hook, digits=keys_of(digits), delay_s=delay_s
    )
    return views.CallerIdCheck(call=call, number=phone.e164, name=called, code=code)


@TABLE.use_case("caller_id.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_(office: Office) -> list[views.CallerId]:
    """Every number that was confirmed."""
    return [_view(kept) for kept in office.shelf.all(CallerId)]


@TABLE.use_case("caller_id.show", actors=KNOWN, purpose="operate", category=_SET_UP)
async def show(office: Office, *, sid: str) -> views.CallerId:
    """One of them."""
    return _view(office.shelf.find(CallerId, sid))


@TABLE.use_case("caller_id.rename", actors=KNOWN, purpose="operate", category=_SET_UP)
async def rename(office: Office, *, sid: str, name: str) -> views.CallerId:
    """Call it something else."""
    kept = office.shelf.find(CallerId, sid)
    body = CallerId(number=kept.body.number, name=friendly(name))
    return _view(await shelf.change(office, kept, body))


@TABLE.use_case("caller_id.remove", actors=KNOWN, purpose="operate", category=_SET_UP)
async def remove(office: Office, *, sid: str) -> None:
    """Show it no more, from the next call on."""
    await shelf.drop(office, office.shelf.find(CallerId, sid))
    office.shown_calls.clear()  # calls name it no more
