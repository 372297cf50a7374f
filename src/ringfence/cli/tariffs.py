"""``ringfence tariff``: what calls, messages, numbers and recordings cost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office

_for = click.option("--for", "sid", metavar="SID", help="The own tariff of an account below.")
_since = click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="From when on, in UTC. [default: now]",
)
_currency = click.option("--currency", help="ISO 4217, e.g. USD; of the first tariff.")

RATES = [
    show.field("SERVICE", "service"),
    show.field("TO", "to"),
    show.field("PRICE", "price"),
    show.field("PER", "per"),
    show.field("SECONDS", "increment"),
]


@click.group()
def tariff() -> None:
    """Say what things cost. Without a tariff nothing is charged, and no price is known.

    A tariff that is set begins a new version: what began before is charged by the one before.

    \b
    Examples:
      ringfence tariff set calls-outbound 0.014 --to +44 --increment 6/6 --currency USD
      ringfence tariff set sms-outbound 0.0075 --to US
      ringfence tariff set phonenumbers 1.15
      ringfence tariff import rates.csv --currency USD --since 2030-01-01
      ringfence tariff show
    """


def _instant(since: datetime | None) -> int | None:
    return None if since is None else int(since.replace(tzinfo=UTC).timestamp() * 1000)


def _print(found: Any, as_json: bool) -> None:
    if as_json:
        show.document(found)
        return
    since = show.instant(found["since"])
    click.echo(f"{found['sid']} in {found['currency']}, since {since}")
    show.rows(found["rates"], RATES, as_json=False)


@tariff.command("show")
@data_option
@json_option
def show_tariff(data: Path | None, as_json: bool) -> None:
    """Show what is paid at present, by the first account or by --account."""
    with office(data) as ask:
        found = ask.run("tariff.show")
    if found is None and not as_json:
        click.echo("There is no tariff: nothing is charged, and prices are not known.")
    else:
        _print(found, as_json)


@tariff.command("list")
@_for
@data_option
@json_option
def list_tariffs(sid: str | None, data: Path | None, as_json: bool) -> None:
    """List versions, the newest first."""
    with office(data) as ask:
        found = ask.run("tariff.list", sid=sid)
    columns = [
        show.field("VERSION", "sid"),
        show.field("CURRENCY", "currency"),
        show.Column("SINCE", lambda row: show.instant(row["since"])),
        show.Column("RATES", lambda row: str(len(row["rates"]))),
    ]
    show.rows(found, columns, as_json=as_json)


@tariff.command("set")
@click.argument("service")
@click.argument("price")
@click.option("--to", default="", help="A prefix (+44), a country (GB), sip. [default: everywhere]")
@click.option("--per", default="", help="minute, segment, each, month: see the handbook.")
@click.option("--increment", default="", help="Seconds at first and after, e.g. 6/6.")
@_currency
@_for
@_since
@data_option
@json_option
def set_rate(
    service: str, price: str, to: str, per: str, increment: str, currency: str | None,
    sid: str | None, since: datetime | None, data: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Set one rate; `ringfence tariff import --help` lists the services."""
    with office(data) as ask:
        made = ask.run(
            "tariff.set", service=service, price=price, to=to, per=per, increment=increment,
            currency=currency, sid=sid, since=_instant(since),
        )  # fmt: skip
    _print(made, as_json)


@tariff.command()
@click.argument("service")
@click.option("--to", default="", help="As it was set.")
@_for
@_since
@data_option
@json_option
def remove(
    service: str, to: str, sid: str | None, since: datetime | None, data: Path | None, as_json: bool
) -> None:
    """Take one rate out: what it was for costs nothing then."""
    with office(data) as ask:
        made = ask.run("tariff.remove", service=service, to=to, sid=sid, since=_instant(since))
    _print(made, as_json)


@tariff.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_currency
@_for
@_since
@data_option
@json_option
def import_file(
    file: Path, currency: str | None, sid: str | None, since: datetime | None,
    data: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Set a whole tariff from a FILE: TOML, or CSV.

    \b
    Services, and what each is charged by, the usual first:
      calls-inbound     minute, each       sms-inbound    segment, each
      calls-outbound    minute, each       sms-outbound   segment, each
      recordings        minute, each       phonenumbers   month
      transcriptions    each, minute

    \b
    A CSV begins with its columns; what is left empty is everywhere, the usual unit, and for
    minutes 60/60, seconds at first and after:
      service,to,price,per,increment
      calls-outbound,+44,0.014,minute,6/6
      calls-outbound,US,0.012,,
      calls-outbound,sip,0.001,,
      calls-inbound,,0.0085,,
      sms-outbound,US,0.0075,segment,
      sms-inbound,,0.0075,,
      phonenumbers,,1.15,month,
      recordings,,0.0025,,
      transcriptions,,0.05,each,

    \b
    Examples:
      ringfence tariff import rates.csv --currency USD
      ringfence tariff import rates.toml --for AC... --since 2030-01-01
    """
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise click.UsageError("the file is not text in UTF-8") from None
    with office(data) as ask:
        made = ask.run(
            "tariff.import", text=text, currency=currency, sid=sid, since=_instant(since)
        )
    if as_json:
        show.document(made)
    else:
        since_ = show.instant(made["since"])
        click.echo(f"{made['sid']}: {len(made['rates'])} rates in {made['currency']} from {since_}")
