"""``ringfence simulate``: what would happen in a call that was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office


@click.command()
@click.argument("sid", metavar="CALL")
@click.option("--flow", metavar="NAME", help="Run this flow.")
@click.option("--url", metavar="URL", help="Run the document at this address.")
@click.option("--twiml", metavar="FILE", type=click.File("r"), help="Run this document.")
@click.option("--method", type=click.Choice(["GET", "POST"]), default="POST", help="For --url.")
@click.option(
    "--digits", metavar="KEYS", multiple=True, help="Press these instead; once for each question."
)
@click.option(
    "--dial",
    type=click.Choice(["no_answer", "busy", "failed", "completed", "cancelled"]),
    default="no_answer",
    help="How every dial ends.",
)
@click.option("--fetch", is_flag=True, help="Really ask the servers, marked as a simulation.")
@data_option
@json_option
def simulate(
    sid: str,
    flow: str | None,
    url: str | None,
    twiml: IO[str] | None,
    method: str,
    digits: tuple[str, ...],
    dial: str,
    fetch: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Run a flow, a URL or a document with the caller of a recorded call, without placing one.

    The same numbers, the same keys at the same moments, in virtual time. Nobody is rung, recorded
    or told. Documents are answered with what their server said in the recorded call, as far as the
    notification log has kept it; --fetch asks the server, with the header X-Ringfence-Simulation.

    \b
    Examples:
      ringfence simulate CA… --flow welcome
      ringfence simulate CA… --url https://example.com/voice --fetch
      ringfence simulate CA… --twiml menu.xml --digits 1 --digits 42 --dial completed
    """
    with office(data) as ask:
        found = ask.run(
            "call.simulate",
            sid=sid,
            flow=flow,
            url=url,
            method=method,
            twiml=None if twiml is None else twiml.read(),
            digits=list(digits) or None,
            dial=dial,
            fetch=fetch,
        )
    columns = [
        show.Column("AT", lambda row: f"{row['at'] / 1000:.1f} s"),
        show.field("WHAT", "what"),
        show.field("", "text"),
    ]
    if as_json:
        show.document(found)
    else:
        show.rows(found["lines"], columns, as_json=False)
