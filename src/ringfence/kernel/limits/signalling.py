"""Bounds of SIP: what is read, how long is waited, how much one sender may have."""

from ringfence.kernel.limits.limit import Limit

# switch
SIP_SOCKET_BUFFER_BYTES = Limit(4_194_304, "bytes", "smaller buffers drop bursts at 10-60 % CPU")
SIP_DATAGRAM_BYTES_MAX = Limit(65_535, "bytes", "the largest UDP payload there can be")
SIP_DRAIN_BATCH = Limit(64, "datagrams", "then timers and media get their turn")
SIP_CONNECTIONS_MAX = Limit(4_096, "connections", "file descriptors are finite")
SIP_CONNECTIONS_PER_HOST_MAX = Limit(256, "connections", "one host must not use up all of them")
SIP_CONNECT_MS = Limit(4_000, "ms", "a target that does not accept by then: try the next one")
SIP_STREAM_BACKLOG_BYTES = Limit(1_048_576, "bytes", "a peer that does not read is cut off")
SIP_STREAM_IDLE_MS = Limit(900_000, "ms", "a connection that no phone and no call rests on")
SIP_PORT_TRIES = Limit(20, "ports", "a free one for UDP that is free for TCP too")

# guard
GUARD_STRIKES = Limit(
    12, "strikes", "a phone with a wrong password makes a few, a scanner hundreds"
)
GUARD_STRIKES_WINDOW_MS = Limit(60_000, "ms", "strikes older than that are forgiven")
GUARD_BAN_MS = Limit(3_600_000, "ms", "an hour: long for a scanner, short for a misdialled set-up")
GARBAGE_LINE_MS = Limit(10_000, "ms", "one log line for what a source sends meanwhile, counted")
GARBAGE_LINES_MAX = Limit(
    100, "log lines", "in GARBAGE_LINE_MS for all sources: forged ones must not fill the log"
)
GUARD_SOURCES_MAX = Limit(65_536, "addresses", "memory for misbehaving sources, about 10 MB")

# sip wire
SIP_HEAD_MAX = Limit(32_768, "bytes", "ten times the longest of RFC 4475; a datagram has 64 KiB")
SIP_LINES_MAX = Limit(512, "header lines", "ten times the most of RFC 4475; each costs half a µs")
SIP_BODY_MAX = Limit(65_536, "bytes", "over a stream: no more than a datagram could have carried")
SIP_NONCE_LIFE_MS = Limit(3_600_000, "ms", "an hourly REGISTER refresh needs no second round")
SIP_NONCES_MAX = Limit(16_384, "nonces", "one per phone in use; older ones are called stale")
SIP_NC_WINDOW = Limit(64, "requests", "how far requests under one nonce may overtake each other")
SDP_SIZE_MAX = Limit(16_384, "bytes", "a browser's offer has 8 KiB; read before anybody is known")
SERVICE_ROUTE_MAX = Limit(8, "hops", "between us and a carrier's core; two are usual")
SDP_MEDIA_MAX = Limit(16, "media", "audio, video, slides and spares; each costs a line to refuse")

# locate
LOCATE_TARGETS_MAX = Limit(16, "targets", "tried in turn, each for up to 32 s; more would not help")
LOCATE_QUERIES_MAX = Limit(24, "queries", "NAPTR, its SRVs, their addresses; ends any CNAME dance")
DNS_QUERY_MS = Limit(2_500, "ms", "one question, with the resolver's own retries")
DNS_TOTAL_MS = Limit(6_000, "ms", "all questions of one call; the caller hears silence meanwhile")

# sip.registrar
BINDING_SECONDS = Limit(3_600, "seconds", "RFC 3261 10.2: what a REGISTER without Expires means")
BINDING_SECONDS_MIN = Limit(60, "seconds", "a phone that registers more often costs too much")
BINDING_SECONDS_MAX = Limit(7_200, "seconds", "a phone that vanished is not called for longer")
BINDINGS_WRITE_MS = Limit(1_000, "ms", "phones that register together are written together")
BINDINGS_PER_USER = Limit(10, "bindings", "desk, soft and mobile phone of one user, with room")
BINDINGS_MAX = Limit(50_000, "bindings", "memory of one process, about 50 MB")
REGISTER_BACKOFF_FIRST = Limit(30_000, "ms", "RFC 5626 4.5: base time where all flows failed")
REGISTER_BACKOFF_MAX = Limit(1_800_000, "ms", "RFC 5626 4.5: the longest pause")
REGISTER_PING_UDP_MS = Limit(29_000, "ms", "RFC 5626 4.4.2: a NAT forgets UDP after 30 s")
REGISTER_PING_STREAM_MS = Limit(120_000, "ms", "RFC 5626 4.4.1: a firewall forgets TCP later")

# sip machines
ALARMS_SPARE = Limit(256, "entries", "called-off alarms kept before the heap is rebuilt")
SESSION_SECONDS = Limit(1_800, "seconds", "RFC 4028 4: the recommended session interval")
SESSION_SECONDS_MIN = Limit(90, "seconds", "RFC 4028 4: the least interval one may insist on")
RELIABLE_QUEUE = Limit(16, "responses", "provisional responses waiting for one another's PRACK")
REFER_SECONDS = Limit(180, "seconds", "a referred call rings three minutes at most")
INFO_DIGITS = Limit(32, "keys", "an INFO carries one key, a careless sender a whole number")
BODY_PARTS = Limit(16, "parts", "SDP, ISUP, location and some more in one multipart body")
DIGEST_TRIES = Limit(3, "challenges", "two proxies and a stale nonce; more is a wrong password")
FAILOVER_MS = Limit(4_000, "ms", "three repetitions unheard: a caller will not wait for timer B")
TARGET_SHUNNED_MS = Limit(
    300_000, "ms", "a target that was silent is asked last: one call in five minutes tries it"
)
TARGETS_SHUNNED_MAX = Limit(1_024, "targets", "memory for silent targets, some 200 KB")
REFERS_MAX = Limit(8, "requests", "open transfers in one call; one is usual")
CHANGE_TRIES = Limit(4, "tries", "a change of the session refused for glare is tried again")
HELD_MAX = Limit(64, "commands", "keys and transfers that wait for the ACK of our 2xx")
RING_AGAIN_MS = Limit(60_000, "ms", "RFC 3261 13.3.1.1: a ringing call shows itself each minute")
RING_LIMIT_MS = Limit(1_800_000, "ms", "a call nobody answers is not kept for ever")
FORKS_MAX = Limit(16, "dialogs", "one INVITE may ring at this many places")
REDIRECTS_MAX = Limit(5, "contacts", "of the 3xx answers to one leg; two are a forwarded phone")
CALLER_NAME_CHARS = Limit(64, "characters", "of a caller's name; telephones show half of it")
INVITE_TRIES = Limit(8, "tries", "challenges and refused session timers of one INVITE")
LEGS_MAX = Limit(5_000, "legs", "calls of one process; each costs some 20 KB of signalling")
TRANSACTIONS_MAX = Limit(100_000, "transactions", "32 s of 3,000 requests a second")
FORGET_GRAIN_MS = Limit(500, "ms", "finished transactions are forgotten together: few wake-ups")

# trunks
TRUNK_LOOKUP_MS = Limit(
    60_000, "ms", "between look-ups of a carrier's name: it may be found now, or have moved"
)
TRUNK_TRUST_MS = Limit(
    3_600_000,
    "ms",
    "an address that a carrier's name led to; answers name a few of many",
)
TRUNK_PROBE_MS = Limit(30_000, "ms", "OPTIONS keep a NAT open and show a dead carrier in a minute")
