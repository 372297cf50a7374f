"""Bounds of HTTP: what is served, what is fetched, what is told."""

from ringfence.kernel.limits.limit import Limit

# api
HTTP_BODY_MAX = Limit(1024 * 1024, "bytes", "the largest TwiML document sent inline, with room")
PAGES_BACK = Limit(20, "pages", "back in a list of Twilio's; each makes the addresses longer")
PAGE_MAX = Limit(1_000, "rows", "one page of a list; Twilio's clients never ask for more")
PAGE_DEFAULT = Limit(50, "rows", "a screenful")
API_TEXT_CHARS = Limit(
    4_096, "characters", "of one text in a body, query or path; longer ones say so"
)
API_LIST_MAX = Limit(10_000, "items", "of one list in a body; people concerned by an incident")
API_MAP_MAX = Limit(500, "entries", "of one object in a body; a flow has 200 applets")
CURSOR_CHARS_MAX = Limit(256, "characters", "of the word that leads to the next page; ours have 80")
API_RATE = Limit(3_000, "requests", "of one caller in a window: three times what was ever asked")
API_RATE_WINDOW = Limit(10, "seconds", "in which a caller's requests are counted")
API_CALLERS_MAX = Limit(4_096, "callers", "remembered for their rate; keys and apps are fewer")
IDEMPOTENCY_HOURS = Limit(24, "hours", "a request may be repeated so long; clients give up before")
IDEMPOTENCY_KEY_CHARS = Limit(255, "characters", "of an idempotency key; a UUID has 36")
IDEMPOTENCY_ANSWER_BYTES = Limit(262_144, "bytes", "of one answer kept for repetitions")
IDEMPOTENCY_KEYS_MAX = Limit(100_000, "keys", "of one account at a time: one a second for a day")
HTTP_DRAIN_MAX = Limit(
    16_777_216, "bytes", "of a body too large, dropped so that its sender is told"
)
HTTP_DRAIN_MS = Limit(10_000, "ms", "for the rest of a body that is too large; then it is cut off")
HTTP_HEAD_MS = Limit(10_000, "ms", "from a connection or a request's first byte to its blank line")
HTTP_HEAD_MAX = Limit(65_536, "bytes", "of a request before its body; a page address has 8,000")
HTTP_BODY_MS = Limit(60_000, "ms", "for a whole body: the largest on a line of 140 kbit/s")
HTTP_SEND_MS = Limit(30_000, "ms", "who takes nothing of an answer for so long is cut off")
HTTP_LINES_MAX = Limit(2_000, "connections", "open at once; then the longest idle makes room")
API_REFUSALS_MS = Limit(10_000, "ms", "between lines of the log about refusals that are alike")
API_REFUSALS_KINDS = Limit(1_024, "kinds", "of refusals counted apart; there are a few hundred")
HTTP_BACKLOG = Limit(512, "connections", "not yet accepted; more than a burst of webhooks")
HTTP_KEEPALIVE_S = Limit(30, "s", "an idle browser connection")
HTTP_STOP_S = Limit(3, "s", "an answer under way at the stop; a stream is cut")
TWILIO_FIELDS_MAX = Limit(1_000, "fields", "of one form; the largest real one has forty")

# apps
APPS_MAX = Limit(1_000, "apps", "of others, kept in memory, revoked ones too")
APP_GRANTS_MAX = Limit(10_000, "grants", "that stand, kept in memory: an app has one or a few")
APP_REDIRECTS_MAX = Limit(10, "addresses", "an app may be sent back to; most have one or two")
APP_CODE_MS = Limit(60_000, "ms", "between consent and the app's server asking: one request")
APP_ACCESS_MS = Limit(3_600_000, "ms", "of an access token; a refresh token gets the next one")
APP_REFRESH_MS = Limit(30 * 86_400_000, "ms", "an app that is not used for a month asks again")
APP_VERIFIER_CHARS = Limit(128, "characters", "RFC 7636 4.1: 43 to 128 of them")

