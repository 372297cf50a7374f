"""Somebody takes another's place in a conversation: Replaces, and what attended transfers do.

An attended transfer brings two together whom one party talks to in two calls. Each of them goes
on where they are, in the call of that party or in one of their own, out of a queue say::

    in its call      alice ═ bob                        alice, told to go on with carol's leg:
                                                        `inputs.PartnerReplaced`
    in another       alice, in her own call             alice, told the same: `inputs.PeerReplaced`
                      ║
                     bob, in his                        bob leaves it: `inputs.PartnerGiven`
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ringfence.calls import effects, events, inputs
from ringfence.calls.causes import Cause
from ringfence.calls.core import CallCore
from ringfence.calls.dial import DialActivity
from ringfence.calls.leg import Leg
from ringfence.calls.lifecycle import LiveCall
from ringfence.calls.transfer import Partnered, leave_program, who_stays
from ringfence.kernel.ids import CallId, LegId


def _leg_replaced(call: LiveCall, x: inputs.LegReplaced) -> None:
    old = call.legs.get(x.leg)
    new = Leg(
        x.by,
        role="callee" if old is None else old.role,
        state="up",
        placed_at=call.now,
        party=x.party if x.party is not None or old is None else old.party,
        person=old is None or old.person,
    )
    new.up_at = call.now
    new.codec = x.codec
    call.legs[new.id] = new
    partner = None if old is None or old.peer is None else call.legs.get(old.peer)
    activity = call.activity
    if old is None or not may_replace(call, old, partner):
        # Ringing, waiting, being transferred: there is nothing yet that could be taken over.
        call.end_leg(new, Cause.FORBIDDEN)
        return
    call.facts.append(
        events.LegTransferred(at=call.now, call=call.call, leg=old.id, to=new.id, attended=True)
    )
    call.unbridge(old)
    was_first = old is call.anchor
    if was_first:
        call.anchor = new
    if isinstance(activity, DialActivity) and partner is not None:
        moved = partner if was_first else new
        activity.partner_moved(moved.id, None, moved.party)
    elif isinstance(activity, Partnered) and not was_first:
        activity.peer = new.id
    old.step("hung_up")
    call.lose_leg(old, Cause.TRANSFERRED, by_far_end=True)
    if partner is not None:
        call.bridge(new, partner)


def may_replace(call: LiveCall, old: Leg, partner: Leg | None) -> bool:
    """Whether another leg can take the place of this one now."""
    if old.state != "up" or call.state != "up":
        return False
    activity = call.activity
    if activity is None:
        return old is call.anchor
    talking = isinstance(activity, Partnered) or (
        isinstance(activity, DialActivity) and activity.state == "talking"
    )
    return talking and partner is not None


def _partner_replaced(call: LiveCall, x: inputs.PartnerReplaced) -> None:
    leg, stay, dial = call.legs.get(x.leg), who_stays(call, x.leg), call.activity
    if leg is None or stay is None or not isinstance(dial, DialActivity):
        if leg is not None and leg.state == "up" and x.refer is not None:
            call.effects.append(effects.AnswerRefer(leg=leg.id, refer=x.refer, accepted=False))
        call.leave_peer(x.leg, x.peer, x.peer_call, Cause.FORBIDDEN)
        return
    if x.refer is not None:
        call.effects.append(effects.AnswerRefer(leg=leg.id, refer=x.refer, accepted=True))
        call.effects.append(effects.ReportRefer(leg=leg.id, refer=x.refer, cause=Cause.NORMAL))
    call.facts.append(events.LegTransferred(at=call.now, call=call.call, leg=leg.id, attended=True))
    call.unbridge(leg)
    if leg is call.anchor:
        leave_program(call, dial, stay)
        call.activity = Partnered(call, x.peer, x.peer_call)
    else:
        dial.partner_moved(x.peer, x.peer_call, x.party)
    if x.bridge:
        call.effects.append(effects.BridgeLegs(a=stay.id, b=x.peer))
    call.joined(stay, x.peer, x.peer_call)
    call.talk_begins()
    call.end_leg(leg, Cause.TRANSFERRED)


def _peer_replaced(call: LiveCall, x: inputs.PeerReplaced) -> None:
    stay, activity = call.anchor, call.activity
    if stay is None or activity is None or who_hears(call, x.leg) is None:
        call.leave_peer(x.leg, x.peer, x.peer_call, Cause.FORBIDDEN)
        return
    call.unbridge(stay)
    activity.change_peer(x.peer, x.peer_call, x.party)
    if x.bridge:
        call.effects.append(effects.BridgeLegs(a=stay.id, b=x.peer))
    call.joined(stay, x.peer, x.peer_call)
    call.talk_begins()


def _partner_given(call: LiveCall, x: inputs.PartnerGiven) -> None:
    leg, activity = call.legs.get(x.leg), call.activity
    given = activity is not None and who_hears(call, x.leg) is not None
    if x.refer is not None and leg is not None and leg.state == "up":
        call.effects.append(effects.AnswerRefer(leg=leg.id, refer=x.refer, accepted=given))
        if given:
            call.effects.append(effects.ReportRefer(leg=leg.id, refer=x.refer, cause=Cause.NORMAL))
    if leg is None or activity is None or not given:
        return
    call.facts.append(events.LegTransferred(at=call.now, call=call.call, leg=leg.id, attended=True))
    call.parted(leg)
    activity.give_peer()
    call.end_wanted = (Cause.TRANSFERRED, "system")


def who_hears(core: CallCore, leg: LegId) -> tuple[LegId, CallId] | None:
    """Return whom of which other call a leg talks to and may hand over, None where it cannot."""
    first, activity = core.anchor, core.activity
    if first is None or first.id != leg or first.state != "up" or first.peer is None:
        return None
    if first.peer_call is None or activity is None or not activity.abroad:
        return None
    return first.peer, first.peer_call


HEAR: dict[type, Callable[[LiveCall, Any], None]] = {
    inputs.LegReplaced: _leg_replaced,
    inputs.PartnerReplaced: _partner_replaced,
    inputs.PeerReplaced: _peer_replaced,
    inputs.PartnerGiven: _partner_given,
}
"""The function of every input about this (`ringfence.calls.hear`)."""
