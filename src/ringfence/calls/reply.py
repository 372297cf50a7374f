"""What the far end of a leg answered on the wire, as far as a program wants to know it.

It goes from the leg to `notices.DialFinished` and is forgotten: nothing of it is stored or logged,
because header fields may say anything of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A final answer. ``status``: of SIP, 0 where there was none; ``call_id``: of the dialog.

    ``headers``: the fields of the answer whose names begin with ``X-``, as they were sent.
    ``returned``: what an application of ours gave back with its end, by name.
    """

    status: int = 0
    call_id: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    returned: tuple[tuple[str, str], ...] = field(default=(), repr=False)
