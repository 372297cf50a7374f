"""Policies: the pack in use, versions of the notice, who is told of a change and how it is proved.

A material version is told by e-mail to the primary administrator and by a pop-up on the status
page until somebody acknowledges it; each step is a row of evidence and a leaf of the audit log.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ringfence.api import views_policy as views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import POLICY_AHEAD_MS, POLICY_CHANGES_TOLD, POLICY_USE_MS
from ringfence.messaging.mail import check_address
from ringfence.messaging.promotion import promotions
from ringfence.office.live import reached
from ringfence.office.privacy import messages
from ringfence.office.privacy.notice import (
    OWN,
    Consequence,
    Draft,
    between,
    consequence,
    draft,
    view,
)
from ringfence.office.table import EVERYBODY, KNOWN, TABLE
from ringfence.policy import library, pack
from ringfence.policy.lint import blocking, lint
from ringfence.privacy.purposes import current_role, exchange_itself, purpose
from ringfence.privacy.registry_diff import CHANNELS
from ringfence.promises import registry
from ringfence.storage.consents_lapse import lapse
from ringfence.storage.policies import Acceptance, Version
from ringfence.storage.unit_of_work import Queries, Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

TEMPLATE = "policy_changed"


# --- publishing -----------------------------------------------------------------------------------


async def publish(office: Office, made: Draft, *, effective_at: Ms | None = None) -> Version:
    """Publish a draft, unless it is what holds already; return the version it is."""
    policies = office.store.rooms.policies
    now = office.clock.now()
    starts = max(now, effective_at or now)
    if starts > now + POLICY_AHEAD_MS:
        raise Refused("bad_argument", "a version takes effect within two years")

    def write(tx: Transaction) -> Version:
        last = policies.last_number(tx)
        before = policies.get(tx, last)
        if before is not None and before.digest == made.digest:
            return before
        found = Consequence("none", (), ()) if before is None else consequence(before, made)
        version = Version(
            number=last + 1,
            digest=made.digest,
            pack=made.pack,
            source=made.source,
            notice=made.encoded.decode(),
            map=made.data.encoded.decode(),
            severity=found.severity,
            lapsed=found.lapses,
            published_at=now,
            effective_at=starts,
        )
        policies.add(tx, version)
        body = {
            "number": version.number,
            "digest": version.digest,
            "severity": version.severity,
            "lapsed": " ".join(found.lapses),
        }
        office.store.store.trail.note(
            tx, "policy_published", at=now, account=office.account.id, body=body
        )
        if found.lapses:
            lapse(tx, office.account.id, found.lapses, version.number, now)
        if "popup" in CHANNELS[found.severity]:
            policies.tell(tx, version.number, "popup", "waiting", now)
        if "email" in CHANNELS[found.severity]:
            policies.tell(tx, version.number, "email", "waiting", now)
        return version

    version = await office.write(write)
    office.policy_uses.clear()
    await tell_waiting(office)
    return version


async def tell_waiting(office: Office) -> int:
    """Ask for the e-mails of versions whose administrator has not been told; how many."""
    policies = office.store.rooms.policies
    reading = office.store.db.reading
    waiting = [
        told.number
        for told in policies.told(reading)
        if told.channel == "email" and told.state in {"waiting", "failed"}
    ]
    if not waiting or not office.settings.smtp_host or not policies.has_admin(reading):
        return 0
    with exchange_itself():  # whoever published it need not see the address
        for number in waiting:
            await _write_email(office, number)
    return len(waiting)


async def _write_email(office: Office, number: int) -> None:
    policies = office.store.rooms.policies
    reading = office.store.db.reading
    version, before = policies.get(reading, number), policies.get(reading, number - 1)
    if version is None:
        return
    changes = between(before, version).changes if before is not None else []
    with purpose("notify"):
        to = policies.admin(reading)
    if to is None:
        return
    fields = {
        "effective": _day(version.effective_at),
        "number": str(number),
        "changes": _listed(changes),
        "address": f"{reached(office)}/privacy/{number}",
    }

    def write(tx: Transaction) -> None:
        policies.settle(tx, number, "email", "queued", office.clock.now())
        messages.ask(tx, office, TEMPLATE, to, fields, reason=f"policy:{number}", policy=number)

    await office.write(write)


def _listed(changes: list[views.PolicyChange]) -> str:
    grave = [c for c in changes if c.severity == "material"] or changes
    lines = [_line(change) for change in grave[:POLICY_CHANGES_TOLD]]
    if len(grave) > POLICY_CHANGES_TOLD:
        lines.append(f"- and {len(grave) - POLICY_CHANGES_TOLD} more")
    return "\n".join(lines)


def _line(change: views.PolicyChange) -> str:
    """Return one change as a line of a letter; a clause is known by what it says in short."""
    line = f"- {change.kind} {change.name}: {change.what}"
    if change.fact:
        return f"{line} ({change.fact})"
    said = change.before if change.what == "removed" else change.after
    if change.kind == "clause" and isinstance(said, str):
        full = f'{line} - "{said.partition(". ")[0].rstrip(".")}"'
        return line if promotions(full) else full  # a letter that is needed is not to be refused
    return line


def _day(at: Ms) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


async def in_force(office: Office) -> Version:
    """Return the version in force; the first is published when somebody asks for it."""
    policies = office.store.rooms.policies
    found = policies.at(office.store.db.reading, office.clock.now())
    if found is not None:
        return found
    return await refresh(office)


async def refresh(office: Office) -> Version:
    """Publish a new version if the program or its set-up does something else than the last says.

    The pack stays; what changes is the map. Notices that could not be sent are tried again.
    """
    policies = office.store.rooms.policies

    def make(queries: Queries) -> Draft:
        last = policies.get(queries, policies.last_number(queries))
        if last is None:
            return draft(office, queries, library.DEFAULT, library.source(library.DEFAULT))
        source = last.source if last.pack == OWN else library.source(last.pack)
        return draft(office, queries, last.pack, source)

    return await publish(office, office.read(make))


def note_use(office: Office, entrance: str) -> None:
    """Write down, once for each version and door, that somebody went on using the service."""
    if entrance not in {"admin", "api"}:
        return
    now = office.clock.now()
    if now < office.policy_uses.get(entrance, 0):
        return
    office.policy_uses[entrance] = Ms(now + POLICY_USE_MS)
    found = office.store.rooms.policies.number_at(office.store.db.reading, now)
    if found is not None:
        note = Acceptance(found[0], entrance, "continued_use", found[1], now)
        office.store.db.give(lambda tx: office.store.rooms.policies.accept(tx, note))


# --- use cases: packs and versions ----------------------------------------------------------------


@TABLE.use_case("privacy.policy.packs", actors=KNOWN, none="texts that are shipped with it")
async def list_packs(office: Office) -> list[views.PolicyPack]:
    """The packs that are shipped, how many clauses of each are kept, and how faulty it was."""
    kept = {clause.id for clause in registry.load() if clause.state == "kept"}
    current = (await in_force(office)).pack
    found = []
    for name in library.names():
        loaded = pack.load(library.source(name))
        found.append(
            views.PolicyPack(
                name=name,
                title=loaded.title,
                version=loaded.version,
                clauses=len(loaded.clauses),
                kept=sum(wording.clause in kept for wording in loaded.clauses),
                findings=len(lint(library.source(name), is_pack=True)),
                in_force=name == current,
            )
        )
    return found


@TABLE.use_case(
    "privacy.policy.use", actors=KNOWN, purpose="notify", category="system.configuration"
)
async def use(
    office: Office,
    *,
    name: str | None = None,
    document: str | None = None,
    effective: int | None = None,
) -> views.PolicyVersion:
    """Publish the notice of a shipped pack, or of a pack of one's own, from a moment on."""
    if (name is None) == (document is None):
        raise Refused("bad_argument", "name a pack that is shipped, or give one of your own")
    source = library.source(name) if name is not None else str(document)
    if name is None:
        _examined(source)
    made = office.read(lambda queries: draft(office, queries, name or OWN, source))
    version = await publish(office, made, effective_at=None if effective is None else Ms(effective))
    return view(version, (await in_force(office)).number)


