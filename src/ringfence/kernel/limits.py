"""Every bound of the program: value, unit and the reason it is what it is.

A limit is an ``int``, so it is used as a number; its unit and reason ride along and appear in
``docs/reference/limits.md`` (a test keeps the two in step). Sections follow the packages.
"""

from __future__ import annotations


class Limit(int):
    """An integer bound with a unit and a reason."""

    unit: str
    reason: str

    def __new__(cls, value: int, unit: str, reason: str) -> Limit:
        self = super().__new__(cls, value)
        self.unit = unit
        self.reason = reason
        return self


# kernel
PHONE_DIGITS_MAX = Limit(15, "digits", "ITU-T E.164 6.2.1: at most fifteen digits")
PHONE_DIGITS_MIN = Limit(3, "digits", "emergency and short codes have three")

# switch
SIP_SOCKET_BUFFER_BYTES = Limit(4_194_304, "bytes", "smaller buffers drop bursts at 10-60 % CPU")
DOCUMENTS_READ = Limit(256, "documents", "numbers' own, kept as verbs: 100 µs less for each call")
SIP_DATAGRAM_BYTES_MAX = Limit(65_535, "bytes", "the largest UDP payload there can be")
SIP_DRAIN_BATCH = Limit(64, "datagrams", "then timers and media get their turn")
SIP_CONNECTIONS_MAX = Limit(4_096, "connections", "file descriptors are finite")
SIP_CONNECTIONS_PER_HOST_MAX = Limit(256, "connections", "one host must not use up all of them")
SIP_CONNECT_MS = Limit(4_000, "ms", "a target that does not accept by then: try the next one")
SIP_STREAM_BACKLOG_BYTES = Limit(1_048_576, "bytes", "a peer that does not read is cut off")
SIP_STREAM_IDLE_MS = Limit(900_000, "ms", "an idle connection; phones refresh well before that")

# markup
MARKUP_DOCUMENT_BYTES = Limit(65_536, "bytes", "Twilio's own bound for a TwiML document")
MARKUP_DEPTH = Limit(16, "elements", "Response, Dial, Sip, Headers, Header is five")
MARKUP_VERBS = Limit(500, "verbs", "far above any real document; bounds the work of one fetch")
MARKUP_PROBLEMS = Limit(50, "problems", "a timeline stays readable; the rest is counted")
MARKUP_URL_CHARS = Limit(4_096, "characters", "longer URLs fail in common servers")
MARKUP_CALLBACK_CHARS = Limit(4_096, "characters", "attributes that hold URLs or lists of words")
MARKUP_SPEECH_CHARS = Limit(4_096, "characters", "five minutes of speech; Twilio's own bound")
MARKUP_LOOPS = Limit(1_000, "times", "a finite loop beyond this is meant as an endless one, 0")
MARKUP_WAIT_SECONDS = Limit(3_600, "seconds", "one Pause, Gather or silence lasts at most an hour")
MARKUP_SEND_DIGITS = Limit(64, "keys", "the longest dialling or calling-card sequence")
MARKUP_TARGETS = Limit(10, "targets", "Twilio dials at most ten at once")
MARKUP_SIP_HEADERS = Limit(16, "headers", "extra headers of one Sip target must fit in a datagram")
MARKUP_LOOKAHEAD = Limit(8, "prompts", "asked for ahead, so that no caller waits between two")
MARKUP_BREAK_MS = Limit(
    10_000, "ms", "of one break inside a sentence; SSML engines stop there, too"
)
MARKUP_CLIPS_KEPT = Limit(64, "clips", "sentences one call remembers; a menu has a dozen")
MARKUP_SPEECH_WAIT_MS = Limit(8_000, "ms", "a sentence not spoken by then is skipped")
MARKUP_MEDIA_WAIT_MS = Limit(20_000, "ms", "an audio file not here by then is skipped")
MARKUP_FETCH_WAIT_MS = Limit(20_000, "ms", "above the client's own 15 s, in case nobody answers")
MARKUP_RECORD_MIN_MS = Limit(500, "ms", "nobody says anything in less")
MARKUP_IDLE_DOCUMENTS = Limit(20, "documents", "in a row without anything heard or done: a loop")
MARKUP_CALL_DOCUMENTS = Limit(5_000, "documents", "one a second for more than an hour of menus")
MARKUP_CALL_PROBLEMS = Limit(100, "problems", "a menu that repeats must not fill the timeline")
GUARD_STRIKES = Limit(
    12, "strikes", "a phone with a wrong password makes a few, a scanner hundreds"
)
GUARD_STRIKES_WINDOW_MS = Limit(60_000, "ms", "strikes older than that are forgiven")
GUARD_BAN_MS = Limit(3_600_000, "ms", "an hour: long for a scanner, short for a misdialled set-up")
GUARD_SOURCES_MAX = Limit(65_536, "addresses", "memory for misbehaving sources, about 10 MB")

# media
RTP_PACKET_MAX = Limit(2048, "bytes", "a datagram that fits one Ethernet frame, with room to spare")
JITTER_RING = Limit(4096, "bytes", "half a second of one source, a power of two for cheap wrapping")
WAV_SKIP_MAX = Limit(1_048_576, "bytes", "pictures and lists before the audio of a WAV file")
WAV_CHANNELS_MAX = Limit(8, "channels", "the widest layout a sound card records")
WAV_RATE_MAX = Limit(192_000, "Hz", "the fastest sound card there is; more is a broken header")
WAV_RATE_MIN = Limit(4_000, "Hz", "slower than that carries no speech")

