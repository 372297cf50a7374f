"""What the far end of a leg answered on the wire, as far as a program wants to know it.

It goes from the leg to `notices.DialFinished` and is forgotten: nothing of it is stored or logged,
because header fields may say anything of anybody.
"""

from __future__ import annotations

from ringfence.kernel.values import Hidden, Value


class Reply(Value, frozen=True, kw_only=True):
    """A final answer. ``status``: of SIP, 0 where there was none; ``call_id``: of the dialog.

    ``headers``: the fields of the answer whose names begin with ``X-``, as they were sent.
    ``returned``: what an application of ours gave back with its end, by name.
    """

    status: int = 0
    call_id: Hidden[str] = ""
    headers: Hidden[tuple[tuple[str, str], ...]] = ()
    returned: Hidden[tuple[tuple[str, str], ...]] = ()
