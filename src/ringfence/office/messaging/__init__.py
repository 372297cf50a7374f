"""Text messages as use cases: asked for, sent, taken in, shown; templates and campaigns."""

from ringfence.office.messaging import asking, inbox, senders, showing

__all__ = ["asking", "inbox", "senders", "showing"]
