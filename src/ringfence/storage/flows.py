"""Flows of one account: documents with versions, sealed because a menu names people."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete, func, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, FlowId
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import flow_versions, flows, numbers
from ringfence.storage.statement import Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_ADD_FLOW = insert_row(flows)
_ADD_VERSION = insert_row(flow_versions)
_FLOWS = Statement(
    select(
        flows.c.id,
        flows.c.account_id,
        flows.c.name,
        flows.c.version,
        flows.c.created_at,
        flow_versions.c.document,
        flow_versions.c.created_at,
    )
    .join(
        flow_versions,
        (flow_versions.c.flow_id == flows.c.id) & (flow_versions.c.version == flows.c.version),
    )
    .where(flows.c.account_id == bindparam("account"))
    .order_by(flows.c.name)
)
_FLOW_BY_NAME = Statement(
    select(flows.c.id, flows.c.version, flows.c.created_at).where(
        flows.c.account_id == bindparam("account"), flows.c.name == bindparam("flow")
    ),
    "account",
    "flow",
)
_LAST_VERSION = Statement(
    select(func.max(flow_versions.c.version)).where(flow_versions.c.flow_id == bindparam("flow"))
)
_VERSION = Statement(
    select(flow_versions.c.document).where(
        flow_versions.c.flow_id == bindparam("flow"), flow_versions.c.version == bindparam("nr")
    ),
    "flow",
    "nr",
)
_SET_VERSION = Statement(
    update(flows).where(flows.c.id == bindparam("flow")).values(version=bindparam("nr")),
    "nr",
    "flow",
)
_DROP_VERSIONS = Statement(
    delete(flow_versions).where(flow_versions.c.flow_id == bindparam("flow"))
)
_USED_BY = Statement(
    select(func.count()).select_from(numbers).where(numbers.c.flow_id == bindparam("flow"))
)
_DROP_FLOW = Statement(delete(flows).where(flows.c.id == bindparam("flow")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A flow with its version in force. ``document``: JSON as the operator wrote it."""

    id: FlowId
    account: AccountId
    name: str
    version: int
    document: bytes = field(repr=False)
    created_at: Ms
    changed_at: Ms


class Flows:
    """Flows of one account. A version, once written, is never changed."""

    __slots__ = ("_seal",)

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal

    def put(self, tx: Transaction, flow: FlowId, *, name: str, document: bytes, now: Ms) -> Flow:
        """Add a flow, or a new version of the flow that has the name (which keeps its id)."""
        row = tx.row(_FLOW_BY_NAME, (self._seal.account.id, name))
        created = now
        if row is None:
            version = 1
            tx.run(_ADD_FLOW, (flow, self._seal.account.id, name, version, now))
        else:
            flow, created = FlowId(row[0]), row[2]
            version = tx.value(_LAST_VERSION, (flow,)) + 1
            tx.run(_SET_VERSION, (version, flow))
        sealed = self._seal.seal(document, f"flow:{flow}:{version}")
        tx.run(_ADD_VERSION, (flow, version, sealed, now))
        return Flow(
            id=flow, account=self._seal.account.id, name=name, version=version, document=document,
            created_at=created, changed_at=now,
        )  # fmt: skip

    def all(self, queries: Queries) -> list[Flow]:
        """Return every flow with its version in force, by name."""
        return [
            Flow(
                id=FlowId(row[0]), account=AccountId(row[1]), name=row[2], version=row[3],
                created_at=row[4], document=self._seal.open(row[5], f"flow:{row[0]}:{row[3]}"),
                changed_at=row[6],
            )
            for row in queries.rows(_FLOWS, (self._seal.account.id,))
        ]  # fmt: skip

    def document_of(self, queries: Queries, flow: FlowId, version: int) -> bytes:
        """Return an old document of a flow."""
        sealed = queries.value(_VERSION, (flow, version))
        if sealed is None:
            raise Refused("not_found", "there is no such version of the flow")
        return self._seal.open(sealed, f"flow:{flow}:{version}")

    def drop(self, tx: Transaction, name: str) -> FlowId:
        """Remove a flow and its versions; refused (``in_use``) while a number leads to it."""
        row = tx.row(_FLOW_BY_NAME, (self._seal.account.id, name))
        if row is None:
            raise Refused("not_found", "there is no flow of that name")
        if tx.value(_USED_BY, (row[0],)):
            raise Refused("in_use", "a number leads to this flow; change the number first")
        tx.run(_DROP_VERSIONS, (row[0],))
        tx.run(_DROP_FLOW, (row[0],))
        return FlowId(row[0])