# config, cli, api, observe, supervisor
SETTINGS_FILE_MAX = Limit(65_536, "bytes", "a settings file is a page, not a database")
MEDIA_WORKERS_MAX = Limit(64, "processes", "one per core of the largest machine we know")
RTP_PORTS_MIN = Limit(16, "ports", "four calls of two legs need this many: audio and RTCP each")
DRAIN_SECONDS_MAX = Limit(3_600, "seconds", "an orchestrator gives a stop an hour at most")
CONTROL_LINE_MAX = Limit(4 * 1024 * 1024, "bytes", "one request or answer on the control socket")
CONTROL_WAIT = Limit(30, "seconds", "a use case that takes longer is stuck; the CLI gives up")
OFFICE_WAIT = Limit(10, "seconds", "a server that starts or stops while a command is typed")
PROBE_WAIT = Limit(
    2, "seconds", "a server on this machine answers the doctor at once or not at all"
)
DEMO_LISTEN = Limit(60, "seconds", "the longest prompt of the demo flow, with patience")
DEMO_QUIET_MS = Limit(900, "ms", "longer than a pause between two sentences")
DEMO_SETTLE = Limit(1, "seconds", "the recording is saved and the record closed after the hang-up")
CONTROL_IDLE = Limit(600, "seconds", "a control connection that asks nothing is closed")
CONTROL_CLIENTS_MAX = Limit(64, "connections", "operators and scripts on one machine")
HTTP_BODY_MAX = Limit(1024 * 1024, "bytes", "the largest TwiML document sent inline, with room")
PAGE_MAX = Limit(1_000, "rows", "one page of a list; Twilio's clients never ask for more")
PAGE_DEFAULT = Limit(50, "rows", "a screenful")
CURSOR_CHARS_MAX = Limit(256, "characters", "of the word that leads to the next page; ours have 80")
API_RATE = Limit(3_000, "requests", "of one caller in a window: three times what was ever asked")
API_RATE_WINDOW = Limit(10, "seconds", "in which a caller's requests are counted")
API_CALLERS_MAX = Limit(4_096, "callers", "remembered for their rate; keys and apps are fewer")
APPS_MAX = Limit(1_000, "apps", "of others, kept in memory, revoked ones too")
APP_GRANTS_MAX = Limit(10_000, "grants", "that stand, kept in memory: an app has one or a few")
APP_REDIRECTS_MAX = Limit(10, "addresses", "an app may be sent back to; most have one or two")
APP_CODE_MS = Limit(60_000, "ms", "between consent and the app's server asking: one request")
APP_ACCESS_MS = Limit(3_600_000, "ms", "of an access token; a refresh token gets the next one")
APP_REFRESH_MS = Limit(30 * 86_400_000, "ms", "an app that is not used for a month asks again")
APP_VERIFIER_CHARS = Limit(128, "characters", "RFC 7636 4.1: 43 to 128 of them")
EVENT_BATCH = Limit(200, "events", "of a stream read at once; then calls get their turn")
EVENT_BEHIND_MAX = Limit(100_000, "events", "a reader this far behind is told to come back")
EVENT_GATHER = Limit(50, "ms", "facts of a busy moment are read together")
EVENT_HEARTBEAT = Limit(15_000, "ms", "proxies cut what is silent for 30 s and more")
EVENT_SEND = Limit(30_000, "ms", "a reader that does not read for this long is cut off")
EVENT_STREAMS_MAX = Limit(200, "streams", "of events open at a time; each costs a connection")
EVENT_TYPES_MAX = Limit(100, "names", "of events one stream is filtered by; there are fewer")
IDEMPOTENCY_HOURS = Limit(
    24, "hours", "a request may be repeated this long; clients give up before"
)
IDEMPOTENCY_KEY_CHARS = Limit(255, "characters", "of an idempotency key; a UUID has 36")
IDEMPOTENCY_ANSWER_BYTES = Limit(262_144, "bytes", "of one answer kept for repetitions")
IDEMPOTENCY_KEYS_MAX = Limit(100_000, "keys", "of one account at a time: one a second for a day")
LOG_FILE_MAX = Limit(32 * 1024 * 1024, "bytes", "a log file is turned over at this size, once")
LOG_VALUE_MAX = Limit(200, "characters", "an id or a word of code; anything longer is a mistake")
LOG_COUNT_MAX = Limit(999_999, "units", "a longer figure could be a telephone number: rounded")
LOG_FRAMES_MAX = Limit(12, "places", "the innermost frames say where it broke")
RESTART_FIRST = Limit(200, "ms", "a crashed process is back before a caller hangs up")
RESTART_SLOWEST = Limit(10_000, "ms", "a process that cannot start does not eat the machine")
RESTART_FORGET = Limit(60_000, "ms", "a process that lived this long starts afresh at the first")
START_TRIES = Limit(3, "starts", "a process never once ready is broken, not unlucky")
STOP_GRACE = Limit(5, "seconds", "between asking a process to stop and killing it")
READY_WAIT = Limit(60, "seconds", "a first start that migrates and builds keys on a slow disk")

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
LOCATE_TARGETS_MAX = Limit(16, "targets", "tried in turn, each for up to 32 s; more would not help")
LOCATE_QUERIES_MAX = Limit(24, "queries", "NAPTR, its SRVs, their addresses; ends any CNAME dance")

