"""A flow as verbs: each applet becomes the verbs `ringfence.markup.voice` carries out.

An applet has a ``flow:`` URL; verbs that need a decision later (a key, the end of a dial) carry
such a URL as their action, with the state of the decision in it:

    flow:welcome@7             the start of the seventh revision known to the library
    flow:welcome@7#menu        the applet ``menu``
    flow:welcome@7#menu/2      its third try, with Digits among the parameters

The revision keeps a call that is going on with the version it began with. Applets that only speak
and then lead elsewhere are joined with what follows, so that nothing is awaited between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ringfence.flows import applets, text_compile
from ringfence.flows.text_applets import Keywords
from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import FLOW_JOINED
from ringfence.markup import verbs
from ringfence.markup.exchange import Value
from ringfence.markup.verbs import Prompt, Say, Verb

Verbs = tuple[Verb, ...]
Params = Mapping[str, Value]


class Compiled:
    """One revision of a flow, ready to answer. ``address``: its ``flow:`` URL without fragment."""

    __slots__ = ("_flow", "_ready", "address")

    def __init__(self, flow: applets.Flow, address: str) -> None:
        self.address = address
        self._flow = flow
        self._ready: dict[str, Verbs] = {}

    def open(self, fragment: str, params: Params, now: Ms) -> Verbs | None:
        """Return the verbs at a fragment (``""``: the start), None where there is none."""
        name, _, state = fragment.partition("/")
        name = name or self._flow.start
        applet = self._flow.applets.get(name)
        if applet is None:
            return None
        if not state:
            return self._enter(name, params, now)
        decide = _DECISIONS.get(type(applet))
        return None if decide is None else decide(self, applet, name, state, params, now)

    @property
    def flow(self) -> applets.Flow:
        """What was compiled."""
        return self._flow

    def texts(self) -> list[Say]:
        """Return everything the flow may say."""
        found: list[Say] = []
        for applet in self._flow.applets.values():
            for part in ("prompt", "invalid", "silence"):
                prompts: tuple[Prompt, ...] = getattr(applet, part, ())
                if isinstance(prompts, tuple):
                    found += [prompt for prompt in prompts if isinstance(prompt, Say)]
        return found

    def _enter(self, name: str, params: Params, now: Ms) -> Verbs:
        """The verbs of an applet, joined with those that follow without a decision."""
        joined: list[Prompt] = []
        visited = 0
        while True:
            applet = self._flow.applets[name]
            if isinstance(applet, applets.Hours):
                name = applet.open if applet.schedule.is_open(now) else applet.closed
            elif isinstance(applet, applets.Greeting) and applet.next:
                joined += applet.prompt
                name = applet.next
            elif isinstance(applet, applets.Goto) and applet.to:
                name = applet.to
            elif isinstance(applet, Keywords):
                found = text_compile.chosen(applet.words, params)
                name = applet.otherwise if found is None else found
            elif type(applet) in text_compile.BUILDERS:
                return text_compile.BUILDERS[type(applet)](self, applet, name, params)
            else:
                return _spoken_before(joined, self._verbs(name, applet))
            if not name:
                return ()
            visited += 1
            if visited >= FLOW_JOINED:
                # a circle; the program counts documents in which nothing happens
                return (*joined, verbs.Redirect(url=self._url(name)))

    def _verbs(self, name: str, applet: applets.Applet) -> Verbs:
        ready = self._ready.get(name)
        if ready is None:
            ready = self._ready[name] = _BUILDERS[type(applet)](self, applet, name)
        return ready

    def _url(self, name: str, state: str = "") -> str:
        return f"{self.address}#{name}/{state}" if state else f"{self.address}#{name}"

    def _to(self, branch: str) -> Verbs:
        return (verbs.Redirect(url=self._url(branch)),) if branch else (verbs.Hangup(),)

    def _follow(self, branch: str, params: Params, now: Ms) -> Verbs:
        return self._enter(branch, params, now) if branch else (verbs.Hangup(),)

    # --- messages (`ringfence.flows.text_compile.Compiling`) ------------------------------------

    def follow(self, branch: str, params: Params, now: Ms) -> Verbs:
        """Return the verbs of a branch of a flow of messages, nothing where it ends."""
        return self._enter(branch, params, now) if branch else ()

    def place(self, name: str, state: str) -> str:
        """Return the URL of a state of an applet, of whatever version is in force then."""
        return f"{self.address.partition('@')[0]}#{name}/{state}"

    def onward(self, branch: str) -> Verbs:
        """Return what leads to a branch, nothing where it ends."""
        return (verbs.Redirect(url=self._url(branch)),) if branch else ()


def _spoken_before(prompts: Sequence[Prompt], after: Verbs) -> Verbs:
    """Join what is said first with what follows: a menu is cut short by a key from the start."""
    first = after[0]
    if prompts and isinstance(first, verbs.Gather):
        return (replace(first, prompts=(*prompts, *first.prompts)), *after[1:])
    return (*prompts, *after)


# --- verbs ----------------------------------------------------------------------------------------


def _greeting(flow: Compiled, applet: applets.Greeting, _name: str) -> Verbs:
    return (*applet.prompt, *flow._to(applet.next))


def _ask(flow: Compiled, menu: applets.Menu, name: str, tried: int) -> verbs.Gather:
    return verbs.Gather(
        prompts=menu.prompt,
        num_digits=1,
        finish_on_key="",
        timeout=menu.timeout,
        action=flow._url(name, str(tried + 1)),
        action_on_empty_result=True,
    )


def _menu(flow: Compiled, applet: applets.Menu, name: str) -> Verbs:
    return (_ask(flow, applet, name, 0),)


def _gather(flow: Compiled, applet: applets.Gather, _name: str) -> Verbs:
    return (
        verbs.Gather(
            prompts=applet.prompt,
            num_digits=applet.digits,
            finish_on_key=applet.finish_on,
            timeout=applet.timeout,
            action=applet.url,
            method=applet.method,
        ),
        *flow._to(applet.empty),
    )


def _dial(flow: Compiled, applet: applets.Dial, name: str) -> Verbs:
    targets: tuple[verbs.Target, ...] = (
        *(verbs.Number(number=number) for number in applet.numbers),
        *(verbs.Sip(uri=uri) for uri in applet.sip),
    )
    return (
        verbs.Dial(
            targets=targets,
            timeout=applet.timeout,
            time_limit=applet.time_limit,
            sequential=applet.sequential,
            caller_id=applet.caller_id or None,
            record="record-from-answer-dual" if applet.record else "do-not-record",
            answer_on_bridge=not applet.answer_first,
            action=flow._url(name, "done"),
        ),
    )


def _voicemail(flow: Compiled, applet: applets.Voicemail, name: str) -> Verbs:
    return (
        *applet.prompt,
        verbs.Record(
            max_length=applet.seconds,
            timeout=applet.silence,
            finish_on_key=applet.finish_on,
            play_beep=applet.beep,
            recording_status_callback=applet.url or None,
            recording_status_callback_method=applet.method,
            action=flow._url(name, "done"),
        ),
        *flow._to(applet.next),
    )


def _echo(flow: Compiled, applet: applets.Echo, _name: str) -> Verbs:
    return (*applet.prompt, verbs.Echo(length=applet.seconds), *flow._to(applet.next))


def _goto(_flow: Compiled, applet: applets.Goto, _name: str) -> Verbs:
    return (verbs.Redirect(url=f"flow:{applet.flow}"),)


def _url(_flow: Compiled, applet: applets.Url, _name: str) -> Verbs:
    return (verbs.Redirect(url=applet.url, method=applet.method),)


def _hangup(_flow: Compiled, applet: applets.Hangup, _name: str) -> Verbs:
    return (*applet.prompt, verbs.Hangup())


def _reject(_flow: Compiled, applet: applets.Reject, _name: str) -> Verbs:
    return (verbs.Reject(reason="busy" if applet.busy else "rejected"),)


_BUILDERS: dict[type, Callable[[Compiled, Any, str], Verbs]] = {
    applets.Greeting: _greeting,
    applets.Menu: _menu,
    applets.Gather: _gather,
    applets.Dial: _dial,
    applets.Voicemail: _voicemail,
    applets.Echo: _echo,
    applets.Goto: _goto,
    applets.Url: _url,
    applets.Hangup: _hangup,
    applets.Reject: _reject,
}

# --- decisions ------------------------------------------------------------------------------------


def _chosen(
    flow: Compiled, menu: applets.Menu, name: str, state: str, params: Params, now: Ms
) -> Verbs | None:
    """A key was pressed in a menu, or none was."""
    if not (state.isascii() and state.isdigit()):
        return None
    digits = params.get("Digits", "")
    if isinstance(digits, str) and digits in menu.choices:
        return flow._follow(menu.choices[digits], params, now)
    tried = int(state[:3])
    if tried >= menu.tries:
        return flow._follow(menu.otherwise, params, now)
    sorry = menu.invalid if digits else menu.silence
    return _spoken_before(sorry, (_ask(flow, menu, name, tried),))


def _dialled(
    flow: Compiled, dial: applets.Dial, _name: str, _state: str, params: Params, now: Ms
) -> Verbs:
    """A dial has ended."""
    status = params.get("DialCallStatus")
    if status == "completed":
        return flow._follow(dial.next, params, now)
    if status == "busy" and dial.busy is not None:
        return flow._follow(dial.busy, params, now)
    return flow._follow(dial.unanswered, params, now)


def _recorded(
    flow: Compiled, voicemail: applets.Voicemail, _name: str, _state: str, params: Params, now: Ms
) -> Verbs:
    """A message was left."""
    return flow._follow(voicemail.next, params, now)


_DECISIONS: dict[type, Callable[[Compiled, Any, str, str, Params, Ms], Verbs | None]] = {
    applets.Menu: _chosen,
    applets.Dial: _dialled,
    applets.Voicemail: _recorded,
    **text_compile.DECISIONS,
}
