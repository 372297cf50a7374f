"""What a flow, a URL or a document would do in a call that was recorded, without placing one.

The caller of the record calls again in virtual time: same numbers, same keys at the same moments,
same end. Nobody is rung, recorded or told. A document is answered with what its server said in the
recorded call, where the notification log has kept it; it is really fetched, marked as a simulation,
only where that is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from ringfence.api import views_simulation as views
from ringfence.calls.events import DigitsCollected
from ringfence.calls.words import DialStatus
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, PartyId, is_id
from ringfence.kernel.limits import PAGE_MAX, REHEARSAL_FETCHES
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Applets, Context, Source
from ringfence.markup.exchange import Fetch, Fetched, FetchFailed, Value
from ringfence.markup.rehearsal import Rehearsal, Script
from ringfence.markup.voice import Program
from ringfence.office.deliveries import code_of, plain
from ringfence.office.live import reached
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.processors import Terms, released
from ringfence.privacy.purposes import purpose
from ringfence.storage.call_records import CallRecord
from ringfence.storage.notifications import Exchange, Wanted
from ringfence.webhooks.client import WebhookClient
from ringfence.webhooks.guard import Guard

if TYPE_CHECKING:
    from ringfence.office import Office

_INSTRUCTED = Terms.of("", (), ())


@TABLE.use_case(
    "call.simulate",
    actors=KNOWN,
    purpose="deliver_content",
    category="user.content.private",
    also=("call_record", "connect_call"),
)
async def simulate(
    office: Office,
    *,
    sid: str,
    url: str | None = None,
    method: str = "POST",
    twiml: str | None = None,
    flow: str | None = None,
    digits: list[str] | None = None,
    dial: str = "no_answer",
    fetch: bool = False,
) -> views.Simulation:
    """Carry out a flow, a URL or a document with the caller of a recorded call.

    ``digits``: what is pressed at each question instead of what the record says; ``dial``: how
    every dial ends; ``fetch``: really ask the servers, marked as a simulation.
    """
    record = _recorded(office, sid)
    source = _source(office, url, method, twiml, flow)
    if dial not in get_args(DialStatus):
        raise Refused("bad_argument", f"dial is one of: {', '.join(get_args(DialStatus))}")
    past = _Past(office, record)
    keys = past.keys() if digits is None else [(0, one) for one in digits]
    ended = None if record.ended_at is None else record.ended_at - record.offered_at
    script = Script(
        keys=tuple(keys),
        hangs_up_ms=None if digits is not None else ended,
        dial=dial,  # type: ignore[arg-type]
    )
    program = Program(_context(office, record), source, applets=_applets(office))
    rehearsal = Rehearsal(program, script, record.offered_at)
    client = WebhookClient(Guard(map(str, office.settings.fetch_private))) if fetch else None
    if past.unknown:
        rehearsal.note("warning", f"what was pressed {past.unknown} times is not kept: --digits")
    asked = 0
    try:
        while (wanted := rehearsal.step()) is not None:
            asked += 1
            if asked > REHEARSAL_FETCHES:
                rehearsal.note("over", "too many documents")
                break
            rehearsal.note("asks", f"{wanted.method} {wanted.url} {_said(wanted)}".rstrip())
            if client is not None:
                answer, took = await _fetched(office, client, record.id, wanted)
            else:
                answer, took = past.answer(wanted)
            rehearsal.note("gets", _shown(answer, took, kept=client is None))
            rehearsal.answer(answer, took)
    finally:
        if client is not None:
            await client.close()
    return views.Simulation(
        call=record.id,
        fetched=fetch,
        lines=[views.Line(at=one.at, what=one.what, text=one.text) for one in rehearsal.lines],
    )


def _recorded(office: Office, sid: str) -> CallRecord:
    found = None
    if is_id(sid, "call"):
        found = office.store.records.get(CallId(sid))
    if found is None or found.account != office.account.id:
        raise Refused("not_found", "no call of that SID")
    return found


def _source(
    office: Office, url: str | None, method: str, twiml: str | None, flow: str | None
) -> Source:
    if sum(one is not None for one in (url, twiml, flow)) != 1:
        raise Refused("bad_argument", "say one of: a URL, a document, a flow")
    if url is not None:
        office.check_url(url)
        verb: Literal["GET", "POST"] = "GET" if method == "GET" else "POST"
        return Source(url=url, method=verb)
    if twiml is not None:
        return Source(document=twiml)
    if flow not in office.flows:
        raise Refused("unknown_flow", "no flow of that name; 'ringfence flow list' shows them")
    return Source(url=f"flow:{flow}")


def _context(office: Office, record: CallRecord) -> Context:
    return Context(
        call=record.id,
        account=office.account.id,
        caller=_address(office, record.caller),
        called=_address(office, record.called),
        direction="inbound" if record.direction == "inbound" else "outbound",
        region=office.region,
        public_url=reached(office),
        voice=office.settings.voice,
    )


def _address(office: Office, party: PartyId) -> Value:
    """Return the address of somebody; a person who was erased calls as nobody."""
    try:
        with purpose("call_record"):
            text = office.read(lambda queries: office.store.parties.address(queries, party))
    except Refused as refused:
        if refused.code != "erased":
            raise
        return "anonymous"
    try:
        return Phone.parse(text)
    except Refused:
        return text


def _applets(office: Office) -> Applets:
    from ringfence.flows.library import Library

    library = Library(voice=office.settings.voice)
    for flow in office.flows.values():
        library.learn(flow.name, flow.document)
    return library


class _Past:
    """What the notification log has of the recorded call."""

    def __init__(self, office: Office, record: CallRecord) -> None:
        log = office.store.rooms.notifications
        wanted = Wanted(call=record.id, kind="document")
        rows = office.read(lambda queries: log.page(queries, wanted, count=int(PAGE_MAX)))
        self._rows = [(row, log.said(row)) for row in reversed(rows)]
        self._begun = record.offered_at
        self._facts = office.store.timeline.facts_of(record.id)
        self.unknown = 0

    def keys(self) -> list[tuple[int, str]]:
        """Return when each question was answered and with what.

        The timeline knows when and how many, the log which. What the log does not have (a flow
        asks no server) is taken for nothing pressed; `unknown` counts those.
        """
        pressed = [
            value
            for _, said in self._rows
            if said is not None
            for name, value in said.params
            if name == "Digits" and value not in {"", "hangup"}
        ]
        found: list[tuple[int, str]] = []
        for fact in self._facts:
            if isinstance(fact, DigitsCollected):
                known = pressed.pop(0) if fact.count and pressed else ""
                self.unknown += bool(fact.count and not known)
                found.append((fact.at - self._begun, known))
        return found

    def answer(self, wanted: Fetch) -> tuple[Fetched | FetchFailed, int]:
        """Return what its server said then; each answer is given once, the last again."""
        places = [
            place
            for place, (row, said) in enumerate(self._rows)
            if said is not None and said.url.partition("?")[0] == wanted.url.partition("?")[0]
        ]
        if not places:
            return FetchFailed(request=wanted.request, code="fetch_failed"), 0
        row, said = self._rows[places[0]]
        assert said is not None
        if len(places) > 1:
            del self._rows[places[0]]
        if row.failure is not None or said.cut:
            return FetchFailed(
                request=wanted.request, code=row.failure or "fetch_too_large", status=row.status
            ), row.elapsed_ms
        return Fetched(
            request=wanted.request, body=said.body, url=said.url, content_type=said.content_type
        ), row.elapsed_ms


async def _fetched(
    office: Office, client: WebhookClient, call: CallId, wanted: Fetch
) -> tuple[Fetched | FetchFailed, int]:
    """Really ask; the exchange is in the log, marked."""
    now = office.clock.now()
    params = released(
        "account_server",
        plain(wanted.params),
        purpose="deliver_content",
        terms=_INSTRUCTED,
        now=now,
    )
    result = await client.fetch(
        wanted.url,
        method=wanted.method,
        params=params,
        token=office.directory.auth_token,
        simulated=True,
    )
    row = Exchange(
        call=call,
        kind="document",
        at=Ms(office.clock.now() - result.elapsed_ms),
        elapsed_ms=result.elapsed_ms,
        method=wanted.method,
        url=wanted.url,
        params=params,
        status=result.status,
        failure=result.failure,
        content_type=result.content_type,
        body=result.body,
        response_size=len(result.body),
        code=code_of(result.failure, "document"),
        headers=result.headers,
        source="simulation",
    )
    await office.write(lambda tx: office.store.rooms.notifications.add(tx, row))
    if result.failure is not None:
        code = result.failure
        return FetchFailed(
            request=wanted.request, code=code, status=result.status
        ), result.elapsed_ms
    return Fetched(
        request=wanted.request, body=result.body, url=result.url, content_type=result.content_type
    ), result.elapsed_ms


_UNSAID = frozenset(
    {"AccountSid", "ApiVersion", "CallSid", "Called", "Caller", "Direction", "From", "To"}
)


def _said(wanted: Fetch) -> str:
    """Return what this request says that not every request of a call says."""
    said: Sequence[tuple[str, str]] = plain(wanted.params)
    return "&".join(f"{name}={value}" for name, value in said if name not in _UNSAID)


def _shown(answer: Fetched | FetchFailed, took: int, *, kept: bool) -> str:
    if isinstance(answer, FetchFailed):
        if kept and answer.code == "fetch_failed" and not took:
            return "no answer: the log has none of that address; --fetch really asks"
        return f"no document: {answer.code.removeprefix('fetch_').replace('_', ' ')}"
    where = "as the log has it" if kept else f"in {took} ms"
    return f"{len(answer.body)} bytes {where}: {answer.body.decode('utf-8', 'replace')}"