# media.engine
MEDIA_MESSAGE_BYTES = Limit(32 * 1024 * 1024, "bytes", "one clip, the largest control message")
MEDIA_LEGS_MAX = Limit(8_192, "legs", "of one media process; far beyond what one core carries")
MEDIA_CLIPS_MAX = Limit(4_096, "clips", "of one media process")
MEDIA_CLIP_BYTES = Limit(20 * 1024 * 1024, "bytes", "ten minutes of 16 kHz samples")
MEDIA_CLIP_TOTAL_BYTES = Limit(256 * 1024 * 1024, "bytes", "memory for the clips of one process")
MEDIA_PLAY_CLIPS = Limit(256, "clips", "of one play; a long menu spoken digit by digit")
MEDIA_PLAY_QUEUE = Limit(64, "plays", "of one leg behind each other; a stream keeps a few there")
MEDIA_DIGITS_MAX = Limit(64, "digits", "of one SendDtmf; the longest calling-card sequence")
MEDIA_TONE_MS_MIN = Limit(40, "ms", "ITU-T Q.24: the shortest digit a receiver must accept")
MEDIA_TONE_MS_MAX = Limit(6_000, "ms", "RFC 4733 2.5.1.3: no event needs a second segment (8.19 s)")
MEDIA_LEG_BURST = Limit(64, "datagrams", "of one leg in 20 ms; a flood beyond it is dropped")
MEDIA_PAYLOAD_MAX = Limit(1_280, "bytes", "160 ms of audio; no phone packs more")
MEDIA_ROOM_MEMBERS = Limit(1_024, "legs", "a sum of more voices could leave 32 bits")
MEDIA_CHANNELS_MAX = Limit(8, "channels", "of one recording; two per leg of a four-party call")
MEDIA_RECORDINGS_MAX = Limit(4_096, "recordings", "at once in one media process")
MEDIA_PORT_TRIES = Limit(64, "ports", "taken by other programs before a leg is given up")
MEDIA_SOCKET_BUFFER = Limit(131_072, "bytes", "a second of packets waits while the engine stalls")
MEDIA_FRAME_BYTES = Limit(
    65_536, "bytes", "of audio in one sealed frame; bounds what a reader holds"
)
MEDIA_SEAL_BACKLOG = Limit(
    64 * 1024 * 1024, "bytes", "audio waiting for a slow disk, then recording ends"
)
MEDIA_TONE_CLIPS = Limit(64, "clips", "tones and digits a worker keeps rendered")
MEDIA_FINISH_MS = Limit(
    4_000, "ms", "a stopping worker completes its recordings; STOP_GRACE is 5 s"
)

# sip.registrar
BINDING_SECONDS = Limit(3_600, "seconds", "RFC 3261 10.2: what a REGISTER without Expires means")
BINDING_SECONDS_MIN = Limit(60, "seconds", "a phone that registers more often costs too much")
BINDING_SECONDS_MAX = Limit(7_200, "seconds", "a phone that vanished is not called for longer")
BINDINGS_WRITE_MS = Limit(1_000, "ms", "phones that register together are written together")
BINDINGS_PER_USER = Limit(10, "bindings", "desk, soft and mobile phone of one user, with room")
BINDINGS_MAX = Limit(50_000, "bindings", "memory of one process, about 50 MB")
REGISTER_BACKOFF_FIRST = Limit(30_000, "ms", "RFC 5626 4.5: base time where all flows failed")
REGISTER_BACKOFF_MAX = Limit(1_800_000, "ms", "RFC 5626 4.5: the longest pause")

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
REFERS_MAX = Limit(8, "requests", "open transfers in one call; one is usual")
CHANGE_TRIES = Limit(4, "tries", "a change of the session refused for glare is tried again")
HELD_MAX = Limit(64, "commands", "keys and transfers that wait for the ACK of our 2xx")
RING_AGAIN_MS = Limit(60_000, "ms", "RFC 3261 13.3.1.1: a ringing call shows itself each minute")
RING_LIMIT_MS = Limit(1_800_000, "ms", "a call nobody answers is not kept for ever")
FORKS_MAX = Limit(16, "dialogs", "one INVITE may ring at this many places")
INVITE_TRIES = Limit(8, "tries", "challenges and refused session timers of one INVITE")
LEGS_MAX = Limit(5_000, "legs", "calls of one process; each costs some 20 KB of signalling")
TRANSACTIONS_MAX = Limit(100_000, "transactions", "32 s of 3,000 requests a second")
MEDIA_CONNECT_MS = Limit(20_000, "ms", "a worker starts in one second, on a busy machine in ten")
MEDIA_OPEN_LEG_MS = Limit(3_000, "ms", "an answer takes 1 ms; the caller is waiting for 200 OK")
MEDIA_SPARE_LEGS = Limit(16, "legs", "of each worker, open ahead of need: a burst of calls")
MEDIA_SPARE_IDLE_MS = Limit(3_000, "ms", "without a call; then a worker may sleep")
MEDIA_RECONNECT_MS = Limit(100, "ms", "how often the server looks for a restarted worker")
MEDIA_TAP_BACKLOG_BYTES = Limit(1_048_576, "bytes", "unread by the server; then taps lose frames")
MEDIA_BACKLOG_BYTES = Limit(67_108_864, "bytes", "a worker that does not read is abandoned")