# events
EVENT_BATCH = Limit(200, "events", "of a stream read at once; then calls get their turn")
EVENT_BEHIND_MAX = Limit(100_000, "events", "a reader this far behind is told to come back")
EVENT_GATHER = Limit(50, "ms", "facts of a busy moment are read together")
EVENT_HEARTBEAT = Limit(15_000, "ms", "proxies cut what is silent for 30 s and more")
EVENT_SEND = Limit(30_000, "ms", "a reader that does not read for this long is cut off")
EVENT_STREAMS_MAX = Limit(200, "streams", "of events open at a time; each costs a connection")
EVENT_TYPES_MAX = Limit(100, "names", "of events one stream is filtered by; there are fewer")
STREAM_LOOK = Limit(1_000, "ms", "between looks at whether a reader may: it is cut within 5 s")

# webhooks
FETCH_TOTAL_MS = Limit(30_000, "ms", "a backstop: the web client has its own, shorter time-out")
WEBHOOK_TOTAL_MS = Limit(15_000, "ms", "from the name to the last byte; Twilio's own patience")
WEBHOOK_CONNECT_MS = Limit(5_000, "ms", "a server that does not accept by then is down")
WEBHOOK_BODY_BYTES = Limit(65_536, "bytes", "a document; whoever fetches audio asks for more")
CACHE_SECONDS_MAX = Limit(86_400, "s", "what was fetched is kept for a day at the very most")
CACHE_ENTRY_BYTES = Limit(
    2_097_152, "bytes", "two minutes of 128 kbit/s; longer audio streams through"
)
CACHE_TOTAL_BYTES = Limit(134_217_728, "bytes", "of fetched documents and audio kept sealed")
WEBHOOK_CHUNK_BYTES = Limit(65_536, "bytes", "read at once")
WEBHOOK_REDIRECTS = Limit(5, "redirects", "real sites need two; more is a loop")
WEBHOOK_CONNECTIONS_PER_HOST = Limit(100, "connections", "enough for 1,000 calls of 100 ms answers")
WEBHOOK_IDLE_MS = Limit(4_000, "ms", "below the 5 s after which common servers close idle ones")
WEBHOOK_RESOLVER_THREADS = Limit(16, "threads", "a name server that hangs blocks one each")
GUARD_TARGETS = Limit(1_024, "URLs", "whose text was checked lately")
WEBHOOK_ADMITTED_MAX = Limit(4_096, "addresses", "that passed the guard lately")

# callbacks
NOTIFICATION_SIDE_BYTES = Limit(16_384, "bytes", "of a request or an answer in the log")
NOTIFICATION_HEADER_BYTES = Limit(4_096, "bytes", "of the header of an answer in the log")
DELIVERY_LIFE_MS = Limit(86_400_000, "ms", "a callback is tried for a day, then given up")
DELIVERY_FIRST_MS = Limit(10_000, "ms", "before the second try; then twice as long each time")
DELIVERY_LONGEST_MS = Limit(3_600_000, "ms", "between two tries of a callback")
DELIVERY_AT_ONCE = Limit(50, "callbacks", "at once to one server; documents need connections too")
DELIVERY_SHARE = Limit(4, "callbacks", "at once to one server while many servers are slow")
DELIVERY_FLYING_MAX = Limit(400, "callbacks", "at once to all servers; each holds a socket")
DELIVERY_LOAD = Limit(64, "callbacks", "read at once for one server")
DELIVERY_HELD_MAX = Limit(2_000, "callbacks", "at hand in clear before their first try")
BREAKER_FAILURES = Limit(5, "failures", "in a row, until a server is left alone")
BREAKER_FIRST_MS = Limit(30_000, "ms", "a server is left alone; then twice as long each time")
BREAKER_LONGEST_MS = Limit(600_000, "ms", "a server that recovered is noticed after this")
REPLAY_MAX = Limit(100, "exchanges", "sent again by one request; more take several")
WEBHOOKS_MAX = Limit(20, "webhooks", "of an account: each fact is kept once for every one of them")
CALLBACK_WAIT_MS = Limit(40_000, "ms", "for one try: two requests where there is a second URL")
