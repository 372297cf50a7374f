"""Text messages as use cases: asked for, sent, taken in, shown; templates and campaigns."""

from ringfence.office.messaging import asking, senders, showing

__all__ = ["asking", "senders", "showing"]