# privacy
KEYSTORE_SHELF = Limit(120, "keys", "one sealed shelf fills one database page of 4 KiB")
VAULT_SECRETS = Limit(1_024, "accounts", "peppers kept derived in memory, 100 bytes each")
CHECKPOINT_BYTES = Limit(16_384, "bytes", "a tree head with sixteen post-quantum witnesses fits")

# calls
CALL_OFFER_MS = Limit(180_000, "ms", "RFC 3261 16.6: proxies give up after three minutes")
CALL_DURATION_MS = Limit(14_400_000, "ms", "four hours: a forgotten call must not cost for a week")
CALL_RING_MS = Limit(600_000, "ms", "of one attempt; the longest ringing time APIs accept")
CALL_SEND_DIGITS_MAX = Limit(32, "keys", "what Twilio's SendDigits takes: an extension and pauses")
LEG_RELEASE_MS = Limit(5_000, "ms", "the media worker closes a leg in 1 ms; a dead one never does")
AUDIO_LATE_MS = Limit(2_000, "ms", "later than this after the answer people notice and say hello")
RECORDING_BEGIN_MS = Limit(5_000, "ms", "opening a file takes 1 ms; silence means no recording")
RECORDING_CLOSE_MS = Limit(15_000, "ms", "the last second is flushed and hashed; disks can be busy")
RECORDING_RECOVER_MS = Limit(60_000, "ms", "finding and sealing off what a dead worker left behind")
RECORDING_SPOKEN_MIN_MS = Limit(500, "ms", "no word is shorter; less before a silence is a click")
RECORDING_MS = Limit(14_400_000, "ms", "as long as the longest call")
RECORDINGS_PER_CALL = Limit(64, "recordings", "a menu that records in a circle is a fault")
COLLECT_DIGITS_MAX = Limit(128, "digits", "four card numbers with their dates; more is noise")
DIAL_TARGETS_MAX = Limit(10, "targets", "rung by one dial; what Twilio's Dial takes")
PLAYS_PER_LEG = Limit(64, "prompts", "awaiting their end on one leg; more: nobody reports ends")
TRANSFER_RING_MS = Limit(
    60_000, "ms", "of the target; the party transferred hears ringing meanwhile"
)
ROOM_LEAVE_MS = Limit(2_000, "ms", "the room answers at once; a lost answer must not hold the call")
ROOMS_MAX = Limit(2_000, "rooms", "open at once; with two people each they fill every line")
ROOM_EMPTY_MS = Limit(60_000, "ms", "a room that nobody has come into by then is over")
ROOM_NAME_CHARS = Limit(128, "characters", "names of rooms and labels of members")
ROOM_DIALLED_MAX = Limit(250, "calls", "rung at once to bring people into one room")
ROOM_MEMBERS_MAX = Limit(250, "members", "what Twilio's Conference takes; more is a broadcast")
QUEUE_MEMBERS_MAX = Limit(1_000, "callers", "what Twilio's Queue takes; waiting costs a leg each")
RECORDING_FINISH_MS = Limit(10_000, "ms", "a rename and a sync; a disk slower than that is broken")
SPEAK_MS = Limit(10_000, "ms", "a sentence takes 50 ms; a helper that hangs is restarted by then")
CLIP_LOAD_MS = Limit(20_000, "ms", "the web client and the decoder give up earlier themselves")
FETCH_TOTAL_MS = Limit(30_000, "ms", "a backstop: the web client has its own, shorter time-out")

# webhooks
WEBHOOK_TOTAL_MS = Limit(15_000, "ms", "from the name to the last byte; Twilio's own patience")
WEBHOOK_CONNECT_MS = Limit(5_000, "ms", "a server that does not accept by then is down")
WEBHOOK_BODY_BYTES = Limit(65_536, "bytes", "a document; whoever fetches audio asks for more")
NOTIFICATION_SIDE_BYTES = Limit(
    16_384, "bytes", "of a request or an answer in the notification log"
)
NOTIFICATION_HEADER_BYTES = Limit(4_096, "bytes", "of the header of an answer in the log")
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
WEBHOOK_ADMITTED_MAX = Limit(4_096, "addresses", "that passed the guard lately")
CALLS_MAX = Limit(2_000, "calls", "what one process and one media worker carry with room to spare")
OUTGOING_CALLS_PER_MINUTE = Limit(600, "calls", "ten a second: no office dials faster, fraud does")

