"""Bounds of what an installation is set up with, what it costs, and who may change it."""

from ringfence.kernel.limits.limit import Limit

# office
NAME_CHARS_MAX = Limit(64, "characters", "names of flows, trunks and phones appear in SIP URIs")
ADDRESSES_MAX = Limit(1_000, "addresses", "a list opens all of them, and the audit log has each")
POSTAL_LINE_CHARS = Limit(128, "characters", "one line of a postal address")
ADDRESS_CHARS_MAX = Limit(256, "characters", "a SIP address somebody is erased by")
TRUNK_IPV4_PREFIX_MIN = Limit(8, "bits", "the widest private network; wider ones hold strangers")
TRUNK_IPV6_PREFIX_MIN = Limit(32, "bits", "what a registry gives to one provider")
DEMO_VOICE_SAMPLES = Limit(160, "samples", "20 ms of speech, which chance does not repeat")
RESOURCES_MAX = Limit(10_000, "documents", "of one kind, kept in memory: about 5 MB")
FRIENDLY_NAME_CHARS_MAX = Limit(64, "characters", "what people call a thing; Twilio's own bound")
SUBACCOUNTS_MAX = Limit(1_000, "accounts", "each is compared with every wrong token")
EXPORT_CHUNK_BYTES = Limit(49_152, "bytes", "one line of the control socket holds it in base64")
FOLLOW_BACKLOG = Limit(1_024, "facts", "a terminal that stopped reading misses the oldest lines")

# tariffs, balances
TARIFF_RATES_MAX = Limit(20_000, "rates", "of one tariff: a carrier's whole list of prefixes")
TARIFF_VERSIONS_MAX = Limit(1_000, "versions", "of all tariffs, kept in memory")
TARIFF_FILE_CHARS_MAX = Limit(2_000_000, "characters", "of a file of as many rates as may be")
TARIFF_PRICE_MICROS_MAX = Limit(10**15, "millionths", "a milliard: more is a slip of the pen")
TARIFF_INCREMENT_S_MAX = Limit(3_600, "seconds", "nobody charges by more than an hour")
TARIFF_ADDRESSES = Limit(20_000, "addresses", "of calls that begin, until their rate is known")
BALANCE_DEBT_MICROS = Limit(10**9, "millionths", "a full account may owe a thousand, then no more")
BALANCE_REASON_CHARS = Limit(200, "characters", "why an amount was credited, in a sentence")
USAGE_DAYS_MAX = Limit(3_660, "days", "of usage added up at once: ten years")

# who may
PASSWORD_CHARS_MIN = Limit(8, "characters", "shorter ones are guessed over the network")
ADMIN_LINK_MS = Limit(86_400_000, "ms", "a day to open the link that the first start printed")
SESSION_MS = Limit(43_200_000, "ms", "a working day; then the operator asks for another link")
SESSIONS_MAX = Limit(256, "sessions", "a handful of people at several browsers")
KEYS_MAX = Limit(1_000, "keys", "kept in memory, revoked ones too")
KEY_NAME_CHARS_MAX = Limit(200, "characters", "what a key or a ticket is for, in a sentence")
KEY_DAYS_MAX = Limit(3_650, "days", "a key that is to last longer is made without an end")
TICKETS_MAX = Limit(10_000, "tickets", "of staff, kept in memory, closed ones too")
TICKET_MINUTES_MAX = Limit(480, "minutes", "a working day; a longer matter takes another ticket")