def _examined(source: str) -> None:
    """Raise `Refused` (``bad_pack``) where a pack of one's own says what nobody can keep."""
    pack.load(source)
    found = blocking(lint(source, is_pack=True))
    if found:
        says = "; ".join(f"line {f.line}: {f.words!r}: {f.says}" for f in found)
        raise Refused("bad_pack", says, clause=found[0].clause or None)


@TABLE.use_case("privacy.policy.current", actors=EVERYBODY, none="a published notice")
async def show_current(office: Office) -> views.PolicyVersion:
    """The notice that holds now."""
    version = await in_force(office)
    return view(version, version.number, whole=True)


@TABLE.use_case("privacy.policy.version", actors=EVERYBODY, none="a published notice")
async def show_version(office: Office, *, number: int) -> views.PolicyVersion:
    """One version, whenever it held."""
    return view(_get(office, number), (await in_force(office)).number, whole=True)


@TABLE.use_case("privacy.policy.versions", actors=EVERYBODY, none="published notices")
async def list_versions(office: Office) -> list[views.PolicyVersion]:
    """Every version, oldest first."""
    current = (await in_force(office)).number
    return [view(version, current) for version in office.store.rooms.policies.all(_reading(office))]


@TABLE.use_case("privacy.policy.diff", actors=EVERYBODY, none="published notices")
async def show_difference(office: Office, *, before: int, after: int) -> views.PolicyDifference:
    """What leads from one version to another."""
    return between(_get(office, before), _get(office, after))


@TABLE.use_case("privacy.policy.draft", actors=KNOWN, none="what would be published")
async def show_draft(office: Office, *, name: str) -> dict[str, Any]:
    """The notice that a shipped pack would give here."""
    made = office.read(lambda queries: draft(office, queries, name, library.source(name)))
    return made.notice


