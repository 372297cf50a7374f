"""Bounds of messages: mail, text messages, the carriers that take them."""

from ringfence.kernel.limits.limit import Limit

# messaging, mail
MAIL_CONNECT_MS = Limit(10_000, "ms", "a mail server that does not greet by then is down")
MAIL_SEND_MS = Limit(60_000, "ms", "RFC 5321 4.5.3.2 allows minutes; a relay of ours takes seconds")
MAIL_CHARS_MAX = Limit(16_384, "characters", "of one message; a notice of changes has a page")
MAIL_LINE_MAX = Limit(200, "characters", "of a subject or an address; RFC 5321 4.5.3.1.3: 254")
MESSAGE_REASON_MAX = Limit(128, "characters", "words and ids that name why a message is sent")
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
GATEWAY_WAIT_MS = Limit(
    3_600_000,
    "ms",
    "of peace that a gateway may ask for; then it is tried anyway",
)
GATEWAY_AT_ONCE = Limit(16, "requests", "to one gateway; most allow ten a second")
GATEWAY_FIELDS_MAX = Limit(40, "fields", "of one kind in a template; ten are usual")
GATEWAY_PATTERN_CHARS = Limit(200, "characters", "of a pattern searched in an answer")
CARRIER_SENDERS_MAX = Limit(500, "senders", "numbers and words that go by one carrier alone")
CARRIER_TEST_MS = Limit(20_000, "ms", "until a carrier has connected or said why it does not")
CARRIERS_MAX = Limit(32, "carriers", "of one installation; each keeps a connection or two")

# text messages
TEXT_CHARS_MAX = Limit(1_600, "characters", "of one message; clients know the bound as 21617")
TEXT_PICTURE_BYTES = Limit(5_242_880, "bytes", "of one picture; networks take less, Twilio as much")
TEXT_PICTURE_WAIT_MS = Limit(5_000, "ms", "a message waits for its pictures before it is told")
TEXT_LINK_S = Limit(604_800, "seconds", "a link to a picture is good; who has not looked in a week")
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
TEXT_SOON_MS = Limit(5_000, "ms", "answered by then a carrier does not ask again; they wait 10 s")
TEXT_SEEN_MAX = Limit(4_096, "messages", "of a carrier remembered for that, about 1 MB")
TEXT_SENDERS_MAX = Limit(100, "senders", "of one campaign")
TEXT_TEMPLATES_MAX = Limit(10_000, "templates", "of one account: India asks for one per wording")
TEXT_GAP_CHARS = Limit(30, "characters", "of one gap of a registered text, as TRAI's DLT has it")
INBOX_SEARCHED = Limit(500, "messages", "opened for one search of what they say; then go on")
TALK_MINUTES_MAX = Limit(10_080, "minutes", "an answer is awaited; after a week nobody remembers")
TEXT_DOCUMENTS = Limit(10, "documents", "one message leads through; more is a loop")
TEXT_REPLIES = Limit(20, "messages", "one message may lead to")
TEXT_ANSWER_MS = Limit(120_000, "ms", "for all documents of one message together")
TEXT_AT_HAND = Limit(20_000, "messages", "kept in memory until sent; others are opened again")
TEXT_STOP_MS = Limit(5_000, "ms", "what is with a carrier gets this long to be answered at a stop")
