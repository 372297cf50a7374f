"""A call that we place because somebody asked: ring the target, then run a program with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ringfence.calls.call import Call
from ringfence.calls.commands import DialTarget, Endpoint, Originate, ToDevice, ToPhone, ToSip
from ringfence.calls.targets import ToApplication
from ringfence.calls.words import ListenWhen
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import ApplicationId, CallId, FlowId, NumberId, TrunkId, own_call
from ringfence.kernel.limits import CALLS_MAX
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Source
from ringfence.markup.exchange import Params, SendOn
from ringfence.markup.leg_telling import LegTeller
from ringfence.markup.telling import AnswererTeller, StatusCallback, StatusTeller
from ringfence.markup.verbs import Method
from ringfence.media.answering import Listening
from ringfence.observe.logs import get_logger
from ringfence.sip.uri import Uri
from ringfence.switch.call_recording import RecordingWish
from ringfence.switch.call_tokens import vouches
from ringfence.switch.directory import DeviceEntry
from ringfence.switch.live import LiveCall, LiveLeg
from ringfence.switch.programs import Programs
from ringfence.switch.tenant import Tenant
from ringfence.switch.tolls import Tolls

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How a call is to be placed, beyond whom and with what. Durations in milliseconds.

    ``caller``: the number to show, one of ours. ``digits``: keys sent once it is answered, before
    its program begins (``0-9*#A-D``, ``w`` half a second). ``username``, ``password``: answer a
    challenge to a ``sip:`` address. ``status``: who is told how it fares. ``recording``: from its
    answer on, as far as the law lets it. ``listen``: whether it is found out who answers, and
    ``listening`` how; ``listened``: the URL that is told. ``subject``, ``display``: why we call
    and who we are, in words that the far end may show. ``token``: of a call that is passed on,
    whose caller may be shown (`call_tokens`). ``trunk``: that a number is called by.
    """

    caller: str | None = field(default=None, repr=False)
    token: str = field(default="", repr=False)
    trunk: TrunkId | None = None
    flow: FlowId | None = None
    application: ApplicationId | None = None
    ring_ms: int = 60_000
    limit_ms: int | None = None
    digits: str = field(default="", repr=False)
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    status: StatusCallback | None = None
    recording: RecordingWish | None = None
    listening: Listening | None = None
    listen: ListenWhen = "no"
    listened: tuple[str, Method] | None = field(default=None, repr=False)
    subject: str = field(default="", repr=False)
    display: str = field(default="", repr=False)


NO_WISHES = Wishes()


