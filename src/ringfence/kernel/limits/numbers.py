"""Bounds of telephone numbers: how they are written, how many there are, what is asked."""

from ringfence.kernel.limits.limit import Limit

# numbers
PHONE_DIGITS_MAX = Limit(15, "digits", "ITU-T E.164 6.2.1: at most fifteen digits")
PHONE_DIGITS_MIN = Limit(3, "digits", "emergency and short codes have three")
SHORT_CODE_DIGITS = Limit(6, "digits", "as many and fewer are a service's own number in every plan")
LOOKUP_KEEP_MS = Limit(300_000, "ms", "a client that asks twice; then it may have changed")
LOOKUPS_KEPT = Limit(1_000, "answers", "about numbers, in memory: about 1 MB")
LOOKUP_ANSWER_BYTES = Limit(16_384, "bytes", "of whoever is asked about a number")
CALLER_ID_DELAY_S = Limit(60, "seconds", "Twilio's own bound of CallDelay")
CALLER_ID_TRIES = Limit(3, "codes", "who cannot read the code out by then does not have it")
CALLER_ID_CHECKS_MAX = Limit(20, "checks", "at once: each is a call at our expense")
STOCK_RANGE_MAX = Limit(10_000, "numbers", "of one range: as many as there may be in use")
STOCK_RANGES_MAX = Limit(100, "ranges", "looking for a free number looks through all of them")
STOCK_MILES_MAX = Limit(500, "miles", "Twilio's own bound of what is near")
PLACES_CODES = Limit(8, "calling codes", "where their numbers are from: 1 to 12 MB each")
NUMBERS_MAX = Limit(10_000, "numbers", "all of them are kept in memory, about 5 MB")
