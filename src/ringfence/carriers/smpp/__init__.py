"""SMPP 3.4 as a client (ESME): PDUs, one session as a table of states, and its TCP or TLS link."""
