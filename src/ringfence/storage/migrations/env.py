"""Alembic's entry: SQL is written, never executed here (see ``ringfence.storage.migrations``)."""

from __future__ import annotations

from alembic import context

from ringfence.storage.schema import metadata

context.configure(
    dialect_name="sqlite",
    dialect_opts={"paramstyle": "named"},
    target_metadata=metadata,
    literal_binds=True,
    output_buffer=context.config.output_buffer,
)
context.run_migrations()
