"""Bounds of calls: how long, how many, rooms, queues, recordings."""

from ringfence.kernel.limits.limit import Limit

# calls
CALL_OFFER_MS = Limit(180_000, "ms", "RFC 3261 16.6: proxies give up after three minutes")
CALL_DURATION_MS = Limit(14_400_000, "ms", "four hours: a forgotten call must not cost for a week")
CALL_RING_MS = Limit(600_000, "ms", "of one attempt; the longest ringing time APIs accept")
CALL_END_WAIT_MS = Limit(1_000, "ms", "whoever ends a call is told once the far end agreed, or now")
CALL_PARTING_MS = Limit(
    1_000, "ms", "whoever asks about a call that is ending waits for its record"
)
CALL_SEND_DIGITS_MAX = Limit(32, "keys", "what Twilio's SendDigits takes: an extension and pauses")
CALL_SHOWN_CHARS = Limit(64, "characters", "a display holds 30; a longer reason is cut off there")
ANSWER_LISTEN_MS = Limit(65_000, "ms", "the longest time-out of machine detection, and a little")
LEG_RELEASE_MS = Limit(5_000, "ms", "the media worker closes a leg in 1 ms; a dead one never does")
AUDIO_LATE_MS = Limit(2_000, "ms", "later than this after the answer people notice and say hello")
COLLECT_DIGITS_MAX = Limit(128, "digits", "four card numbers with their dates; more is noise")
DIAL_TARGETS_MAX = Limit(10, "targets", "rung by one dial; what Twilio's Dial takes")
APPLICATION_DEPTH = Limit(5, "calls", "that dial an application one out of another; more: a circle")
SCREEN_DIGITS_MAX = Limit(32, "digits", "asked of whoever answers a dial; a code has eight")
SCREEN_ROUNDS_MAX = Limit(20, "documents", "in a row for whoever answers a dial; more: a circle")
SCREEN_WAIT_MS = Limit(60_000, "ms", "of whoever answered: a web server's time, and the clips'")
PLAYS_PER_LEG = Limit(64, "prompts", "awaiting their end on one leg; more: nobody reports ends")
TRANSFER_RING_MS = Limit(
    60_000, "ms", "of the target; the party transferred hears ringing meanwhile"
)
CALLS_MAX = Limit(2_000, "calls", "what one process and one media worker carry with room to spare")
OUTGOING_CALLS_PER_MINUTE = Limit(600, "calls", "ten a second: no office dials faster, fraud does")

# recordings
RECORDING_BEGIN_MS = Limit(5_000, "ms", "opening a file takes 1 ms; silence means no recording")
RECORDING_TELL_MS = Limit(60_000, "ms", "hearing that one is recorded takes ten seconds")
RECORDING_CLOSE_MS = Limit(15_000, "ms", "the last second is flushed and hashed; disks can be busy")
RECORDING_RECOVER_MS = Limit(60_000, "ms", "finding and sealing off what a dead worker left behind")
RECORDING_SPOKEN_MIN_MS = Limit(500, "ms", "no word is shorter; less before a silence is a click")
RECORDING_MS = Limit(14_400_000, "ms", "as long as the longest call")
RECORDINGS_PER_CALL = Limit(64, "recordings", "a menu that records in a circle is a fault")
RECORDING_FINISH_MS = Limit(10_000, "ms", "a rename and a sync; a disk slower than that is broken")
RECORDING_DISK_RESERVE = Limit(268_435_456, "bytes", "below it only facts are written, no sound")

# rooms
ROOM_LEAVE_MS = Limit(2_000, "ms", "the room answers at once; a lost answer must not hold the call")
ROOMS_MAX = Limit(2_000, "rooms", "open at once; with two people each they fill every line")
ROOM_EMPTY_MS = Limit(60_000, "ms", "a room that nobody has come into by then is over")
ROOM_NAME_CHARS = Limit(128, "characters", "names of rooms and labels of members")
ROOM_DIALLED_MAX = Limit(250, "calls", "rung at once to bring people into one room")
ROOM_ANNOUNCEMENTS_MAX = Limit(32, "documents", "wait to be heard in one room; each is heard whole")
ROOM_MEMBERS_MAX = Limit(250, "members", "what Twilio's Conference takes; more is a broadcast")

# queues
QUEUE_BRIEF_MS = Limit(60_000, "ms", "an agent waits no longer for what the caller hears first")
QUEUES_MAX = Limit(2_000, "queues", "what one account can still look through")
QUEUE_SIZE_DEFAULT = Limit(1_000, "callers", "what Twilio lets wait where nothing is said")
QUEUE_MEMBERS_MAX = Limit(1_000, "callers", "what Twilio's Queue takes; waiting costs a leg each")