# storage
KEYSTORE_SHELVES_CACHED = Limit(256, "shelves", "30,000 keys of recent callers in 1 MB")
WRITE_QUEUE_MAX = Limit(200_000, "units", "half an hour of facts at full load, about 200 MB")
WRITE_BATCH_MAX = Limit(2_000, "units", "one commit; larger ones gain nothing and delay readers")
WRITE_GATHER_MS = Limit(80, "ms", "facts wait this long for company: at most 12 commits a second")
WRITE_FORCE_MS = Limit(1_000, "ms", "facts of calls that a power cut may take, and no more")
WRITE_WAIT = Limit(15, "seconds", "an operator's change that takes longer is refused")
WRITE_RETRY_FIRST_MS = Limit(100, "ms", "a disk that was full for a moment is tried again soon")
WRITE_RETRY_SLOWEST_MS = Limit(5_000, "ms", "a full disk is looked at every few seconds")
SQLITE_BUSY_MS = Limit(5_000, "ms", "a backup may hold the file for moments, not for longer")
SQLITE_WAL_BYTES = Limit(67_108_864, "bytes", "the log file is cut back to this after a burst")
SQLITE_STATEMENTS = Limit(200, "statements", "all of ours stay prepared on each connection")
PARTY_CACHE = Limit(20_000, "parties", "recent callers found without a query, about 6 MB")
CALL_CONTEXTS = Limit(20_000, "calls", "calls in progress the writer remembers, about 20 MB")
CLOCK_BACK_MS = Limit(86_400_000, "ms", "a clock put back by less is waited for, not believed")
AUDIT_TILES_AT_START = Limit(256, "tiles", "65,536 newest leaves, hashed at a start in 0.1 s")
AUDIT_PAGE = Limit(1_000, "rows", "of the audit log, read at once")
AUDIT_FAULTS = Limit(20, "faults", "of the audit log, named; the first says enough")
ERASURE_PAGE = Limit(1_000, "calls", "of one person, read at once while an erasure is planned")
ERASURE_WAIT = Limit(120, "seconds", "for the writer, whose disk may be full for a while")
ERASURES_RESUMED = Limit(1_000, "erasures", "gone on with at a start; a crash leaves one or two")
ERASURE_PLAN_MS = Limit(86_400_000, "ms", "a plan nobody carried out is forgotten after a day")
MIGRATE_WAIT = Limit(600, "seconds", "the longest migration of a large database on a slow disk")
DNS_QUERY_MS = Limit(2_500, "ms", "one question, with the resolver's own retries")
DNS_TOTAL_MS = Limit(6_000, "ms", "all questions of one call; the caller hears silence meanwhile")

# office
NAME_CHARS_MAX = Limit(64, "characters", "names of flows, trunks and phones appear in SIP URIs")
ADDRESS_CHARS_MAX = Limit(256, "characters", "a SIP address somebody is erased by")
DEMO_VOICE_SAMPLES = Limit(160, "samples", "20 ms of speech, which chance does not repeat")
RESOURCES_MAX = Limit(10_000, "documents", "of one kind, kept in memory: about 5 MB")
FRIENDLY_NAME_CHARS_MAX = Limit(64, "characters", "what people call a thing; Twilio's own bound")
LOOKUP_KEEP_MS = Limit(300_000, "ms", "a client that asks twice; then it may have changed")
LOOKUPS_KEPT = Limit(1_000, "answers", "about numbers, in memory: about 1 MB")
LOOKUP_ANSWER_BYTES = Limit(16_384, "bytes", "of whoever is asked about a number")
USAGE_DAYS_MAX = Limit(3_660, "days", "of usage added up at once: ten years")
STOCK_RANGE_MAX = Limit(10_000, "numbers", "of one range: as many as there may be in use")
STOCK_RANGES_MAX = Limit(100, "ranges", "looking for a free number looks through all of them")
NUMBERS_MAX = Limit(10_000, "numbers", "all of them are kept in memory, about 5 MB")
PASSWORD_CHARS_MIN = Limit(8, "characters", "shorter ones are guessed over the network")
ADMIN_LINK_MS = Limit(86_400_000, "ms", "a day to open the link that the first start printed")
SESSION_MS = Limit(43_200_000, "ms", "a working day; then the operator asks for another link")
SESSIONS_MAX = Limit(256, "sessions", "a handful of people at several browsers")
RECORDING_DISK_RESERVE = Limit(268_435_456, "bytes", "below it only facts are written, no sound")
EXPORT_CHUNK_BYTES = Limit(49_152, "bytes", "one line of the control socket holds it in base64")
FOLLOW_BACKLOG = Limit(1_024, "facts", "a terminal that stopped reading misses the oldest lines")

# app
GC_OBJECTS = Limit(10_000, "objects", "new ones between looks for cycles, of which calls make few")
HTTP_BACKLOG = Limit(512, "connections", "not yet accepted; more than a burst of webhooks")
HTTP_KEEPALIVE_S = Limit(30, "s", "an idle browser connection")
HTTP_STOP_S = Limit(3, "s", "an answer under way at the stop; a stream is cut")
FACTS_RETRY_MS = Limit(500, "ms", "facts that storage did not take are offered again soon")
FACTS_GIVE_UP_MS = Limit(30_000, "ms", "a damaged database takes nothing; its calls must end too")
DRAIN_POLL_MS = Limit(50, "ms", "how often a drain looks whether the last call has ended")
RELEASE_WAIT_MS = Limit(3_000, "ms", "for BYEs and recordings of calls ended by the stop")
TRUNK_LOOKUP_MS = Limit(
    60_000, "ms", "until a carrier's name that was not found is looked up again"
)
TRUNK_PROBE_MS = Limit(30_000, "ms", "OPTIONS keep a NAT open and show a dead carrier in a minute")

