"""``ringfence privacy case`` and ``child``: requests of people, and reports that one is a child."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office
from ringfence.cli.recordings import write_private
from ringfence.kernel.limits import MAIL_INTAKE_BYTES
from ringfence.privacy.cases.rights import EXTENSIONS, REFUSALS, RIGHTS


def due(row: dict[str, Any]) -> str:
    """Return until when something has to be done, and whether that is over."""
    return f"{show.instant(row['due'])}{'  LATE' if row.get('late') else ''}"


COLUMNS = [
    show.field("CASE", "sid"),
    show.field("KIND", "kind"),
    show.field("STATE", "state"),
    show.field("LIVES IN", "residence"),
    show.Column("RECEIVED", lambda row: show.instant(row["received"])),
    show.Column("DUE", due),
]


def table(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print cases."""
    show.rows(rows, COLUMNS, as_json=as_json)


def tell(found: dict[str, Any], *, as_json: bool) -> None:
    """Print one case: how it stands, what was said, what can be done, the letter."""
    if as_json:
        show.document(found)
        return
    show.pairs(
        [
            ("case", found["sid"]),
            ("kind", found["kind"]),
            ("state", found["state"]),
            ("received", show.instant(found["received"])),
            ("due", due(found)),
            *((name, show.words(value)) for name, value in found["words"].items()),
            *_demanded(found.get("facts", {}).get("demand")),
            ("possible now", ", ".join(found["can"])),
        ]
    )
    for step in found["steps"]:
        said = f": {step['words']}" if step["words"] else ""
        click.echo(f"{show.instant(step['at'])}  {step['action']} by {step['by']}{said}")
    if found["letter"]:
        click.echo(f"\n{found['letter']}")
    if found["state"] == "identifying":
        enter = show.command(f"privacy case verify {found['sid']} CODE")
        click.echo(f"\nA code is on its way. When they read it out: {enter}")


def _demanded(state: dict[str, Any] | None) -> list[tuple[str, object]]:
    """Return what approvers approve: what is asked, what will be given, who has approved."""
    if state is None:
        return []
    rows: list[tuple[str, object]] = [
        ("asked", _scope(state["asked"])),
        ("to be given", _scope(state["scope"])),
    ]
    if state["gag_until"]:
        rows.append(("nobody is told until", show.instant(state["gag_until"])))
    if state["noticed_at"]:
        rows.append(("told", show.instant(state["noticed_at"])))
    return [*rows, ("approved by", ", ".join(state["approvers"]) or None)]


def _scope(scope: dict[str, Any]) -> str | None:
    if not scope["subjects"]:
        return None
    span = f"{show.instant(scope['since'])} to {show.instant(scope['until'])}"
    people = "person" if len(scope["subjects"]) == 1 else "people"
    return f"{', '.join(scope['fields'])} of {len(scope['subjects'])} {people}, {span}"


def do(data: Path | None, as_json: bool, name: str, **args: Any) -> None:
    """Carry out a use case about one case and print it."""
    with office(data) as ask:
        found = ask.run(name, **{key: v for key, v in args.items() if v is not None})
    tell(found, as_json=as_json)


def fetch(data: Path | None, as_json: bool, name: str, target: str | None, **args: Any) -> None:
    """Write a file that is handed out once; only its owner may read it."""
    with office(data) as ask:
        items = ask.follow(name, **args)
        head = next(items)
        path = Path(target or head["filename"])
        size = write_private(items, path)
    if as_json:
        show.document({"path": str(path), "size": size})
    else:
        click.echo(f"{path}: {size} bytes, in clear: it is yours to guard")


def archive(made: dict[str, Any], family: str, *, as_json: bool) -> None:
    """Print how an archive that was made is fetched."""
    if as_json:
        show.document(made)
        return
    click.echo(f"Made: {made['size']} bytes, until {show.instant(made['expires'])}. Fetch it once:")
    words = f"privacy {family} fetch {made['case']} --token {made['token']}"
    click.echo(f"  {show.command(words)}")


details_option = click.option(
    "--set", "details", multiple=True, metavar="NAME=VALUE",
    help="what, value and record; recipient; purpose, channel; email; code_by=text.",
)  # fmt: skip


def _pairs(details: tuple[str, ...]) -> dict[str, str]:
    pairs = [detail.partition("=") for detail in details]
    if any(not equals for _, equals, _ in pairs):
        raise click.UsageError("write details as NAME=VALUE")
    return {name: value for name, _, value in pairs}


words_option = click.option("--words", default="", help="What is said to the person.")


@click.group()
def case() -> None:
    """Handle what people ask about their own data: access, correction, erasure and the rest.

    \b
    Examples:
      ringfence privacy case list
      ringfence privacy case open access +12025550123 --residence DE
      ringfence privacy case open opt_out +12025550123 --met letter
      ringfence privacy case verify CS... 123456
      ringfence privacy case answer CS...
      ringfence privacy case refuse CS... --reason excessive --words "The fifth in a month."
    """


