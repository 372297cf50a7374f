"""The privacy centre's use cases; importing this fills the table of `ringfence.office.table`."""

from ringfence.office.privacy import retention

__all__ = ["retention"]