# speech
CLIP_DECODE_MS = Limit(15_000, "ms", "an hour of MP3 decodes in five seconds")
CLIP_SECONDS_MAX = Limit(1_200, "s", "20 minutes at 8 kHz, just below what the engine keeps")
CLIP_DECODERS = Limit(2, "processes", "that decode audio files; the calls need the processor more")
HELPER_WAITING_MAX = Limit(256, "requests", "waiting for one helper; more would wait for too long")
CLIP_SHELF_BYTES = Limit(67_108_864, "bytes", "about an hour and ten minutes of speech at 8 kHz")
SPEECH_IDLE_MS = Limit(60_000, "ms", "then the helper's 20 MB are given back")
SPEECH_PCM_BYTES_MAX = Limit(33_554_432, "bytes", "half an hour of speech in one sentence")
SPEECH_SENTENCE_MS = Limit(8_000, "ms", "a long paragraph takes half a second")
SPEECH_TEXT_CHARS = Limit(4_096, "characters", "what Twilio lets one Say hold")
CLIP_BYTES_MAX = Limit(20_971_520, "bytes", "20 minutes of 128 kbit/s MP3, 20 of telephone WAV")

# jobs
JOB_CONCURRENCY = Limit(16, "jobs", "at once in one process; most of them wait for somebody")
JOB_LEASE_MS = Limit(180_000, "ms", "longer than any handler may take")
JOB_IDLE_MS = Limit(30_000, "ms", "how often an idle worker looks, should a wake-up be lost")
JOB_TROUBLE_MS = Limit(5_000, "ms", "before asking a storage in trouble again")
JOB_STOP_MS = Limit(5_000, "ms", "running jobs get this long to finish at a stop")
CALLBACK_WAIT_MS = Limit(40_000, "ms", "for one try: two requests where there is a second URL")
EPOCH_STEP = Limit(64, "shelves", "moved in one transaction of about 5 ms")

# privacy: consents, gate
RECORDING_ANSWER_MS = Limit(8_000, "ms", "to press a key that means yes, after the question")
CHOICES_MAX = Limit(1_000, "choices", "of one person; a person changes their mind, a script floods")
KEYS_MAX = Limit(1_000, "keys", "kept in memory, revoked ones too")
KEY_NAME_CHARS_MAX = Limit(200, "characters", "what a key or a ticket is for, in a sentence")
KEY_DAYS_MAX = Limit(3_650, "days", "a key that is to last longer is made without an end")
TICKETS_MAX = Limit(10_000, "tickets", "of staff, kept in memory, closed ones too")
TICKET_MINUTES_MAX = Limit(480, "minutes", "a working day; a longer matter takes another ticket")
HOLDS_PAGE = Limit(500, "rows", "of holds or restrictions shown at once")

# cases
MAIL_INTAKE_BYTES = Limit(262_144, "bytes", "a letter with its headers; pictures are not read")
CODE_DIGITS = Limit(6, "digits", "heard once and typed; five tries at a million are one in 200,000")
CODE_TRIES = Limit(5, "tries", "a mistyped digit is forgiven, guessing is not")
CODE_LIFE_MS = Limit(600_000, "ms", "ten minutes: the telephone rings at once")
CODES_PER_CASE = Limit(3, "codes", "a call that was missed, twice")
CODES_PER_CONTACT = Limit(6, "codes", "a day, to one number: nobody is rung out of bed by a form")
CASE_WORDS_MAX = Limit(4_000, "characters", "a page of explanation")
CASES_SHOWN_MAX = Limit(1_000, "cases", "one list; the open ones come first")
CASE_SWEEP_MAX = Limit(500, "cases", "looked at in one round of the clocks; the rest in the next")
ARCHIVE_CHUNK_BYTES = Limit(262_144, "bytes", "one sealed piece of an archive")
ARCHIVE_BYTES_MAX = Limit(2_147_483_648, "bytes", "a person's ten years of calls and recordings")
ARCHIVE_LIFE_MS = Limit(604_800_000, "ms", "a week to download an archive, then it is destroyed")
ARCHIVE_ROWS_MAX = Limit(200_000, "rows", "of one table about one person")
PUSH_BYTES_MAX = Limit(67_108_864, "bytes", "a portability bundle in one request")
PUSH_WAIT_MS = Limit(60_000, "ms", "for a provider to take a bundle")
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

# messaging, mail
MAIL_CONNECT_MS = Limit(10_000, "ms", "a mail server that does not greet by then is down")
MAIL_SEND_MS = Limit(60_000, "ms", "RFC 5321 4.5.3.2 allows minutes; a relay of ours takes seconds")
MAIL_CHARS_MAX = Limit(16_384, "characters", "of one message; a notice of changes has a page")
MAIL_LINE_MAX = Limit(200, "characters", "of a subject or an address; RFC 5321 4.5.3.1.3: 254")
MESSAGE_REASON_MAX = Limit(128, "characters", "words and ids that name why a message is sent")
POLICY_AHEAD_MS = Limit(63_072_000_000, "ms", "two years: a version further off is a mistyped date")
POLICY_CHANGES_TOLD = Limit(40, "changes", "listed in an e-mail; the page has all of them")
POLICY_USE_MS = Limit(60_000, "ms", "how often a door looks whether another version holds")
STOP_WORDS_MAX = Limit(12, "words", "of a message looked at for STOP; longer ones are letters")

