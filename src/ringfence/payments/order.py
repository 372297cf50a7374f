"""What is to be paid and how: the order of a ``<Pay>`` or of a payments session."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, get_args

from ringfence.kernel.currencies import CURRENCIES
from ringfence.payments.cards import CARD_TYPES, EVERYDAY

PaymentMethod = Literal["credit-card", "ach-debit"]
TokenType = Literal["one-time", "reusable", "payment-method"]
BankAccountType = Literal["consumer-checking", "consumer-savings", "commercial-checking"]
Field = Literal[
    "payment-card-number",
    "expiration-date",
    "security-code",
    "postal-code",
    "bank-routing-number",
    "bank-account-number",
]
FIELDS: Final[tuple[Field, ...]] = get_args(Field)
METHODS: Final = get_args(PaymentMethod)
TOKEN_TYPES: Final = get_args(TokenType)
ACCOUNT_TYPES: Final = get_args(BankAccountType)

AMOUNT_BELOW: Final = Decimal(1_000_000)
_DECIMALS: Final = {
    **dict.fromkeys(("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "pyg", "rwf"), 0),
    **dict.fromkeys(("ugx", "vnd", "vuv", "xaf", "xof", "xpf"), 0),
    **dict.fromkeys(("bhd", "iqd", "jod", "kwd", "lyd", "omr", "tnd"), 3),
}
"""Of currencies that have not two (ISO 4217)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """``amount``: as `amount_of` writes it; empty: no charge but a token for later.

    ``postal_code``: asked for (True), not asked for (False), or known already. ``matching``: what
    is entered twice. ``timeout_ms``: silence that ends an entry.
    """

    method: PaymentMethod = "credit-card"
    connector: str = "Default"
    token_type: TokenType = "reusable"  # noqa: S105 - a word of the interface
    amount: str = ""
    currency: str = "usd"
    description: str = field(default="", repr=False)
    security_code: bool = True
    postal_code: bool | str = field(default=True, repr=False)
    min_postal_code_length: int = 0
    valid_card_types: tuple[str, ...] = EVERYDAY
    bank_account_type: BankAccountType = "consumer-checking"
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    matching: frozenset[Field] = frozenset()
    timeout_ms: int = 5_000

    @property
    def fields(self) -> tuple[Field, ...]:
        """What has to be entered, in the order it is asked for."""
        if self.method == "ach-debit":
            return ("bank-routing-number", "bank-account-number")
        wanted: list[Field] = ["payment-card-number", "expiration-date"]
        if self.security_code:
            wanted.append("security-code")
        if self.postal_code is True:
            wanted.append("postal-code")
        return tuple(wanted)

    @property
    def charges(self) -> bool:
        """Whether money is asked for, and not a token alone."""
        return bool(self.amount)


def amount_of(text: str, currency: str = "usd") -> str | None:
    """Return an amount with a point and no sign, empty for nothing; None where it is no amount.

    From 0 to under 1,000,000 (Twilio's bound), with no more decimals than the currency has.
    """
    if not text.strip():
        return ""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 <= value < AMOUNT_BELOW:
        return None
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > decimals(currency):
        return None
    return f"{value:f}" if value else ""


def decimals(currency: str) -> int:
    """Return how many decimals amounts of a currency have."""
    return _DECIMALS.get(currency.lower(), 2)


def currency_of(text: str) -> str | None:
    """Return a currency (ISO 4217) in small letters; None where it is none."""
    return text.lower() if text.upper() in CURRENCIES else None


def card_types_of(text: str) -> tuple[str, ...] | None:
    """Return the card types named in a text, separated by spaces; None for an unknown one."""
    words = text.replace(",", " ").lower().split()
    return tuple(dict.fromkeys(words)) if words and set(words) <= set(CARD_TYPES) else None