@case.command("list")
@click.option("--state", help="Only cases in this state.")
@data_option
@json_option
def list_(state: str | None, data: Path | None, as_json: bool) -> None:
    """List requests, newest first."""
    with office(data) as ask:
        found = ask.run("privacy.case.list", state=state)
    table(found, as_json=as_json)


@case.command("open")
@click.argument("kind", type=click.Choice(sorted(RIGHTS)))
@click.argument("contact", metavar="NUMBER")
@click.option("--residence", default="", metavar="COUNTRY", help="DE, IN, US-CA ...")
@click.option("--words", default="", help="What the person wrote.")
@click.option("--met", "method", help="How it is known who asks: met, document, account, letter.")
@details_option
@data_option
@json_option
def open_(
    kind: str,
    contact: str,
    residence: str,
    words: str,
    method: str | None,
    details: tuple[str, ...],
    data: Path | None,
    as_json: bool,
) -> None:
    """Write down a request about NUMBER (or a mailbox). Without --met a code is sent there.

    What the person then reads out is entered with 'privacy case verify'.

    \b
    Examples:
      ringfence privacy case open correction +12025550123 --set what=name --set value="Ada Byron"
      ringfence privacy case open portability +12025550123 --set recipient=https://example.com/in
      ringfence privacy case open objection +12025550123 --met met --set purpose=market
    """
    do(data, as_json, "privacy.case.open", kind=kind, contact=contact, residence=residence,
       words=words, method=method, details=_pairs(details))  # fmt: skip


@case.command()
@click.argument("letter", type=click.File("rb"), default="-")
@data_option
@json_option
def mail(letter: BinaryIO, data: Path | None, as_json: bool) -> None:
    """Take a letter that came by e-mail: a file, or standard input, as a mail server pipes it.

    \b
    Examples:
      ringfence privacy case mail letter.eml
      privacy: "|ringfence privacy case mail --data /srv/ringfence"     (/etc/aliases)
    """
    raw = letter.read(int(MAIL_INTAKE_BYTES) + 1).decode("utf-8", "replace")
    with office(data) as ask:
        found = ask.run("privacy.case.mail", raw=raw)
    if as_json:
        show.document(found)
    else:
        click.echo(found["letter"])


@case.command("show")
@click.argument("sid")
@data_option
@json_option
def show_(sid: str, data: Path | None, as_json: bool) -> None:
    """Show one request: words, steps, what can be done, the letter."""
    do(data, as_json, "privacy.case.show", sid=sid)


@case.command()
@click.argument("sid")
@data_option
@json_option
def code(sid: str, data: Path | None, as_json: bool) -> None:
    """Send another code to the number or mailbox that a request is about."""
    do(data, as_json, "privacy.case.code", sid=sid)


@case.command()
@click.argument("sid")
@click.argument("code")
@data_option
@json_option
def verify(sid: str, code: str, data: Path | None, as_json: bool) -> None:
    """Enter the CODE that the person reads out to you; it shows who asks.

    \b
    Example:
      ringfence privacy case verify CS... 123456
    """
    do(data, as_json, "privacy.case.verify", sid=sid, code=code)


@case.command()
@click.argument("sid")
@click.option("--met", "method", required=True, help="met, document, account or letter.")
@data_option
@json_option
def identify(sid: str, method: str, data: Path | None, as_json: bool) -> None:
    """Say that it is known who asks, and how; rights that need no looking into are done now."""
    do(data, as_json, "privacy.case.identify", sid=sid, method=method)


@case.command()
@click.argument("sid")
@click.option("--reason", required=True, type=click.Choice(list(EXTENSIONS)), help="Of the law.")
@words_option
@data_option
@json_option
def extend(sid: str, reason: str, words: str, data: Path | None, as_json: bool) -> None:
    """Take more time, once, where the law of the person's residence knows it."""
    do(data, as_json, "privacy.case.extend", sid=sid, reason=reason, words=words)


@case.command()
@click.argument("sid")
@click.argument("amount", metavar="'10.00 EUR'")
@click.option("--ground", default="", help="manifestly_unfounded or excessive.")
@words_option
@data_option
@json_option
def charge(
    sid: str, amount: str, ground: str, words: str, data: Path | None, as_json: bool
) -> None:
    """Ask for a fee, where the law lets."""
    do(data, as_json, "privacy.case.charge", sid=sid, amount=amount, ground=ground, words=words)


@case.command()
@click.argument("sid")
@words_option
@details_option
@data_option
@json_option
def answer(
    sid: str, words: str, details: tuple[str, ...], data: Path | None, as_json: bool
) -> None:
    """Grant a request and do it: correct, erase, send on, make the archive.

    What the letter left open is said with --set.

    \b
    Examples:
      ringfence privacy case answer CS...
      ringfence privacy case answer CS... --set what=name --set value="Ada Byron"
      ringfence privacy case answer CS... --set recipient=https://example.com/in
    """
    do(data, as_json, "privacy.case.answer", sid=sid, words=words, details=_pairs(details) or None)


