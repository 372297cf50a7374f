"""Bounds of what people may ask and the law says: consents, cases, policies, retention, proofs."""

from ringfence.kernel.limits.limit import Limit

# privacy: consents, gate
RECORDING_ANSWER_MS = Limit(8_000, "ms", "to press a key that means yes, after the question")
CHOICES_MAX = Limit(1_000, "choices", "of one person; a person changes their mind, a script floods")
HOLDS_PAGE = Limit(500, "rows", "of holds or restrictions shown at once")
ATTEMPTS_COUNTED = Limit(16, "calls", "no law allows more unanswered calls in a week")

# cases
MAIL_INTAKE_BYTES = Limit(262_144, "bytes", "a letter with its headers; pictures are not read")
CODE_DIGITS = Limit(6, "digits", "heard once and typed; five tries at a million are one in 200,000")
CODE_TRIES = Limit(5, "tries", "a mistyped digit is forgiven, guessing is not")
CODE_LIFE_MS = Limit(600_000, "ms", "ten minutes: the telephone rings at once")
CODES_PER_CASE = Limit(3, "codes", "a call that was missed, twice")
CODES_PER_CONTACT = Limit(6, "codes", "a day, to one number: nobody is rung out of bed by a form")
POLICY_DOCUMENT_CHARS = Limit(524_288, "characters", "of a policy as TOML; ours have 30 KiB")
CASE_WORDS_MAX = Limit(4_000, "characters", "a page of explanation")
CASES_SHOWN_MAX = Limit(1_000, "cases", "one list; the open ones come first")
CASE_SWEEP_MAX = Limit(500, "cases", "looked at in one round of the clocks; the rest in the next")
ARCHIVE_CHUNK_BYTES = Limit(262_144, "bytes", "one sealed piece of an archive")
ARCHIVE_BYTES_MAX = Limit(2_147_483_648, "bytes", "a person's ten years of calls and recordings")
ARCHIVE_LIFE_MS = Limit(604_800_000, "ms", "a week to download an archive, then it is destroyed")
ARCHIVE_ROWS_MAX = Limit(200_000, "rows", "of one table about one person")
PUSH_BYTES_MAX = Limit(67_108_864, "bytes", "a portability bundle in one request")
PUSH_WAIT_MS = Limit(60_000, "ms", "for a provider to take a bundle")
CHILD_REPORTS_PER_DAY = Limit(3, "reports", "of one address; each restricts somebody at once")
RIGHTS_PER_HOUR = Limit(60, "requests", "of one address to public pages; people need a dozen")
RIGHTS_SOURCES_MAX = Limit(8_192, "addresses", "remembered for the rate limit, about 2 MB")
TRANSPARENCY_ROWS_MAX = Limit(100_000, "steps", "of demands, counted again for every report")

# policy
PACK_MISTAKES = Limit(100, "lines", "of a pack that are no TOML, named at once")
ADULT_YEARS = Limit(18, "years", "the highest of the ages the policies and the laws name")
BREACH_HOURS = Limit(72, "hours", "GDPR 33(1): the authority is told of a breach by then")
CHILD_RESTRICTION_HOURS = Limit(1, "hours", "a report about a child restricts its record by then")
COOKIE_QUESTION_DAYS = Limit(182, "days", "half a year before somebody who declined is asked again")
EMERGENCY_REVIEW_HOURS = Limit(72, "hours", "a disclosure in an emergency is looked at by then")
GRIEVANCE_MONTHS = Limit(1, "months", "a grievance is settled by then, or extended with reasons")
RIGHTS_MONTHS = Limit(1, "months", "GDPR 12(3): a rights request is answered by then")
WITHDRAWAL_SECONDS = Limit(60, "seconds", "a withdrawn consent holds everywhere by then")
POLICY_AHEAD_MS = Limit(63_072_000_000, "ms", "two years: a version further off is a mistyped date")
POLICY_CHANGES_TOLD = Limit(40, "changes", "listed in an e-mail; the page has all of them")
POLICY_USE_MS = Limit(60_000, "ms", "how often a door looks whether another version holds")

# the proof of erasure
TRACER_NEEDLE_MIN = Limit(6, "bytes", "shorter ones turn up by chance in a gibibyte of sealed data")
TRACER_DEPTH = Limit(3, "layers", "a compressed log in a mail attachment in an archive")
TRACER_UNPACKED_MAX = Limit(16_777_216, "bytes", "of one packed part; a bomb must not fill memory")
TRACER_WRAPPED_MIN = Limit(24, "characters", "shorter runs of base64 or hex hold no whole tracer")
TRACER_TONE_BYTES = Limit(480, "bytes", "30 ms of PCM: two frames; nothing else repeats so long")
TRACER_CHUNK = Limit(8_388_608, "bytes", "read and searched at a time")
TRACER_OVERLAP = Limit(262_144, "bytes", "shared by neighbouring chunks, for what lies across")
PROOF_PEOPLE = Limit(3, "people", "made up for one proof unless asked for more")
PROOF_PEOPLE_MAX = Limit(50, "people", "the range reserved for fiction has a thousand numbers")
PROOF_PLANTED = Limit(100, "leaks", "planted beside the data; 99 must be found")
PROOF_SPEAK_MS = Limit(2_500, "ms", "the made-up voice in each call")
PROOF_HTTP_WAIT = Limit(10, "seconds", "an answer of the platform on this machine")
PROOF_TEXT_BYTES = Limit(262_144, "bytes", "a report of a proof that may be signed")

# retention
ID_BLUR_MS = Limit(30 * 86_400_000, "ms", "ids of people: all who came within a month look alike")
COUNT_CALLERS_MIN = Limit(5, "people", "a count of fewer could be told to be one of them")
KEEP_DAYS_MAX = Limit(3_650, "days", "ten years; the policy's own ceilings are lower")
SWEEP_BATCH = Limit(500, "records", "some milliseconds of the writer; calls go on between two")
SWEEP_CALLS_MAX = Limit(200_000, "records", "of a kind in one run; the rest waits for the next day")
SWEEP_RUN_MS = Limit(
    20_000, "ms", "for each kind; what is not swept by then waits for the next run"
)
