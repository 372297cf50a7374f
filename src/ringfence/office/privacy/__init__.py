"""The privacy centre's use cases; importing this fills the table of `ringfence.office.table`."""

from ringfence.office.privacy import erasure, messages, notice, policy, proof, retention

__all__ = ["erasure", "messages", "notice", "policy", "proof", "retention"]