@case.command()
@click.argument("sid")
@click.option("--reason", required=True, type=click.Choice(list(REFUSALS)), help="Of the law.")
@words_option
@data_option
@json_option
def refuse(sid: str, reason: str, words: str, data: Path | None, as_json: bool) -> None:
    """Refuse a request; the letter names the reason, the law and the authority."""
    do(data, as_json, "privacy.case.refuse", sid=sid, reason=reason, words=words)


@case.command()
@click.argument("sid")
@data_option
@json_option
def withdraw(sid: str, data: Path | None, as_json: bool) -> None:
    """The person took the request back."""
    do(data, as_json, "privacy.case.withdraw", sid=sid)


@case.command()
@click.argument("sid")
@data_option
@json_option
def close(sid: str, data: Path | None, as_json: bool) -> None:
    """File a request away."""
    do(data, as_json, "privacy.case.close", sid=sid)


@case.command("archive")
@click.argument("sid")
@data_option
@json_option
def archive_(sid: str, data: Path | None, as_json: bool) -> None:
    """Make the archive of an access request now; it is fetched once, with the token."""
    with office(data) as ask:
        made = ask.run("privacy.case.archive", sid=sid)
    archive(made, "case", as_json=as_json)


@case.command("fetch")
@click.argument("sid")
@click.option("--token", required=True, help="What 'archive' printed.")
@click.option("--to", "target", metavar="FILE", help="A new file. [default: SID.zip]")
@data_option
@json_option
def fetch_(sid: str, token: str, target: str | None, data: Path | None, as_json: bool) -> None:
    """Fetch an archive, once; what is in the file is in clear."""
    fetch(data, as_json, "privacy.case.fetch", target, sid=sid, token=token)


@click.command("signing-key")
@data_option
@json_option
def signing_key(data: Path | None, as_json: bool) -> None:
    """Print the public key that signs what is sent to recipients of people's data.

    \b
    Example:
      ringfence privacy signing-key
    """
    with office(data) as ask:
        found = ask.run("privacy.signing_key")["values"]
    if as_json:
        show.document(found)
    else:
        click.echo(f"{found['algorithm']} {found['public']}")


# --- children -------------------------------------------------------------------------------------


@click.group()
def child() -> None:
    """Handle reports that somebody who uses a number is a child.

    \b
    Examples:
      ringfence privacy child report +12025550123 --words "a school called"
      ringfence privacy child list
      ringfence privacy child confirm CS...
      ringfence privacy child clear CS... --words "she is 40"
      ringfence privacy child age 2008-02-29
    """


@child.command()
@click.argument("contact", metavar="NUMBER")
@click.option("--words", default="", help="How it is known.")
@data_option
@json_option
def report(contact: str, words: str, data: Path | None, as_json: bool) -> None:
    """Report a child: the data of the number is restricted at once."""
    with office(data) as ask:
        found = ask.run("privacy.child.report", contact=contact, words=words)
    if as_json:
        show.document(found)
    else:
        click.echo(found["letter"])


@child.command("list")
@data_option
@json_option
def list_children(data: Path | None, as_json: bool) -> None:
    """List reports, newest first."""
    with office(data) as ask:
        found = ask.run("privacy.child.list")
    table(found, as_json=as_json)


@child.command("show")
@click.argument("sid")
@data_option
@json_option
def show_child(sid: str, data: Path | None, as_json: bool) -> None:
    """Show one report with its words and steps."""
    do(data, as_json, "privacy.child.show", sid=sid)


@child.command()
@click.argument("sid")
@click.option("--words", default="", help="How it is known.")
@data_option
@json_option
def confirm(sid: str, words: str, data: Path | None, as_json: bool) -> None:
    """It is a child: everything about them is erased."""
    do(data, as_json, "privacy.child.confirm", sid=sid, words=words)


@child.command()
@click.argument("sid")
@click.option("--words", required=True, help="How it is known.")
@data_option
@json_option
def clear(sid: str, words: str, data: Path | None, as_json: bool) -> None:
    """It is no child: the restriction is lifted."""
    do(data, as_json, "privacy.child.clear", sid=sid, words=words)


@child.command()
@click.argument("born", metavar="YEAR-MONTH-DAY")
@data_option
@json_option
def age(born: str, data: Path | None, as_json: bool) -> None:
    """Ask the age gate; the birthday is kept nowhere, and a child is refused."""
    with office(data) as ask:
        found = ask.run("privacy.age.declare", born=born)
    if as_json:
        show.document(found)
    else:
        click.echo("An adult.")
