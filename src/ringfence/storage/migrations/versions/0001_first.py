"""Accounts, configuration, parties, calls, recordings, jobs and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)
ROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "accounts",
        sa.Column("id", ID, nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("auth_token", sa.LargeBinary, nullable=False),
        sa.Column("seal_key", sa.BigInteger, nullable=False),
        sa.Column("pepper", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("size", ROW, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_audit_checkpoints"),
    )
    op.create_table(
        "audit_records",
        sa.Column("leaf", ROW, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("leaf", name="pk_audit_records"),
    )
    op.create_index("ix_audit_records_party_id", "audit_records", ["party_id"])
    op.create_table(
        "audit_tiles",
        sa.Column("level", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name="pk_audit_tiles"),
    )
    op.create_table(
        "call_parties",
        sa.Column("party_id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("party_id", "call_id", name="pk_call_parties"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "calls",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("direction", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("caller_id", ID, nullable=False),
        sa.Column("called_id", ID, nullable=False),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("number_id", ID, nullable=True),
        sa.Column("trunk_id", ID, nullable=True),
        sa.Column("offered_at", sa.BigInteger, nullable=False),
        sa.Column("rang_at", sa.BigInteger, nullable=True),
        sa.Column("answered_at", sa.BigInteger, nullable=True),
        sa.Column("person_at", sa.BigInteger, nullable=True),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
        sa.Column("duration_ms", sa.BigInteger, nullable=False),
        sa.Column("talk_ms", sa.BigInteger, nullable=False),
        sa.Column("cause", WORD, nullable=True),
        sa.Column("hung_up_by", WORD, nullable=True),
        sa.Column("missed", sa.Boolean, nullable=False),
        sa.Column("codec", WORD, nullable=False),
        sa.Column("mos_x100", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_calls_account_id_id", "calls", ["account_id", "id"])
    op.create_index("ix_calls_open", "calls", ["id"], sqlite_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "events",
        sa.Column("id", ROW, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("name", WORD, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("leaf", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_call_id", "events", ["call_id"])
    op.create_table(
        "jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("key_serial", sa.BigInteger, nullable=True),
        sa.Column("unique_key", sa.Text, nullable=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("run_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("error", WORD, nullable=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_jobs_state_run_at", "jobs", ["state", "run_at"])
    op.create_index("uq_jobs_kind_unique_key", "jobs", ["kind", "unique_key"], unique=True)
    op.create_table(
        "parties",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=True),
        sa.Column("address", sa.LargeBinary, nullable=True),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("erased_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_parties"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_parties_lookup", "parties", ["lookup"], unique=True)
    op.create_table(
        "recording_channels",
        sa.Column("recording_id", ID, nullable=False),
        sa.Column("channel", sa.BigInteger, nullable=False),
        sa.Column("leg_id", ID, nullable=False),
        sa.Column("incoming", sa.Boolean, nullable=False),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("recording_id", "channel", name="pk_recording_channels"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recordings",
        sa.Column("id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=True),
        sa.Column("requested_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=True),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
        sa.Column("duration_ms", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_recordings_account_id_id", "recordings", ["account_id", "id"])
    op.create_index("ix_recordings_call_id", "recordings", ["call_id"])
    op.create_table(
        "flows",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_flows_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_flows"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_flows_account_id_name", "flows", ["account_id", "name"], unique=True)
    op.create_table(
        "phones",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("username", sa.LargeBinary, nullable=False),
        sa.Column("ha1", sa.LargeBinary, nullable=False),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_phones_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_phones"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_phones_lookup", "phones", ["lookup"], unique=True)
    op.create_table(
        "tokens",
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_tokens_account_id"),
        sa.PrimaryKeyConstraint("hash", name="pk_tokens"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tokens_expires_at", "tokens", ["expires_at"])
    op.create_table(
        "trunks",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("transport", WORD, nullable=False),
        sa.Column("username", sa.LargeBinary, nullable=True),
        sa.Column("password", sa.LargeBinary, nullable=True),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_trunks_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trunks"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_trunks_account_id_name", "trunks", ["account_id", "name"], unique=True)
    op.create_table(
        "flow_versions",
        sa.Column("flow_id", ID, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_flow_versions_flow_id"),
        sa.PrimaryKeyConstraint("flow_id", "version", name="pk_flow_versions"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "numbers",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("number", sa.LargeBinary, nullable=False),
        sa.Column("route", WORD, nullable=False),
        sa.Column("flow_id", ID, nullable=True),
        sa.Column("voice", sa.LargeBinary, nullable=True),
        sa.Column("method", WORD, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_numbers_account_id"),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_numbers_flow_id"),
        sa.PrimaryKeyConstraint("id", name="pk_numbers"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_numbers_lookup", "numbers", ["lookup"], unique=True)
