"""``ringfence carrier``: how text messages leave and arrive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import secrets, show
from ringfence.cli.options import data_option, json_option, office


@click.group()
def carrier() -> None:
    """Connect carriers of text messages: SMPP, gateways with HTTP, or none at all.

    \b
    Examples:
      ringfence carrier add main --smpp smsc.example.com:2775 --system-id acme
      ringfence carrier add india --smpp smsc.example.com:3550 --tls --system-id acme \\
          --sender EXMPLE --languages hi,ta --parts sar
      ringfence carrier add gateway --http gateway.json
      ringfence carrier add try --loopback
      ringfence carrier list
      ringfence carrier test main
    """


@carrier.command()
@click.argument("name")
@click.option("--smpp", metavar="HOST:PORT", help="A message centre that speaks SMPP 3.4.")
@click.option(
    "--http",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A gateway, described in a JSON file: url, fields, headers, success, ...",
)
@click.option("--loopback", is_flag=True, help="Deliver to ourselves: for trying things out.")
@click.option(
    "--sender",
    "senders",
    multiple=True,
    metavar="NUMBER|WORD",
    help="Goes by this carrier alone. Without it: every sender that has no other.",
)
@click.option("--system-id", metavar="NAME", help="Who we are there.")
@click.option("--system-type", metavar="WORD", default="", help="If the carrier gave you one.")
@click.option("--tls", is_flag=True, help="SMPP inside TLS; the certificate is checked.")
@click.option(
    "--sessions",
    type=click.Choice(["transceiver", "separate", "transmitter", "receiver"]),
    default="transceiver",
    show_default=True,
    help="One session both ways, one for each way, or one way alone.",
)
@click.option("--outbind", type=int, default=0, metavar="PORT", help="It calls us, there.")
@click.option(
    "--window",
    type=int,
    default=50,
    show_default=True,
    help="Messages sent before the first is answered.",
)
@click.option("--per-second", type=int, default=0, help="What the contract allows; 0: no bound.")
@click.option(
    "--alphabet",
    type=click.Choice(["gsm7", "latin1"]),
    default="gsm7",
    show_default=True,
    help="What data coding 0 means there.",
)
@click.option(
    "--parts",
    type=click.Choice(["udh", "udh16", "sar", "payload"]),
    default="udh",
    show_default=True,
    help="How long messages are cut.",
)
@click.option(
    "--languages",
    default="",
    metavar="hi,ta,...",
    help="National tables that telephones there know: more letters in a message.",
)
@click.option("--smart", is_flag=True, help="Write curly quotes as plain ones where that saves.")
@click.option(
    "--receipt-ids",
    type=click.Choice(["same", "hex", "decimal"]),
    default="same",
    show_default=True,
    help="How receipts write the ids of answers.",
)
@click.option(
    "--source-ton", type=int, help="Type of the sender's number, where it is not as it looks."
)
@click.option("--source-npi", type=int, help="Numbering plan of the sender's number, likewise.")
@click.option("--dest-ton", type=int, help="Type of the receiver's number, likewise.")
@click.option("--dest-npi", type=int, help="Numbering plan of the receiver's number, likewise.")
@data_option
@json_option
def add(
    name: str,
    smpp: str | None,
    http: Path | None,
    loopback: bool,
    senders: tuple[str, ...],
    data: Path | None,
    as_json: bool,
    languages: str,
    system_id: str | None,
    **ways: Any,
) -> None:
    """Add a carrier and connect to it.

    Its password, or the secret of a gateway, is prompted for; a script writes it on standard
    input. A gateway's file says how it is asked, and where its answers and webhooks have what:

    \b
      {"url": "https://sms.example.com/send", "body": "json",
       "headers": {"Authorization": "Bearer {secret}"},
       "fields": {"to": "{to}", "from": "{from}", "text": "{text}", "ref": "{id}"},
       "success": "queued", "message_id": "messages[0].id",
       "receipt": {"id": "messageId", "state": "status", "error": "code"},
       "inbound": {"from": "msisdn", "to": "to", "text": "text", "id": "messageId"},
       "states": {"OK": "delivered"}}

    "body" is json, form or query. Filled in are {to} {to_digits} {from} {from_digits} {text} {id}
    {media} {entity} {template} {telemarketer} {campaign} and {secret}; "a.b" lies in an object a,
    "a[]" is a list, "a:number" a number instead of a text. "inbound" may have "media", where
    links to pictures are: a list, a field that is repeated, or "MediaUrl0 MediaUrl1". Without
    {media} anywhere, links to
    pictures stand in the text.
    """
    if sum((smpp is not None, http is not None, loopback)) != 1:
        raise click.UsageError("choose one of --smpp, --http and --loopback")
    wanted: dict[str, Any] = {"name": name, "senders": list(senders)}
    if smpp is not None:
        wanted["smpp"] = _access(smpp, system_id, languages, ways)
    elif http is not None:
        wanted["http"] = secrets.template(http, "Secret of the gateway")
    with office(data) as ask:
        added = ask.run("carrier.add", **wanted)
    if as_json:
        show.document(added)
        return
    tries = show.command(f"carrier test {name}")
    click.echo(f"Carrier {added['name']} is added; '{tries}' tries it.")
    if added.get("webhook"):
        click.echo(f"Have the gateway send receipts and messages to {added['webhook']} here.")


def _access(smpp: str, system_id: str | None, languages: str, ways: dict[str, Any]) -> Any:
    host, _, port = smpp.rpartition(":")
    if not host or not port.isdigit():
        raise click.UsageError("write --smpp as HOST:PORT")
    if system_id is None:
        raise click.UsageError("--system-id says who we are there")
    access = {key: value for key, value in ways.items() if value is not None}
    access |= {"host": host.strip("[]"), "port": int(port), "system_id": system_id}
    access["languages"] = [word for word in languages.split(",") if word]
    access["password"] = secrets.read("Password of the carrier")
    return access


@carrier.command("list")
@data_option
@json_option
def list_carriers(data: Path | None, as_json: bool) -> None:
    """List carriers and how each one is."""
    with office(data) as ask:
        found = ask.run("carrier.list")
    _show(found, as_json=as_json)


@carrier.command()
@click.argument("name")
@data_option
@json_option
def test(name: str, data: Path | None, as_json: bool) -> None:
    """Wait until a carrier is ready or says why not. Nothing is sent to anybody."""
    with office(data) as ask:
        found = ask.run("carrier.test", name=name)
    _show([found], as_json=as_json)
    if found["state"] != "ready":
        raise SystemExit(1)


@carrier.command()
@click.argument("name")
@data_option
@json_option
def remove(name: str, data: Path | None, as_json: bool) -> None:
    """Remove a carrier; messages that wait go by another, or wait for one."""
    with office(data) as ask:
        removed = ask.run("carrier.remove", name=name)
    if as_json:
        show.document(removed)
    else:
        click.echo(f"Carrier {removed['name']} is removed.")


def _show(found: list[dict[str, Any]], *, as_json: bool) -> None:
    columns = [
        show.field("NAME", "name"),
        show.field("KIND", "kind"),
        show.field("ADDRESS", "address"),
        show.field("STATE", "state"),
        show.field("DETAIL", "detail"),
        show.field("WAITING", "waiting"),
    ]
    show.rows(found, columns, as_json=as_json)
