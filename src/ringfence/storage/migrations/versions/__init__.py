"""One file per step of the schema; a step is never changed once released."""
