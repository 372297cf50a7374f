"""Bounds of audio: packets, clips, the engine, speech, streams and recognisers."""

from ringfence.kernel.limits.limit import Limit

# media
RTP_PACKET_MAX = Limit(2048, "bytes", "a datagram that fits one Ethernet frame, with room to spare")
JITTER_RING = Limit(4096, "bytes", "half a second of one source, a power of two for cheap wrapping")
WAV_SKIP_MAX = Limit(1_048_576, "bytes", "pictures and lists before the audio of a WAV file")
WAV_CHANNELS_MAX = Limit(8, "channels", "the widest layout a sound card records")
WAV_RATE_MAX = Limit(192_000, "Hz", "the fastest sound card there is; more is a broken header")
WAV_RATE_MIN = Limit(4_000, "Hz", "slower than that carries no speech")

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

# media worker
MEDIA_CONNECT_MS = Limit(20_000, "ms", "a worker starts in one second, on a busy machine in ten")
MEDIA_OPEN_LEG_MS = Limit(3_000, "ms", "an answer takes 1 ms; the caller is waiting for 200 OK")
MEDIA_SPARE_LEGS = Limit(16, "legs", "of each worker, open ahead of need: a burst of calls")
MEDIA_SPARE_IDLE_MS = Limit(3_000, "ms", "without a call; then a worker may sleep")
MEDIA_COMPANY_MS = Limit(
    40, "ms", "a leg the far end has left is closed with the next command, or then"
)
MEDIA_PATIENCE_MS = Limit(100, "ms", "what nobody waits for may be told together with other news")
MEDIA_RECONNECT_MS = Limit(100, "ms", "how often the server looks for a restarted worker")
MEDIA_PING_MS = Limit(2_000, "ms", "from ping to ping of each worker; one costs 0.3 ms of a core")
MEDIA_SILENCE_MS = Limit(10_000, "ms", "five pings and nothing heard at all: not a slow disk")
MEDIA_DEAF_MS = Limit(20_000, "ms", "it talks, but its audio thread answers no ping: it hangs, too")
MEDIA_TAP_BACKLOG_BYTES = Limit(1_048_576, "bytes", "unread by the server; then taps lose frames")
MEDIA_BACKLOG_BYTES = Limit(67_108_864, "bytes", "a worker that does not read is abandoned")

# speech
SPEAK_MS = Limit(10_000, "ms", "a sentence takes 50 ms; a helper that hangs is restarted by then")
CLIP_LOAD_MS = Limit(20_000, "ms", "the web client and the decoder give up earlier themselves")
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

# media streams
STREAMS_PER_CALL = Limit(4, "streams", "at once; Twilio takes as many")
STREAM_CONNECT_MS = Limit(5_000, "ms", "the caller hears nothing until the server has answered")
STREAM_CLOSE_MS = Limit(1_000, "ms", "for the last words and the closing hand-shake")
STREAM_LINGER_MS = Limit(250, "ms", "after the goodbye: what a server is just saying is no error")
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
HEARING_FRAMES = Limit(250, "frames", "five seconds for a slow recogniser; then the oldest go")
WORDS_ASKED_MS = Limit(1_000, "ms", "how old the answer may be that a voice may be written down")
HEARING_RESULT_MS = Limit(900_000, "ms", "without a word understood: nobody gathers for so long")
MARKUP_HINTS_CHARS = Limit(60_000, "characters", "of hints to a recogniser: 500 of 100, and commas")
UTTERANCE_MS = Limit(25_000, "ms", "of one utterance; models are made for thirty seconds at most")
UTTERANCE_PAUSE_MS = Limit(700, "ms", "of silence end one: longer than between two words")
UTTERANCE_SO_FAR_MS = Limit(1_000, "ms", "how often it is looked at before it is over")
UTTERANCES_WAITING = Limit(16, "utterances", "for a slow recogniser; then the line waits with them")
RECOGNISED_CHARS = Limit(4_096, "characters", "of one utterance; nobody says more in 25 seconds")
RECOGNISER_ANSWER_BYTES = Limit(1_048_576, "bytes", "what a recogniser may say of one utterance")
RECOGNISER_UTTERANCE_MS = Limit(60_000, "ms", "for one utterance, others before it included")
TRANSCRIBE_TRY_MS = Limit(150_000, "ms", "a job waits for a recogniser, then looks again later")
TRANSCRIBE_AGAIN_MS = Limit(2_000, "ms", "between two looks")
TRANSCRIBE_TURNS = Limit(2_000, "looks", "waiting for others included; more is a day")
TRANSCRIBE_AT_ONCE = Limit(2, "recordings", "read at once: the calls need the processor more")
