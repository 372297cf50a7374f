"""``/v1/work``, ``/v1/backups``, ``/v1/restore``, ``/v1/doctor``, ``/v1/privacy/proofs``.

What takes minutes is answered with 202 and a piece of work, which says how far it is.
"""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from ringfence.api import views_about as views
from ringfence.api.common import HEADERS, Asked, require, use_cases
from ringfence.api.resources import Body, file, resource


class People(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/privacy/proofs``: how many people to make up."""

    people: int | None = None


class Chosen(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/restore``: a backup, as ``GET /v1/backups`` names it."""

    backup: str


@get("/v1/privacy/proofs/{sid:str}/report",
     opt={"case": "privacy.proof.report", "media": "text/plain"})  # fmt: skip
async def fetch_report(request: Asked, sid: FromPath[str]) -> Response[str]:
    """Return the signed report of a proof as text; 404 before it is done."""
    actor = await require(request)
    note: str = await use_cases(request).run("privacy.proof.report", {"sid": sid}, actor=actor)
    return Response(note, media_type="text/plain; charset=utf-8", headers=HEADERS)


HANDLERS = (
    resource("GET /v1/work", "work.list", list[views.Work],
             "Long work since the server started, newest first."),
    resource("GET /v1/work/{sid:str}", "work.show", views.Work,
             "How far it is, and what came of it."),
    resource("POST /v1/work/{sid:str}/cancel", "work.cancel", views.Work,
             "Stop it; what it had begun is tidied away."),
    resource("POST /v1/privacy/proofs", "privacy.proof.begin", views.Work,
             "Begin a proof: made-up people go through everything, are erased, and every byte of "
             "the data folder and the backups is searched.", body=People, status=202),
    fetch_report,
    resource("POST /v1/backups", "backup.begin", views.Work,
             "Begin a backup: a file without any key. Keys are copied on the machine itself.",
             status=202),
    resource("GET /v1/backups", "backup.list", list[views.Backup],
             "The files in the folder for backups, newest first."),
    file("GET /v1/backups/{name:str}/file", "backup.fetch", "A backup as a file.",
         media="application/x-tar"),
    resource("POST /v1/restore", "restore.stage", views.Work,
             "Check a backup and have it put back at the next start, which serves only after the "
             "erasures since were done again.", body=Chosen, status=202),
    resource("GET /v1/restore", "restore.show", views.Staged,
             "What is put back at the next start."),
    resource("DELETE /v1/restore", "restore.unstage", views.Staged,
             "Put nothing back at the next start."),
    resource("GET /v1/doctor", "system.doctor", list[views.Finding],
             "What is wrong with the installation, with the command that mends each."),
)  # fmt: skip