# text messages on the wire
SMS_USER_DATA_OCTETS = Limit(140, "octets", "3GPP TS 23.040 9.2.3.24: user data of one message")
SMS_PARTS_MAX = Limit(255, "parts", "3GPP TS 23.040 9.2.3.24.1: the total is one octet")
SMS_JOINING_MAX = Limit(2_048, "messages", "half arrived at once; the oldest is given up for more")
SMS_JOINING_SENDER_MAX = Limit(32, "messages", "of one sender half arrived; nobody types more")
SMS_JOINING_OCTETS = Limit(4_194_304, "octets", "of parts kept; one sender cannot fill the memory")
SMS_JOINING_MS = Limit(600_000, "ms", "a part that did not come in ten minutes will not come")

# smpp
SMPP_PDU_OCTETS = Limit(70_000, "octets", "a payload of 64 KiB and its parameters; 5.3.2.32")
SMPP_STRING_OCTETS = Limit(
    256, "octets", "the standard's longest has 65; ids of carriers have more"
)
SMPP_CONNECT_MS = Limit(10_000, "ms", "a carrier that does not accept by then is down")
SMPP_BIND_MS = Limit(15_000, "ms", "between bind and its answer; 7.2 session_init_timer")
SMPP_IDLE_MS = Limit(30_000, "ms", "of silence, then we ask whether the link lives; below NATs' 60")
SMPP_RESPONSE_MS = Limit(30_000, "ms", "without an answer the link counts as dead; 7.2")
SMPP_UNBIND_MS = Limit(5_000, "ms", "for the last answers when we hang up")
SMPP_WINDOW = Limit(50, "messages", "sent and unanswered; a carrier 100 ms away takes 500 a second")
SMPP_WINDOW_MAX = Limit(1_000, "messages", "as many may come twice when a link drops")
SMPP_INBOUND = Limit(64, "messages", "of the carrier's being made durable; then nothing is read")
SMPP_QUEUE = Limit(10_000, "messages", "handed over and not yet sent, about 20 MB")
SMPP_SEND_MS = Limit(60_000, "ms", "for a message to be taken; then it goes back to whoever sends")
SMPP_PAUSE_FIRST_MS = Limit(500, "ms", "of no sending when the carrier asks us to slow down")
SMPP_PAUSE_MAX_MS = Limit(30_000, "ms", "each time twice as long, to this")
SMPP_AGAIN_FIRST_MS = Limit(500, "ms", "before a broken link is opened anew")
SMPP_AGAIN_MAX_MS = Limit(60_000, "ms", "each time twice as long, to this")
SMPP_AGAIN_REFUSED_MS = Limit(10_000, "ms", "a wrong password does not become right in less")
SMPP_SAFE_MS = Limit(15_000, "ms", "to make an arrived message durable; then the carrier keeps it")
SMPP_RECEIPT_TRIES = Limit(5, "times", "a receipt may be here before its message is: 4 s in all")
SMPP_TOO_MANY_ERRORS = Limit(16, "units", "unreadable in a row; no carrier but something else")

# sms gateways over http
GATEWAY_ANSWER_BYTES = Limit(65_536, "bytes", "an id and a word; the longest answers have one KiB")
GATEWAY_MS = Limit(20_000, "ms", "for a gateway to answer; then the message is tried again")
GATEWAY_AT_ONCE = Limit(16, "requests", "to one gateway; most allow ten a second")
GATEWAY_FIELDS_MAX = Limit(40, "fields", "of one kind in a template; ten are usual")
GATEWAY_PATTERN_CHARS = Limit(200, "characters", "of a pattern searched in an answer")
CARRIERS_MAX = Limit(32, "carriers", "of one installation; each keeps a connection or two")

# flows
FLOW_DOCUMENT_BYTES = Limit(262_144, "bytes", "a flow of 200 applets with long texts is 100 KiB")
FLOW_APPLETS = Limit(200, "applets", "beyond that nobody can follow it; flows can lead to flows")
FLOW_PROMPTS = Limit(20, "parts", "of one prompt; a caller hangs up long before")
FLOW_TARGETS = Limit(10, "targets", "of one dial, as in markup")
FLOW_DATES = Limit(400, "entries", "a year of exceptions")
FLOW_PROBLEMS = Limit(100, "problems", "listed at once; the rest is counted")
FLOW_JOINED = Limit(50, "applets", "spoken in a row without a decision; more is a circle")
FLOW_REVISIONS = Limit(8, "revisions", "of one flow kept for calls that began with them")
BACKROOM_STOP_S = Limit(5, "s", "for jobs under way at the stop; the rest wait on the disk")

# testing
RELAY_CLIENTS_MAX = Limit(256, "sockets", "clients of one relay in a test")

