"""Long work, backups and restores: every row asks its use case."""

from typing import Any

from resource_rows import check_rows

from ringfence.api import views
from ringfence.api.v1.work import HANDLERS


def test_every_row_asks_its_use_case(client: Any, office: Any, basic: Any) -> None:
    check_rows(
        client, office, basic, [row for row in HANDLERS if row.opt["case"] != "backup.fetch"]
    )


def test_a_backup_is_handed_out_as_a_file(client: Any, office: Any, basic: Any) -> None:
    head = views.ExportHead(filename="x.tar", media_type="application/x-tar", size=4)
    office.streams["backup.fetch"] = [head, views.Chunk(data=b"tape")]
    answer = client.get("/v1/backups/x.tar/file", headers=basic())
    assert (answer.content, answer.headers["content-type"]) == (b"tape", "application/x-tar")
    assert office.asked[-1] == ("backup.fetch", {"name": "x.tar"}, "api")
    assert client.get("/v1/backups/x.tar/file").status_code == 401
