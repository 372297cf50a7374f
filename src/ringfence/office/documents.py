"""Whether a document that somebody wants to use can be carried out, and if not, why."""

from __future__ import annotations

from collections.abc import Container

from ringfence.api import views
from ringfence.kernel.errors import Refused
from ringfence.markup.parser import parse


def check_document(twiml: str) -> list[views.Problem]:
    """Return what is wrong with a TwiML document that can be carried out all the same.

    Raises `Refused` (``bad_twiml``) naming everything by its place where it cannot.
    """
    document = parse(twiml.encode())
    errors = [problem for problem in document.problems if problem.severity == "error"]
    if errors or not document.usable:
        told = "; ".join(map(str, document.problems))
        raise Refused("bad_twiml", told or "the document asks for nothing")
    return [
        views.Problem(
            where=f"line {problem.line}, column {problem.column}",
            text=problem.sentence,
            level="warning",
        )
        for problem in document.problems
    ]


def check_flow(document: bytes) -> list[views.Problem]:
    """Everything that is wrong with a flow document."""
    from ringfence.flows.versions import problems_of

    return [views.Problem(where=p.where, text=p.text) for p in problems_of(document)]


def leads_nowhere(document: bytes, known: Container[str]) -> list[views.Problem]:
    """Return where a good flow document goes on with a flow that is not there.

    It is a warning and no mistake: of two flows that lead to each other one has to come first.
    """
    from ringfence.flows.applets import Goto
    from ringfence.flows.values import shown
    from ringfence.flows.versions import read

    return [
        views.Problem(
            where=f"$.applets.{shown(name)}.flow",
            text="there is no flow of that name yet; who gets here hears an apology",
            level="warning",
        )
        for name, applet in read(document).applets.items()
        if isinstance(applet, Goto) and applet.flow and applet.flow not in known
    ]
