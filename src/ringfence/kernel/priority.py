"""How threads share a processor: who may interrupt whom.

A thread that is woken usually takes the processor from the one that woke it, in the middle of what
that was doing, and both pay for cold caches. Threads that nobody waits for, turn by turn, ask not
to (``SCHED_BATCH``, sched(7)): they get the same share of time, a moment later.
"""

from __future__ import annotations

import os


def work_in_background() -> bool:
    """Let the calling thread wake up without interrupting others; whether the system obeyed."""
    try:
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    except (AttributeError, OSError):
        return False  # another system, or one that forbids it: it works, and costs a little more
    return True
