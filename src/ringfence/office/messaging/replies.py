"""What a message that came in leads to: a document is asked for, its answers are sent.

::

    number's application, flow or URL ─► document: Message, Sms, Redirect ─► replies, kept in one
      └── fails ─► fallback URL            └── Redirect, action: the next      transaction, once

Of a flow each step is such a document; what only a flow can say (wait for their next message, a
consent, an e-mail) is kept in the same transaction (`ringfence.office.messaging.talking`).

The job of a message may run twice (`ringfence.jobs.worker`); that it was answered is a fact of the
message, written with the replies, so they go out once. A message to a number where nothing is set
up stays in the list, to be read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ringfence.accounts.resources import Hook
from ringfence.flows.text_compile import Filled, Leave
from ringfence.jobs.queue import Job
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import MessageId
from ringfence.kernel.limits import TEXT_DOCUMENTS, TEXT_REPLIES
from ringfence.kernel.phone import Phone
from ringfence.markup.context import API_VERSION, places
from ringfence.markup.exchange import Fetch, Fetched, FetchFailed, SendText, TextAsked
from ringfence.markup.parser import Document, parse
from ringfence.markup.problems import KINDS
from ringfence.markup.verbs import Message, Redirect, Verb
from ringfence.messaging import message as life
from ringfence.messaging.senders import sender
from ringfence.observe.logs import get_logger
from ringfence.office.messaging.asking import (
    Ready,
    Wanted,
    add_all,
    own_sender,
    prepare,
    receiver,
)
from ringfence.office.messaging.talking import Opening, Talk, awaited
from ringfence.office.messaging.telling import Params, base_params
from ringfence.privacy.purposes import exchange_itself, purpose
from ringfence.storage.texts import Medium, Text
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)

Get = Callable[[MessageId, Fetch], Awaitable[Fetched | FetchFailed]]
"""Asks for a document about a message."""

_OPT_OUT = {"stop": "STOP", "start": "START", "help": "HELP"}


_SIDES = (("From",), ("To",))
"""What parameters about where somebody is begin with."""


@dataclass(slots=True)
class _Round:
    """One message being answered."""

    text: Text
    person: str = field(repr=False)
    own: str = field(repr=False)
    params: Params = field(repr=False)
    ready: list[Ready] = field(default_factory=list)
    talk: Talk = field(default_factory=Talk)
    documents: int = 0


class Replies:
    """Answers the messages of one office. ``get`` asks the account's own servers."""

    def __init__(self, office: Office, get: Get, flows: Opening | None = None) -> None:
        self._office = office
        self._get = get
        self._flows = flows

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        """Answer the message of a job. Raises `RemoteError` where nobody could be asked."""
        office = self._office
        message = MessageId(str(job.body["message"]))
        reading = office.store.db.reading
        texts = office.store.rooms.texts
        if texts.is_answered(reading, message):
            return
        try:
            text = texts.get(reading, message)
        except Refused:
            return  # deleted meanwhile
        hook, spare = self._hooks(text)
        if hook is None:
            return
        with exchange_itself(), purpose("carry_message"):
            if text.media:
                await office.pictures.known(text.id)
            round_ = self._begin(text, str(job.body.get("word", "")))
            if hook.url.startswith("flow:"):
                if job.body.get("word"):
                    return  # STOP, START and HELP are answered already, and are no answer to a flow
                hook = Hook(url=awaited(office, text) or hook.url)
            await self._follow(round_, hook, spare)
            await self._keep(round_)

    def _hooks(self, text: Text) -> tuple[Hook | None, Hook | None]:
        number = self._office.number_by_id(text.number)
        entry = None
        if number is not None:
            entry = self._office.directory.numbers.get(number.phone.e164)
        return (None, None) if entry is None else self._office.directory.message_hooks(entry)

    def _begin(self, text: Text, word: str) -> _Round:
        office = self._office
        texts, reading = office.store.rooms.texts, office.store.db.reading
        person = office.store.parties.address(reading, text.party)
        own, body = texts.own(text), texts.body(text)
        params = base_params(office.account.id, text, to=own, sender=person)
        params += [
            ("SmsMessageSid", text.id),
            ("Body", body or ""),
            ("NumMedia", str(text.media)),
            ("NumSegments", str(text.segments)),
            ("SmsStatus", "received"),
            *[(name, str(value)) for name, value in places(sender(person), sender(own), _SIDES)],
        ]
        for place, medium in enumerate(texts.media(reading, text.id)):
            params.append((f"MediaUrl{place}", self._media_url(text, medium)))
            if medium.media_type is not None:
                params.append((f"MediaContentType{place}", medium.media_type))
        if word:
            params.append(("OptOutType", _OPT_OUT[word]))
        return _Round(text, person, own, params)

    def _media_url(self, text: Text, medium: Medium) -> str:
        """Return where a picture is to be had: here, or where it came from if we have no URL."""
        base, account = self._office.settings.public_url, self._office.account.id
        if not base:
            return self._office.store.rooms.texts.link(medium) or ""
        return f"{base}/{API_VERSION}/Accounts/{account}/Messages/{text.id}/Media/{medium.id}"

    # --- documents ------------------------------------------------------------------------------

    async def _follow(self, round_: _Round, hook: Hook, spare: Hook | None) -> None:
        """Carry documents out, one after the other, until one leads nowhere else."""
        next_: tuple[str, str, Params] | None = (hook.url, hook.method, [])
        while next_ is not None and round_.documents <= TEXT_DOCUMENTS:
            if round_.documents >= TEXT_DOCUMENTS:
                log.warning("text_document_loop", message=round_.text.id)
                return
            url, method, more = next_
            round_.documents += 1
            if url.startswith("flow:"):
                next_ = self._carry_out(round_, self._opened(round_, url), url)
                continue
            answer = await self._ask(round_, url, method, more)
            if isinstance(answer, FetchFailed):
                kind = KINDS.get(answer.code)
                if spare is None:
                    raise RemoteError("the document could not be had", hint=answer.status or 502)
                code = str((kind.twilio if kind is not None else None) or 11200)
                errors = [("ErrorCode", code), ("ErrorUrl", url)]
                next_, spare = (spare.url, spare.method, errors), None
                continue
            next_ = self._carry_out(round_, _read(answer), answer.url)

    def _opened(self, round_: _Round, url: str) -> Document:
        """Return a step of a flow; what a step that is gone led to is left for a person."""
        flows, now = self._flows, self._office.clock.now()
        found = None if flows is None else flows(url, dict(round_.params), now)
        if found is None:
            log.warning("text_flow_gone", message=round_.text.id)
            found = (Leave(),)
        return Document(found)

    async def _ask(
        self, round_: _Round, url: str, method: str, more: Params
    ) -> Fetched | FetchFailed:
        request = Fetch(
            request=round_.documents,
            url=url,
            method="GET" if method == "GET" else "POST",
            params=(*round_.params, *more),
        )
        return await self._get(round_.text.id, request)

    def _carry_out(
        self, round_: _Round, document: Document, base: str
    ) -> tuple[str, str, Params] | None:
        """Do what a document says; return where to go on, None at its end."""
        for problem in document.problems:
            log.info("text_document", message=round_.text.id, code=problem.code)
        for verb in document.verbs:
            if isinstance(verb, Redirect):
                return urljoin(base, verb.url), verb.method, []
            if round_.talk.take(verb):
                continue
            if not isinstance(verb, Message):
                log.info("text_document", message=round_.text.id, code="verb_not_here")
                continue
            made = self._prepared(round_, verb, base)
            if verb.action is not None:
                return urljoin(base, verb.action), verb.method, _of(made)
        return None

    def _prepared(self, round_: _Round, verb: Message, base: str) -> Ready | None:
        """Return the message a document asks for; None where it is refused."""
        if len(round_.ready) >= TEXT_REPLIES:
            log.warning("text_reply_refused", message=round_.text.id, code="too_many_replies")
            return None
        try:
            wanted = self._wanted(round_, verb, base)
            ready = prepare(self._office, wanted)
        except Refused as refused:
            log.info("text_reply_refused", message=round_.text.id, code=refused.code)
            return None
        round_.ready.append(ready)
        return ready

    def _wanted(self, round_: _Round, verb: Message, base: str) -> Wanted:
        text, template = verb.body, ""
        if isinstance(verb, Filled):
            template = verb.template
            text = self._office.text_senders.filled(template, verb.values)
        return Wanted(
            to=receiver(self._office, verb.to or round_.person),
            sender=own_sender(self._office, verb.sender or round_.own),
            text=text,
            template=template or None,
            media=[urljoin(base, link) for link in verb.media],
            callback=None if verb.status_callback is None else urljoin(base, verb.status_callback),
            direction="reply",
        )

    async def _keep(self, round_: _Round) -> None:
        """Keep every reply, and that the message was answered: once."""
        office, text = self._office, round_.text
        texts = office.store.rooms.texts

        def write(tx: Transaction) -> None:
            if texts.is_answered(tx, text.id):
                return
            fact = life.MessageAnswered(
                at=office.clock.now(), message=text.id, replies=len(round_.ready),
                unread=round_.talk.left,
            )  # fmt: skip
            if texts.happen(tx, fact) is not None:
                add_all(office, tx, round_.ready)
                round_.talk.keep(office, tx, text, round_.person)

        await office.write(write)
        office.post.wake()

    # --- messages of calls ----------------------------------------------------------------------

    async def send(self, _call: object, request: SendText, /) -> TextAsked:
        """Keep a message that a document asks for in a call (`switch.ports.TextDesk`)."""
        office = self._office
        try:
            with exchange_itself(), purpose("carry_message"):
                ready = prepare(
                    office,
                    Wanted(
                        to=receiver(office, _text(request.to)),
                        sender=own_sender(office, _text(request.sender)),
                        text=request.body,
                        media=request.media,
                        callback=request.status_callback,
                        direction="call",
                    ),
                )
                await office.write(lambda tx: add_all(office, tx, [ready]))
        except Refused as refused:
            return TextAsked(request=request.request, code=refused.code)
        office.post.wake()
        return TextAsked(request=request.request, message=ready.id)


def _of(made: Ready | None) -> Params:
    """Return what an action is told of the message before it."""
    sid, status = ("", "failed") if made is None else (made.id, "queued")
    return [("MessageStatus", status)] + ([("MessageSid", sid)] if sid else [])


def _read(answer: Fetched) -> Document:
    """Return the document in an answer; plain text is a message that says it."""
    body = answer.body
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind == "text/plain" and not body.lstrip().startswith(b"<"):
        said = body.decode("utf-8", "replace").strip()
        verbs: tuple[Verb, ...] = (Message(body=said),) if said else ()
        return Document(verbs)
    if not body.strip():
        return Document(())
    return parse(body)


def _text(value: str | Phone) -> str:
    return value.e164 if isinstance(value, Phone) else value