# the proof of erasure
TRACER_NEEDLE_MIN = Limit(6, "bytes", "shorter ones turn up by chance in a gibibyte of sealed data")
TRACER_DEPTH = Limit(3, "layers", "a compressed log in a mail attachment in an archive")
TRACER_UNPACKED_MAX = Limit(16_777_216, "bytes", "of one packed part; a bomb must not fill memory")
TRACER_WRAPPED_MIN = Limit(24, "characters", "shorter runs of base64 or hex hold no whole tracer")
TRACER_TONE_BYTES = Limit(480, "bytes", "30 ms of PCM: two frames; nothing else repeats so long")
TRACER_CHUNK = Limit(8_388_608, "bytes", "read and searched at a time")
TRACER_OVERLAP = Limit(262_144, "bytes", "shared by neighbouring chunks, for what lies across")

# retention
COUNT_CALLERS_MIN = Limit(5, "people", "a count of fewer could be told to be one of them")
KEEP_DAYS_MAX = Limit(3_650, "days", "ten years; the policy's own ceilings are lower")
SWEEP_BATCH = Limit(500, "records", "some milliseconds of the writer; calls go on between two")
SWEEP_CALLS_MAX = Limit(200_000, "records", "of a kind in one run; the rest waits for the next day")
SWEEP_RUN_MS = Limit(
    20_000, "ms", "for each kind; what is not swept by then waits for the next run"
)
PROOF_PEOPLE = Limit(3, "people", "made up for one proof unless asked for more")
PROOF_PEOPLE_MAX = Limit(50, "people", "the range reserved for fiction has a thousand numbers")
PROOF_PLANTED = Limit(100, "leaks", "planted beside the data; 99 must be found")
PROOF_SPEAK_MS = Limit(2_500, "ms", "the made-up voice in each call")
PROOF_HTTP_WAIT = Limit(10, "seconds", "an answer of the platform on this machine")
ATTEMPTS_COUNTED = Limit(16, "calls", "no law allows more unanswered calls in a week")
PROOF_HTTP_BYTES = Limit(65_536, "bytes", "one request that the platform makes in a proof")
PROOF_TEXT_BYTES = Limit(262_144, "bytes", "a report of a proof that may be signed")
TWILIO_FIELDS_MAX = Limit(1_000, "fields", "of one form; the largest real one has forty")

# text messages
TEXT_CHARS_MAX = Limit(1_600, "characters", "of one message; clients know the bound as 21617")
TEXT_MEDIA_MAX = Limit(10, "links", "of one message, as Twilio has it")
TEXT_LINK_CHARS = Limit(2_048, "characters", "of a link to a picture")
TEXT_LEASE_MS = Limit(600_000, "ms", "a carrier that has not answered by then: looked at again")
TEXT_AGAIN_MS = Limit(5_000, "ms", "after a carrier could not take a message, twice as long each")
TEXT_AGAIN_MAX_MS = Limit(300_000, "ms", "the longest of these waits")
TEXT_VALID_S = Limit(36_000, "seconds", "a message is tried for ten hours unless told otherwise")
TEXT_AHEAD_MIN_S = Limit(300, "seconds", "a message is scheduled five minutes ahead at the least")
TEXT_AHEAD_MAX_S = Limit(3_024_000, "seconds", "35 days ahead at the most, as Twilio has it")
TEXT_UNDER_WAY = Limit(256, "messages", "with carriers at once; a session's window is smaller")
TEXT_IDLE_MS = Limit(5_000, "ms", "how often the queue is looked at, should a wake-up be lost")
TEXT_SAME_MS = Limit(120_000, "ms", "the same message of a carrier again by then came once")
TEXT_SENDERS_MAX = Limit(100, "senders", "of one campaign")
TEXT_TEMPLATES_MAX = Limit(10_000, "templates", "of one account: India asks for one per wording")
TEXT_GAP_CHARS = Limit(30, "characters", "of one gap of a registered text, as TRAI's DLT has it")
TEXT_AT_HAND = Limit(20_000, "messages", "kept in memory until sent; others are opened again")
TEXT_STOP_MS = Limit(5_000, "ms", "what is with a carrier gets this long to be answered at a stop")
# --- media streams
STREAMS_PER_CALL = Limit(4, "streams", "at once; Twilio takes as many")
STREAM_CONNECT_MS = Limit(5_000, "ms", "the caller hears nothing until the server has answered")
STREAM_CLOSE_MS = Limit(1_000, "ms", "for the last words and the closing hand-shake")
STREAM_END_MS = Limit(3_000, "ms", "an ended stream is reported without its figures then")
STREAM_SEND_MS = Limit(10_000, "ms", "a server that takes nothing for so long is left")
STREAM_OUT_FRAMES = Limit(250, "messages", "five seconds for a slow server; then the oldest go")
STREAM_SAY_MS = Limit(300_000, "ms", "of audio from the server not yet said; a long story")
STREAM_LEAD_MS = Limit(400, "ms", "of it with the media worker: as late as a busy process may be")
STREAM_CUSHION_MS = Limit(40, "ms", "of silence before audio that comes as it is spoken: jitter")
STREAM_MARKS = Limit(1_000, "marks", "not yet reached")
STREAM_MESSAGE_BYTES = Limit(1_048_576, "bytes", "one message from a server; 90 s of audio")
STREAM_FAULTS = Limit(20, "messages", "nobody understands, in one stream; then it is closed")
STREAM_CHARS = Limit(500, "characters", "of one name and value of a Parameter, as Twilio has it")
STREAM_PARAMETERS = Limit(64, "parameters", "of one stream")
