"""Bounds of what carries a call through a menu: TwiML, flows, payments, rehearsals."""

from ringfence.kernel.limits.limit import Limit

# markup
DOCUMENTS_READ = Limit(256, "documents", "numbers' own, kept as verbs: 100 µs less for each call")
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
SIP_HEADER_TOLD_CHARS = Limit(1_024, "characters", "of one X- header; what Twilio hands on")
MARKUP_PARAMETERS = Limit(32, "parameters", "told to an application that is dialled; ten are usual")
MARKUP_STEPS_LEFT = Limit(
    16, "steps", "that a call was sent away from in turn and that may still tell of their end"
)
MARKUP_LOOKAHEAD = Limit(8, "prompts", "asked for ahead, so that no caller waits between two")
MARKUP_BREAK_MS = Limit(10_000, "ms", "of one break in a sentence; SSML engines stop there, too")
MARKUP_CLIPS_KEPT = Limit(64, "clips", "sentences one call remembers; a menu has a dozen")
MARKUP_SPEECH_WAIT_MS = Limit(8_000, "ms", "a sentence not spoken by then is skipped")
MARKUP_MEDIA_WAIT_MS = Limit(20_000, "ms", "an audio file not here by then is skipped")
MARKUP_TEXT_WAIT_MS = Limit(5_000, "ms", "a message that is not kept by then: the call goes on")
MARKUP_FETCH_WAIT_MS = Limit(20_000, "ms", "above the client's own 15 s, in case nobody answers")
MARKUP_RECORD_MIN_MS = Limit(500, "ms", "nobody says anything in less")
MARKUP_IDLE_DOCUMENTS = Limit(20, "documents", "in a row without anything heard or done: a loop")
MARKUP_CALL_DOCUMENTS = Limit(5_000, "documents", "one a second for more than an hour of menus")
MARKUP_CALL_PROBLEMS = Limit(100, "problems", "a menu that repeats must not fill the timeline")

# payments
SECRET_QUIET_MS = Limit(1_000, "ms", "a keyed digit's last echo is over; then others hear the leg")
PAYMENT_ATTEMPTS_MAX = Limit(10, "attempts", "of one entry of a Pay; Twilio has three")
PAYMENT_PROMPTS_MAX = Limit(64, "prompts", "every step, error and attempt of one Pay")
PAYMENT_PARAMETERS_MAX = Limit(50, "parameters", "of the account's own to its processor")
PAYMENT_TEXT_CHARS = Limit(1_024, "characters", "of a description or a parameter of a payment")
PAYMENT_ANSWER_MS = Limit(60_000, "ms", "a processor that says nothing by then may have charged")
PAYMENT_ANSWER_BYTES = Limit(65_536, "bytes", "of a processor's answer")
PAYMENT_CONNECTORS_MAX = Limit(50, "connectors", "read whole and kept in memory")

# rehearsal
REHEARSAL_MS = Limit(3_600_000, "ms", "of virtual time: then the caller of a rehearsal hangs up")
REHEARSAL_STEPS = Limit(20_000, "events", "in one rehearsal; a program that idles ends there")
REHEARSAL_FETCHES = Limit(100, "documents", "in one rehearsal")

# flows
FLOW_DOCUMENT_BYTES = Limit(262_144, "bytes", "a flow of 200 applets with long texts is 100 KiB")
FLOW_APPLETS = Limit(200, "applets", "beyond that nobody can follow it; flows can lead to flows")
FLOW_PROMPTS = Limit(20, "parts", "of one prompt; a caller hangs up long before")
FLOW_TARGETS = Limit(10, "targets", "of one dial, as in markup")
FLOW_WORDS = Limit(50, "words", "of one choice by message; nobody is told of more")
FLOW_DATES = Limit(400, "entries", "a year of exceptions")
FLOW_PROBLEMS = Limit(100, "problems", "listed at once; the rest is counted")
FLOW_JOINED = Limit(50, "applets", "spoken in a row without a decision; more is a circle")
FLOW_REVISIONS = Limit(8, "revisions", "of one flow kept for calls that began with them")