class Outgoing:
    """Places calls."""

    def __init__(
        self,
        runner: CallRunner,
        *,
        programs: Programs,
        tolls: Tolls,
        region: str | None = None,
        tenant: Tenant | None = None,
    ) -> None:
        """``tenant``: whose calls they are; by default the installation's own account's."""
        self._runner = runner
        self._tenant = tenant or runner.tenant
        self._programs = programs
        self._tolls = tolls
        self._region = region
        self._tenant.host.send_on = self._send_on
        self._tenant.lead_on = self._lead_on

    def target(self, to: str) -> Endpoint:
        """What ``to`` names: a SIP address, a phone of ours, or a number. Raises `Refused`."""
        if to.startswith(("sip:", "sips:")):
            try:
                uri = Uri.parse(to)
            except RemoteError:
                raise Refused("bad_address", "write it as sip:user@host[:port]") from None
            if uri.user is not None and uri.host == self._programs.domain:
                entry = self._tenant.directory.devices.get(uri.user)
                if entry is not None:
                    return ToDevice(device=entry.id)
            return ToSip(uri=to)
        if to.startswith("client:"):
            # a client of Twilio's is a phone of ours
            entry = self._tenant.directory.devices.get(to.removeprefix("client:"))
            if entry is None:
                raise Refused("bad_address", "no phone of that name is here")
            return ToDevice(device=entry.id)
        entry = self._tenant.directory.devices.get(to)
        if isinstance(entry, DeviceEntry):
            return ToDevice(device=entry.id)
        return ToPhone(phone=Phone.to_reach(to, region=self._region))

    def judge(self, to: str, *, caller: str | None = None, token: str = "") -> None:
        """Judge both ends of a call before anything else about it. Raises `Refused`.

        For whom it is: ``invalid_number``, ``bad_address``; what is shown: ``bad_caller_id``,
        ``caller_id_not_ours``, ``bad_call_token``.
        """
        self.target(to)
        self._shown(Wishes(caller=caller, token=token), self._runner.clock.now())

    def place(
        self,
        to: str,
        *,
        source: Source,
        wishes: Wishes = NO_WISHES,
        named: CallId | None = None,
    ) -> CallId:
        """Begin to ring; the id of the call, ``named`` where it was made before. `Refused`."""
        runner = self._runner
        if runner.draining:
            raise Refused("draining", "the server is being stopped and takes no new calls")
        if len(runner.calls) >= CALLS_MAX:
            raise Refused("too_many_calls", "every line is in use; try again in a moment")
        endpoint = self.target(to)
        if isinstance(endpoint, ToSip) and wishes.username:
            endpoint = replace(endpoint, username=wishes.username, password=wishes.password)
        now = runner.clock.now()
        shown, vouched = self._shown(wishes, now)
        self._tolls.check_running()
        if isinstance(endpoint, ToPhone):
            trunk = self._tenant.directory.trunk_for(wishes.trunk)
            self._tolls.check(endpoint.phone)
            endpoint = replace(endpoint, trunk=trunk.id, vouched=vouched)
        call_id = named or CallId(ids.make("call", now, runner.entropy))
        call = Call(call_id, account=self._tenant.directory.account, entropy=runner.entropy)
        called = self._called(endpoint)
        ours: Phone | str = shown if shown is not None else ""
        program = self._programs.make(
            call_id,
            caller=ours,
            called=called,
            source=source,
            direction="outbound",
            answered=True,
        )
        party = self._tenant.parties.resolve(called, now)
        caller_party = self._tenant.parties.resolve(ours, now)
        live = runner.open(call, call_id, None, tenant=self._tenant)
        live.on_answer = program
        if wishes.status is not None:
            context = self._programs.context(
                call_id, caller=ours, called=called, direction="outbound"
            )
            live.tellers.append(StatusTeller(context, wishes.status))
        live.recorded_from_answer = wishes.recording
        live.listening = wishes.listening
        if wishes.listened is not None:
            live.tellers.append(AnswererTeller(program.context, *wishes.listened))
        target = DialTarget(
            endpoint=endpoint,
            party=party,
            send_digits=wishes.digits,
            subject=wishes.subject,
            display=wishes.display,
        )
        runner.command(
            live,
            Originate(
                target=target,
                caller=caller_party,
                called=party,
                caller_id=shown,
                number=self._number(shown),
                flow=wishes.flow,
                application=wishes.application,
                ring_ms=wishes.ring_ms,
                max_duration_ms=wishes.limit_ms,
                listen=wishes.listen,
            ),
        )
        return call_id

    def tell(self, live: LiveCall, status: StatusCallback) -> None:
        """Let another server know how a call in progress fares, instead of the one before."""
        for teller in live.tellers:
            if isinstance(teller, StatusTeller):
                teller.wanted = status
                self._pledge(live, teller)
                return
        if live.program is not None:
            teller = StatusTeller(live.program.context, status, sent=live.call.steps)
            live.tellers.append(teller)
            self._pledge(live, teller)

    def _pledge(self, live: LiveCall, teller: StatusTeller | LegTeller) -> None:
        """What is told in the end has changed since the call began."""
        for callback in teller.pledge():
            live.tenant.host.perform(live.id, callback)

    def tell_leg(self, live: LiveCall, leg: LiveLeg, status: StatusCallback) -> None:
        """Likewise of a leg that a dial rang, beside whoever its document named."""
        target, program = live.call.target(leg.id), live.program
        for teller in live.tellers:
            if isinstance(teller, LegTeller) and teller.leg == leg.id:
                teller.wanted = status
                self._pledge(live, teller)
                return
        if target is not None and program is not None:
            called = self._called(target.endpoint)
            shown = None if target.shown is None else target.shown.phone
            teller = LegTeller(program.context, leg.id, called, status, shown=shown)
            live.tellers.append(teller)
            self._pledge(live, teller)

    def _send_on(self, wanted: SendOn) -> None:
        """A caller's REFER sends whom they talk with to a document of the dial's."""
        leg = self._runner.legs.get(wanted.leg)
        try:
            if leg is not None:
                source = Source(url=wanted.url, method=wanted.method)
                self.take_over(leg, source=source, besides=wanted.params)
        except Refused as refused:
            log.info("transfer_refused", leg=wanted.leg, code=refused.code)

    def _lead_on(self, leg: LiveLeg, source: Source) -> CallId:
        return self.take_over(leg, source=source)

    def take_over(self, leg: LiveLeg, *, source: Source, besides: Params = ()) -> CallId:
        """Let a leg that a dial has connected run a program of its own; the id of its call.

        The id is the leg's with the prefix of a call: what a dial was told of as its child keeps
        its name, and whom the dial told of it hears of its end. Raises `Refused`
        (``call_not_in_progress``).
        """
        runner = self._runner
        live = runner.calls.get(leg.call)
        given = None if live is None else live.call.partner(leg.id)
        if live is None or live.program is None or given is None or given.target is None:
            raise Refused("call_not_in_progress", "the leg does not talk through a dial at present")
        call_id, shown = own_call(leg.id), given.target.shown
        program = self._programs.make(
            call_id,
            caller=live.program.context.caller if shown is None else shown.phone,
            called=self._called(given.target.endpoint),
            source=source,
            direction="outbound",
            answered=True,
            parent=live.id,
            besides=besides,
        )
        by_dial = live.program.told_of(leg.id)
        call = Call(call_id, account=self._tenant.directory.account, entropy=runner.entropy)
        told = [one for one in live.tellers if isinstance(one, LegTeller) and one.leg == leg.id]
        other = runner.give(live, leg, call, program)
        tellers = []
        if by_dial is not None:
            tellers.append(
                StatusTeller(
                    program.context,
                    by_dial.wanted,
                    sent=by_dial.sent,
                    answered_by=by_dial.answered_by,
                )
            )
        for teller in told:
            live.tellers.remove(teller)
            tellers.append(StatusTeller(program.context, teller.wanted, sent=other.call.steps))
        for begun in tellers:
            other.tellers.append(begun)
            self._pledge(other, begun)
        return call_id

    def _called(self, endpoint: Endpoint) -> Phone | str:
        match endpoint:
            case ToPhone(phone=phone):
                return phone
            case ToSip(uri=uri):
                return uri
            case ToDevice(device=device):
                entry = self._tenant.directory.device(device)
                return self._programs.address_of(entry) if entry is not None else ""
            case ToApplication(application=application):
                return str(application)

    def _number(self, shown: Phone | None) -> NumberId | None:
        """Which number of ours is shown; None for one that somebody else confirmed."""
        entry = None if shown is None else self._tenant.directory.numbers.get(shown.e164)
        return None if entry is None else entry.id

    def _shown(self, wishes: Wishes, now: Ms) -> tuple[Phone | None, bool]:
        """The number to show: one of ours, by default the first; and whether a token vouches."""
        directory = self._tenant.directory
        if wishes.caller is None:
            return next((entry.phone for entry in directory.numbers.values()), None), False
        try:
            phone = Phone.parse(wishes.caller, region=self._region)
        except Refused as refused:
            raise Refused("bad_caller_id", refused.reason) from None
        if directory.may_show(phone):
            return phone, False
        if wishes.token:
            if vouches(directory.auth_token, wishes.token, phone, now):
                return phone, True
            raise Refused("bad_call_token", "that token is of another caller, or too old")
        if Phone.fault(wishes.caller, region=self._region) is not None:
            raise Refused("bad_caller_id", "no country has a number like that: count its digits")
        raise Refused(
            "caller_id_not_ours", "show a number of this installation, or one that was verified"
        )
