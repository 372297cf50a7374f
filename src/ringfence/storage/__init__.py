"""Where facts rest: one labelled schema, SQLite through apsw, one writer, a separate keystore."""
