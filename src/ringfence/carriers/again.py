"""Whether a carrier brings a message once more, or a person wrote the same again.

A carrier that names its messages says so itself. Where it does not, only the text can tell, and
people answer menus: "1", and half a minute later "1" again. But a carrier repeats for one reason
alone, that it heard no yes: the session broke, or the answer was slow, or was a no. So equal texts
of one person in one session, the earlier of them answered soon, are two messages.

    reference(...) ─> the digest, which the office knows for minutes, or "" for one that is new
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import TEXT_SAME_MS, TEXT_SEEN_MAX, TEXT_SOON_MS


@dataclass(slots=True)
class _Seen:
    session: object
    came: Ms
    answered: Ms | None = None

    def missed(self, now: Ms) -> bool:
        """Whether the carrier may have given up waiting for the answer to it."""
        return (now if self.answered is None else self.answered) - self.came >= TEXT_SOON_MS


class Again:
    """What one carrier brought lately, by digest."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def reference(self, digest: str, session: object, now: Ms) -> str:
        """Return what the office is to know an arriving message by; see above."""
        known = self._seen.pop(digest, None)
        self._seen[digest] = _Seen(session, now)
        while self._seen:
            oldest = next(iter(self._seen.values()))
            if len(self._seen) <= TEXT_SEEN_MAX and oldest.came > now - TEXT_SAME_MS:
                break
            self._seen.popitem(last=False)
        new = known is not None and known.session is session and not known.missed(now)
        return "" if new else digest

    def answered(self, digest: str, now: Ms) -> None:
        """Take note of a yes."""
        known = self._seen.get(digest)
        if known is not None and known.answered is None:
            known.answered = now

    def refused(self, digest: str) -> None:
        """Take note of a no: it will come again."""
        self._seen.pop(digest, None)


def digest(*parts: str) -> str:
    """Return what a message without a name is known by."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
