"""Vocabulary and decisions of privacy: labels, sealing, keys, the gate, the audit log."""
