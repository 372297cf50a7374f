"""What was entered for one payment: checked as it comes, shown masked, and wiped at the end.

Errors are the words of Twilio's ``errorType``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ringfence.kernel.clock import Ms
from ringfence.kernel.secret import SecretDigits
from ringfence.payments import cards
from ringfence.payments.order import Field, PaymentOrder

ACCOUNT_LEAST, ACCOUNT_MOST = 4, 17
"""Digits of a bank account's number; seventeen is what an ACH entry has room for (NACHA)."""
POSTAL_LEAST, POSTAL_MOST = 3, 10

_MOST: Mapping[Field, int] = MappingProxyType({
    "payment-card-number": cards.LONGEST,
    "expiration-date": 4,
    "security-code": 4,
    "postal-code": POSTAL_MOST,
    "bank-routing-number": 9,
    "bank-account-number": ACCOUNT_MOST,
})  # fmt: skip

ERRORS: Final[Mapping[Field, str]] = MappingProxyType({
    "payment-card-number": "invalid-card-number",
    "expiration-date": "invalid-date",
    "security-code": "invalid-security-code",
    "postal-code": "invalid-postal-code",
    "bank-routing-number": "invalid-bank-routing-number",
    "bank-account-number": "invalid-bank-account-number",
})  # fmt: skip


class Entries:
    """The secrets of one payment. `wipe` them when the processor has answered, or nobody will."""

    __slots__ = ("_order", "_pending", "_taken", "card_type")

    def __init__(self, order: PaymentOrder) -> None:
        self._order = order
        self._taken: dict[Field, SecretDigits] = {}
        self._pending: dict[Field, SecretDigits] = {}
        """Entered once, of those that are entered twice."""
        self.card_type = ""

    def most(self, field: Field) -> int:
        """Return how many digits end an entry."""
        if field == "security-code" and self.card_type:
            return cards.code_length(self.card_type)
        return _MOST[field]

    def is_whole(self, field: Field, digits: SecretDigits) -> bool:
        """Whether nothing can follow what was entered so far."""
        if field == "payment-card-number":
            return cards.is_whole(digits.reveal())
        return len(digits) >= self.most(field)

    def take(self, field: Field, digits: SecretDigits, now: Ms) -> str:
        """Take what was entered; the word for what is wrong with it, empty where it is kept."""
        if not digits:
            return "timeout"
        error = _CHECKS[field](self, digits, now)
        if error:
            digits.wipe()
            return error
        if field in self._order.matching and field not in self._pending:
            self._put(self._pending, field, digits)
            return ""
        return self.match(field, digits) if field in self._pending else self._keep(field, digits)

    def match(self, field: Field, digits: SecretDigits) -> str:
        """Take the second entry of what is entered twice."""
        first = self._pending.pop(field, None)
        if first is None or not first.same(digits):
            digits.wipe()
            if first is not None:
                first.wipe()
            return "input-matching-failed"
        first.wipe()
        return self._keep(field, digits)

    def _keep(self, field: Field, digits: SecretDigits) -> str:
        self._put(self._taken, field, digits)
        if field == "payment-card-number":
            self.card_type = cards.card_type(digits.reveal(), self._order.valid_card_types)
        return ""

    @staticmethod
    def _put(where: dict[Field, SecretDigits], field: Field, digits: SecretDigits) -> None:
        old = where.get(field)
        if old is not None:
            old.wipe()
        where[field] = digits

    def forget(self, field: Field) -> None:
        """Ask for one again from its first entry."""
        for where in (self._taken, self._pending):
            old = where.pop(field, None)
            if old is not None:
                old.wipe()
        if field == "payment-card-number":
            self.card_type = ""

    def again(self, field: Field) -> bool:
        """Whether the entry that comes is the second of its kind."""
        return field in self._pending

    def has(self, field: Field) -> bool:
        """Whether a field is there."""
        return field in self._taken

    @property
    def missing(self) -> tuple[Field, ...]:
        """What is still to be entered."""
        return tuple(field for field in self._order.fields if field not in self._taken)

    def secret(self, field: Field) -> SecretDigits:
        """Return one of them; no digits where it was not entered."""
        return self._taken.get(field) or SecretDigits()

    def masked(self) -> tuple[tuple[str, str], ...]:
        """Return what may be told of them, by the names Twilio gives it.

        The number of a card with its last four digits, of an account with its last two; a code
        with none. Expiry, postal code and routing number are told whole: they pay nothing.
        """
        shown: list[tuple[str, str]] = []
        taken = self._taken
        if card := taken.get("payment-card-number"):
            shown.append(("PaymentCardNumber", card.masked(4)))
            shown.append(("PaymentCardType", self.card_type))
        if date := taken.get("expiration-date"):
            shown.append(("ExpirationDate", date.reveal()))
        if code := taken.get("security-code"):
            shown.append(("SecurityCode", code.masked(0)))
        postal = taken.get("postal-code")
        if postal is not None:
            shown.append(("PaymentCardPostalCode", postal.reveal()))
        elif isinstance(self._order.postal_code, str):
            shown.append(("PaymentCardPostalCode", self._order.postal_code))
        if bank := taken.get("bank-routing-number"):
            shown.append(("BankRoutingNumber", bank.reveal()))
        if account := taken.get("bank-account-number"):
            shown.append(("BankAccountNumber", account.masked(2, mark="*")))
        return tuple(shown)

    def last_digits(self) -> str:
        """Return what a record of the payment keeps: four digits of a card, two of an account."""
        if card := self._taken.get("payment-card-number"):
            return card.last(4)
        account = self._taken.get("bank-account-number")
        return "" if account is None else account.last(2)

    def wipe(self) -> None:
        """Overwrite and forget all of them."""
        for digits in (*self._taken.values(), *self._pending.values()):
            digits.wipe()
        self._taken.clear()
        self._pending.clear()

    def __repr__(self) -> str:
        return "Entries()"

    # -- checks -------------------------------------------------------------------------------

    def _card(self, digits: SecretDigits, _now: Ms) -> str:
        kind = cards.card_type(digits.reveal(), self._order.valid_card_types)
        if not kind:
            return "invalid-card-number"
        return "" if kind in self._order.valid_card_types else "invalid-card-type"

    def _date(self, digits: SecretDigits, now: Ms) -> str:
        return "" if cards.expires(digits.reveal(), now) else "invalid-date"

    def _code(self, digits: SecretDigits, _now: Ms) -> str:
        wanted = (cards.code_length(self.card_type),) if self.card_type else (3, 4)
        return "" if len(digits) in wanted else "invalid-security-code"

    def _postal(self, digits: SecretDigits, _now: Ms) -> str:
        least = self._order.min_postal_code_length or POSTAL_LEAST
        return "" if least <= len(digits) <= POSTAL_MOST else "invalid-postal-code"

    def _routing(self, digits: SecretDigits, _now: Ms) -> str:
        return "" if cards.routing(digits.reveal()) else "invalid-bank-routing-number"

    def _account(self, digits: SecretDigits, _now: Ms) -> str:
        fits = ACCOUNT_LEAST <= len(digits) <= ACCOUNT_MOST
        return "" if fits else "invalid-bank-account-number"


_CHECKS: Final[Mapping[Field, Callable[[Entries, SecretDigits, Ms], str]]] = MappingProxyType({
    "payment-card-number": Entries._card,
    "expiration-date": Entries._date,
    "security-code": Entries._code,
    "postal-code": Entries._postal,
    "bank-routing-number": Entries._routing,
    "bank-account-number": Entries._account,
})  # fmt: skip
