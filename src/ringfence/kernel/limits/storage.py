"""Bounds of what rests: the database, keys, the audit log, erasures."""

from ringfence.kernel.limits.limit import Limit

# keys
KEYSTORE_SHELF = Limit(120, "keys", "one sealed shelf fills one database page of 4 KiB")
VAULT_SECRETS = Limit(1_024, "accounts", "peppers kept derived in memory, 100 bytes each")
KEYSTORE_SHELVES_CACHED = Limit(256, "shelves", "30,000 keys of recent callers in 1 MB")
PARTY_CACHE = Limit(20_000, "parties", "recent callers found without a query, about 6 MB")
EPOCH_STEP = Limit(64, "shelves", "moved in one transaction of about 5 ms")

# audit log
CHECKPOINT_BYTES = Limit(16_384, "bytes", "a tree head with sixteen post-quantum witnesses fits")
AUDIT_TILES_AT_START = Limit(256, "tiles", "65,536 newest leaves, hashed at a start in 0.1 s")
AUDIT_RECORDS_AT_START = Limit(
    16_384, "leaves", "newest, compared with records at a start in 0.15 s"
)
AUDIT_REST_MS = Limit(
    5, "ms", "the nightly check sleeps after each 256 leaves or page: calls go first"
)
AUDIT_PAGE = Limit(1_000, "rows", "of the audit log, read at once")
AUDIT_PAGE_PEOPLE = Limit(256, "people", "on one leaf: 8 KB of a proof are the others' hashes")
AUDIT_PAGES_SPAN = Limit(256, "pages", "of openings, read one by one before an index names them")
AUDIT_FAULTS = Limit(20, "faults", "of the audit log, named; the first says enough")

# storage
WRITE_QUEUE_MAX = Limit(200_000, "units", "half an hour of facts at full load, about 200 MB")
WRITE_BATCH_MAX = Limit(2_000, "units", "one commit; larger ones gain nothing and delay readers")
WRITE_GATHER_MS = Limit(80, "ms", "facts wait this long for company: at most 12 commits a second")
READ_WAIT_MS = Limit(
    1_000, "ms", "whoever asks about a call waits for its facts; then sees older ones"
)
WRITE_FORCE_MS = Limit(1_000, "ms", "facts of calls that a power cut may take, and no more")
WRITE_WAIT = Limit(15, "seconds", "an operator's change that takes longer is refused")
WRITE_RETRY_FIRST_MS = Limit(100, "ms", "a disk that was full for a moment is tried again soon")
WRITE_RETRY_SLOWEST_MS = Limit(5_000, "ms", "a full disk is looked at every few seconds")
SQLITE_BUSY_MS = Limit(5_000, "ms", "a backup may hold the file for moments, not for longer")
SQLITE_WAL_BYTES = Limit(67_108_864, "bytes", "the log file is cut back to this after a burst")
SQLITE_STATEMENTS = Limit(200, "statements", "all of ours stay prepared on each connection")
BALLAST_BYTES = Limit(8_388_608, "bytes", "for some starts, or a stop with hundreds of calls")
BALLAST_KEPT = Limit(2_097_152, "bytes", "for a start; what runs may use the rest for its facts")
BALLAST_LEAST = Limit(1_048_576, "bytes", "a start writes less, so a disk with less is full to it")
BALLAST_SHARE = Limit(4, "ballasts", "that must be free before one is made: there is other data")
CALLS_SHOWN_KEPT = Limit(2_000, "calls", "as they were listed last, about 6 MB with their JSON")
CALL_CONTEXTS = Limit(20_000, "calls", "calls in progress the writer remembers, about 20 MB")
CLOCK_BACK_MS = Limit(86_400_000, "ms", "a clock put back by less is waited for, not believed")
CLOCK_AHEAD_MS = Limit(604_800_000, "ms", "after the newest record; from there on nothing is swept")
MIGRATE_WAIT = Limit(600, "seconds", "the longest migration of a large database on a slow disk")

# erasure
ERASURE_PAGE = Limit(1_000, "calls", "of one person, read at once while an erasure is planned")
ERASURE_WAIT = Limit(120, "seconds", "for the writer, whose disk may be full for a while")
ERASURES_RESUMED = Limit(1_000, "erasures", "gone on with at a start; a crash leaves one or two")
ERASURE_PLAN_MS = Limit(86_400_000, "ms", "a plan nobody carried out is forgotten after a day")