@TABLE.use_case("privacy.policy.lint", actors=KNOWN, none="the text of a pack")
async def examine(
    office: Office, *, name: str | None = None, document: str | None = None
) -> list[views.PolicyFinding]:
    """What is wrong with a shipped pack, with one's own, or with the one in use."""
    if name is not None and document is not None:
        raise Refused("bad_argument", "name a pack that is shipped, or give one of your own")
    source = document or (library.source(name) if name else (await in_force(office)).source)
    return [
        views.PolicyFinding(
            line=found.line,
            code=found.code,
            clause=found.clause,
            where=found.where,
            words=found.words,
            says=found.says,
            printed=found.printed,
        )
        for found in lint(source, is_pack=True)
    ]


@TABLE.use_case("privacy.policy.source", actors=KNOWN, none="the text of a pack")
async def show_source(office: Office) -> str:
    """The pack in use, as it was written."""
    return (await in_force(office)).source


@TABLE.use_case(
    "privacy.policy.refresh", actors=KNOWN, purpose="notify", category="system.configuration"
)
async def refresh_now(office: Office) -> views.PolicyVersion:
    """Publish a new version if what is done has changed since the last."""
    version = await refresh(office)
    return view(version, (await in_force(office)).number)


def _get(office: Office, number: int) -> Version:
    found = office.store.rooms.policies.get(_reading(office), number)
    if found is None:
        raise Refused("not_found", "there is no version of that number")
    return found


def _reading(office: Office) -> Queries:
    return office.store.db.reading


# --- use cases: who was told ----------------------------------------------------------------------


@TABLE.use_case("privacy.policy.pending", actors=KNOWN, none="published notices")
async def list_pending(office: Office) -> list[views.PolicyVersion]:
    """Material versions that nobody has acknowledged yet: what the pop-up shows."""
    policies = office.store.rooms.policies
    current = (await in_force(office)).number
    waiting = [
        told.number
        for told in policies.told(_reading(office))
        if told.channel == "popup" and told.state == "waiting"
    ]
    return [view(_get(office, number), current) for number in waiting]


@TABLE.use_case(
    "privacy.policy.acknowledge", actors=KNOWN, purpose="notify", category="system.configuration"
)
async def acknowledge(office: Office, *, number: int) -> views.PolicyTold:
    """Acknowledge a version: the pop-up goes, the evidence stays."""
    policies = office.store.rooms.policies
    now, role = office.clock.now(), current_role()

    def write(tx: Transaction) -> None:
        told = [t for t in policies.told(tx) if (t.number, t.channel) == (number, "popup")]
        if not told:
            raise Refused("not_found", "there is nothing to acknowledge about that version")
        if told[0].state == "acknowledged":
            return
        policies.settle(tx, number, "popup", "acknowledged", now, by=role)
        office.store.store.trail.note(
            tx,
            "policy_acknowledged",
            at=now,
            account=office.account.id,
            body={"number": number, "by": role},
        )

    await office.write(write)
    found = policies.told(_reading(office))
    return _told(next(t for t in found if (t.number, t.channel) == (number, "popup")))


@TABLE.use_case("privacy.policy.told", actors=KNOWN, none="evidence without names")
async def list_told(office: Office) -> list[views.PolicyTold]:
    """The evidence: each material version, each channel, how far telling is."""
    return [_told(told) for told in office.store.rooms.policies.told(_reading(office))]


@TABLE.use_case("privacy.policy.acceptances", actors=KNOWN, none="evidence without names")
async def list_acceptances(office: Office) -> list[views.PolicyAcceptance]:
    """Who went on using the service under which version; never a consent."""
    return [
        views.PolicyAcceptance(
            number=found.number,
            actor=found.actor,
            kind=found.kind,
            digest=found.digest,
            at=found.at,
        )
        for found in office.store.rooms.policies.accepted(_reading(office))
    ]


def _told(told: Any) -> views.PolicyTold:
    return views.PolicyTold(
        number=told.number,
        channel=told.channel,
        state=told.state,
        acknowledged_by=told.acknowledged_by,
        changed=told.changed_at,
    )


@TABLE.use_case(
    "privacy.primary_admin.set", actors=KNOWN, purpose="notify", category="user.contact"
)
async def set_admin(office: Office, *, email: str) -> views.PrimaryAdmin:
    """Name the one who is told of material changes; what they have not been told, they are."""
    address = check_address(email)
    policies = office.store.rooms.policies
    now = office.clock.now()

    def write(tx: Transaction) -> None:
        policies.set_admin(tx, address, now)
        for told in policies.told(tx):
            if told.channel == "email" and told.state in {"queued", "failed"}:
                messages.drop(tx, office, reason=f"policy:{told.number}")
                policies.settle(tx, told.number, "email", "waiting", now)

    await office.write(write)
    return views.PrimaryAdmin(email=address, retold=await tell_waiting(office))


@TABLE.use_case(
    "privacy.primary_admin.show", actors=KNOWN, purpose="notify", category="user.contact"
)
async def show_admin(office: Office) -> views.PrimaryAdmin:
    """Who is told of material changes."""
    return views.PrimaryAdmin(email=office.store.rooms.policies.admin(_reading(office)))
