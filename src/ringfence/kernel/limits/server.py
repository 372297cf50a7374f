"""Bounds of the processes: settings, the control socket, logs, starts, stops, jobs."""

from ringfence.kernel.limits.limit import Limit

# config, cli, supervisor
SETTINGS_FILE_MAX = Limit(65_536, "bytes", "a settings file is a page, not a database")
MEDIA_WORKERS_MAX = Limit(64, "processes", "one per core of the largest machine we know")
RTP_PORTS_MIN = Limit(16, "ports", "four calls of two legs need this many: audio and RTCP each")
DRAIN_SECONDS_MAX = Limit(3_600, "seconds", "an orchestrator gives a stop an hour at most")
SOCKET_PATH_MAX = Limit(107, "bytes", "sun_path of Linux has 108, and the last one is nought")
CONTROL_LINE_MAX = Limit(4 * 1024 * 1024, "bytes", "one request or answer on the control socket")
CONTROL_WAIT = Limit(30, "seconds", "a use case that takes longer is stuck; the CLI gives up")
OFFICE_WAIT = Limit(10, "seconds", "a server that starts or stops while a command is typed")
PROBE_WAIT = Limit(
    2, "seconds", "a server on this machine answers the doctor at once or not at all"
)
ENGINE_LOADED = Limit(
    20, "seconds", "a process that loads the engine ends in 0.1 s; a busy machine takes longer"
)
RTP_LOOKED_AT = Limit(100, "ports", "the doctor tries so many of the range, a few milliseconds")
EXAMINE_WAIT = Limit(
    5, "seconds", "the doctor reads a large file of the storage so long, no longer"
)
DEMO_LISTEN = Limit(60, "seconds", "the longest prompt of the demo flow, with patience")
DEMO_QUIET_MS = Limit(900, "ms", "longer than a pause between two sentences")
DEMO_SETTLE = Limit(1, "seconds", "the recording is saved and the record closed after the hang-up")
CONTROL_IDLE = Limit(600, "seconds", "a control connection that asks nothing is closed")
CONTROL_CLIENTS_MAX = Limit(64, "connections", "operators and scripts on one machine")
RESTART_FIRST = Limit(200, "ms", "a crashed process is back before a caller hangs up")
RESTART_SLOWEST = Limit(10_000, "ms", "a process that cannot start does not eat the machine")
RESTART_FORGET = Limit(60_000, "ms", "a process that lived this long starts afresh at the first")
START_TRIES = Limit(3, "starts", "a process never once ready is broken, not unlucky")
STOP_GRACE = Limit(5, "seconds", "between asking a process to stop and killing it")
SERVER_FILES = Limit(16_384, "files", "open at once: lines, streams, fetches, the database")
READY_WAIT = Limit(60, "seconds", "a first start that migrates and builds keys on a slow disk")

# observe
LOG_FILE_MAX = Limit(32 * 1024 * 1024, "bytes", "a log file is turned over at this size, once")
LOG_VALUE_MAX = Limit(200, "characters", "an id or a word of code; anything longer is a mistake")
LOG_COUNT_MAX = Limit(999_999, "units", "a longer figure could be a telephone number: rounded")
LOG_FRAMES_MAX = Limit(12, "places", "the innermost frames say where it broke")

# app
GC_OBJECTS = Limit(10_000, "objects", "new ones between looks for cycles, of which calls make few")
FACTS_RETRY_MS = Limit(500, "ms", "facts that storage did not take are offered again soon")
FACTS_GIVE_UP_MS = Limit(30_000, "ms", "a damaged database takes nothing; its calls must end too")
DRAIN_POLL_MS = Limit(50, "ms", "how often a drain looks whether the last call has ended")
RELEASE_WAIT_MS = Limit(3_000, "ms", "for BYEs and recordings of calls ended by the stop")

# jobs
JOB_CONCURRENCY = Limit(16, "jobs", "at once in one process; most of them wait for somebody")
JOB_LEASE_MS = Limit(180_000, "ms", "longer than any handler may take")
JOB_IDLE_MS = Limit(30_000, "ms", "how often an idle worker looks, should a wake-up be lost")
JOB_TROUBLE_MS = Limit(5_000, "ms", "before asking a storage in trouble again")
JOB_STOP_MS = Limit(5_000, "ms", "running jobs get this long to finish at a stop")
BACKROOM_STOP_S = Limit(5, "s", "for jobs under way at the stop; the rest wait on the disk")
ERRANDS_KEPT = Limit(20, "errands", "finished long work that is remembered until a restart")
ERRAND_SECONDS = Limit(21_600, "seconds", "a proof or a backup of a large installation")
ERRAND_STOP_WAIT = Limit(15, "seconds", "for long work to tidy up when it is cancelled")

# testing
RELAY_CLIENTS_MAX = Limit(256, "sockets", "clients of one relay in a test")
