/* The public interface of the native engine, as native.py (ctypes) sees it.
 *
 * Plain C11 with POSIX threads and Linux's io_uring or epoll; no Python.h, so one library serves
 * every interpreter. Every struct here has fixed-width members in an order that needs no padding
 * beyond what ctypes computes itself; RF_ABI changes whenever one of them does.
 *
 * A core (rf_core_*) does no I/O: it is what the differential tests compare with reference.py. An
 * engine (rf_engine_*) is a core with sockets, a 5 ms clock and a thread around it.
 *
 * Ownership: legs, clips, plays and recordings are made and freed by the controlling thread
 * (rf_leg_new, ...); between the command that hands one over and the event that gives it back only
 * the audio thread touches it. No lock is shared with the audio thread: commands go in and events
 * come out through single-producer single-consumer rings.
 */
#ifndef RF_ENGINE_H
#define RF_ENGINE_H

#include <stdint.h>
#include <stddef.h>

#define RF_ABI 4
#define RF_EXPORT __attribute__((visibility("default")))

typedef struct rf_core rf_core;
typedef struct rf_leg rf_leg;
typedef struct rf_clip rf_clip;
typedef struct rf_play rf_play;
typedef struct rf_recording rf_recording;
typedef struct rf_room rf_room;
typedef struct rf_engine rf_engine;

/* An address: IPv4 is kept mapped (::ffff:a.b.c.d), the port in host order. */
typedef struct {
  uint8_t ip[16];
  uint16_t port;
} rf_addr;

enum { RF_PCMU = 0, RF_PCMA = 1, RF_G722 = 2 };
enum { RF_SENDS = 1, RF_RECEIVES = 2 }; /* direction bits */

/* What ConnectLeg says. */
typedef struct {
  rf_addr peer;
  uint8_t codec, payload_type, dtmf_type, direction; /* dtmf_type 255: none */
  uint16_t ptime;                                    /* ms */
  uint8_t event_type, reserved; /* event_type: the other type their events may have; 255: none */
  uint32_t latch_ms, timeout_ms;
} rf_settings;

/* Same members in the same order as protocol.Stats, after its codec. */
typedef struct {
  int32_t codec; /* -1: never connected */
  int32_t pad;
  int64_t packets_in, octets_in, packets_out, octets_out;
  int64_t lost, late, concealed_ms, jitter_ms, jitter_max_ms, rtt_ms, remote_lost, remote_jitter_ms;
  int64_t latched, rtp_from_peer, malformed, strangers, dtmf_in;
  int64_t foreign, foreign_type, silent;
} rf_stats;

/* Commands. `leg` and `other` are handles; what else a command uses is said beside it. */
enum {
  RF_OPEN = 1,    /* object: rf_leg */
  RF_CONNECT,     /* leg, settings */
  RF_CLOSE,       /* leg */
  RF_PLAY,        /* leg, object: rf_play, number: queue */
  RF_STOP_PLAY,   /* leg, number: whether nobody waits for the end of it */
  RF_DETECT,      /* leg, number: on */
  RF_DIGITS,      /* leg, text, number: tone_ms, number2: gap_ms */
  RF_BRIDGE,      /* leg, other */
  RF_UNBRIDGE,    /* leg, other */
  RF_JOIN,        /* leg, object: rf_room, number: muted */
  RF_LEAVE,       /* leg, object: rf_room */
  RF_MUTE,        /* leg, number: on */
  RF_RECORD,      /* object: rf_recording */
  RF_PAUSE,       /* object: rf_recording, number: keep_time */
  RF_RESUME,      /* object: rf_recording */
  RF_STOP_RECORD, /* object: rf_recording */
  RF_REDACT,      /* object: rf_recording, number: on */
  RF_READ,        /* leg, object: rf_stats to be filled */
  RF_PING,        /* number */
  RF_DROP,        /* object: rf_room or rf_recording no longer used; echoed by RF_DROPPED */
  RF_WHISPER,     /* leg, number: whether `other` alone hears it (itself: nobody) */
};

typedef struct {
  uint32_t kind, leg, other, number, number2, reserved;
  void *object;
  rf_settings settings;
  char text[72]; /* digits, zero terminated */
} rf_command;

/* Events. */
enum {
  RF_CLOSED = 1,      /* leg, object: rf_leg, to be read and freed */
  RF_STARTED,         /* leg: RTP */
  RF_TIMED_OUT,       /* leg */
  RF_PLAY_ENDED,      /* leg, a: 0 done, 1 stopped; b: ms; object: rf_play, to be freed */
  RF_DIGIT,           /* leg, a: character; b: ms; c: in-band */
  RF_DIGITS_SENT,     /* leg */
  RF_RECORD_ENDED,    /* a: 0 stopped, 1 max, 2 silence, 3 leg closed; b: ms; object: rf_recording */
  RF_REPORT,          /* leg, object: rf_stats */
  RF_PONG,            /* a */
  RF_DROPPED,         /* object */
  RF_REFUSED,         /* leg, a: command; b: 0 unknown, 1 busy, 2 limit, 3 invalid; object of it */
};

typedef struct {
  uint32_t kind, leg;
  int32_t a, b, c, d;
  void *object;
} rf_event;

/* A chunk of recorded audio: `zeros` bytes of silence lost to a slow reader come before `data`.
 * A second of PCMU or PCMA (coding 0 and 1) fills half of it, so the rest is never touched. */
#define RF_CHUNK_BYTES 16000
#define RF_CODED_CHUNK_BYTES 8000
enum { RF_S16 = 2 };
typedef struct rf_chunk {
  rf_recording *recording;
  struct rf_chunk *next;
  uint32_t channel, size, zeros, reserved;
  uint8_t data[RF_CHUNK_BYTES];
} rf_chunk;

/* A chunk as it is handed out, many at a time: what its head says, and where its data lies. */
typedef struct {
  rf_chunk *chunk;
  rf_recording *recording;
  const uint8_t *data;
  uint32_t channel, size, zeros, reserved;
} rf_piece;

/* A datagram leaving an I/O-free core. */
#define RF_DATAGRAM_MAX 2048
typedef struct {
  uint32_t leg, rtcp, size;
  rf_addr to;
  uint8_t data[RF_DATAGRAM_MAX];
} rf_datagram;

/* Bounds that Python names in kernel.limits; a test compares the two. */
typedef struct {
  uint32_t abi, legs_max, leg_burst, payload_max, packet_max, digits_max, room_members, channels_max;
  uint32_t jitter_ring, look_ahead_frames, chunk_bytes, leg_bytes, patience_ms;
} rf_constants;

RF_EXPORT const rf_constants *rf_constants_get(void);

/* Objects, made and freed by the controlling thread. NULL where memory is short. */
RF_EXPORT rf_leg *rf_leg_new(uint32_t handle, uint32_t ssrc, uint32_t sequence, uint32_t timestamp,
                             const char *cname);
RF_EXPORT void rf_leg_free(rf_leg *leg);
/* Free a leg that is closed; what it has seen is left in `out`. */
RF_EXPORT void rf_leg_end(rf_leg *leg, rf_stats *out);
RF_EXPORT rf_clip *rf_clip_new(uint32_t rate, const uint8_t *pcm, uint32_t samples);
RF_EXPORT int rf_clip_prepare(rf_clip *clip, uint32_t rate);
RF_EXPORT void rf_clip_free(rf_clip *clip);
RF_EXPORT rf_play *rf_play_new(rf_clip *const *clips, uint32_t count, uint32_t loops);
RF_EXPORT void rf_play_free(rf_play *play);
RF_EXPORT rf_room *rf_room_new(uint32_t rate);
RF_EXPORT void rf_room_free(rf_room *room);
/* How a recording is taken: digits as noise; a chunk for each frame at once, never redacted. */
enum { RF_REDACTED = 1, RF_LIVE = 2 };
RF_EXPORT rf_recording *rf_recording_new(uint32_t rate, uint32_t max_frames, uint32_t silence_frames,
                                         uint32_t how, uint32_t coding, uint32_t channels);
/* direction: 0 in, 1 out. */
RF_EXPORT void rf_recording_set(rf_recording *recording, uint32_t channel, uint32_t leg,
                                uint32_t direction);
RF_EXPORT uint32_t rf_recording_channels(const rf_recording *recording);
RF_EXPORT void rf_recording_free(rf_recording *recording);

/* A core without I/O. */
RF_EXPORT rf_core *rf_core_new(void);
RF_EXPORT void rf_core_free(rf_core *core);
RF_EXPORT void rf_core_do(rf_core *core, const rf_command *command, int64_t now);
RF_EXPORT void rf_core_receive(rf_core *core, uint32_t leg, uint32_t rtcp, const rf_addr *from,
                               const uint8_t *data, uint32_t size, int64_t now);
RF_EXPORT void rf_core_tick(rf_core *core, int64_t now);
/* Each returns how many were written to `out` (0: none left), oldest first. */
RF_EXPORT uint32_t rf_core_take_events(rf_core *core, rf_event *out, uint32_t room);
RF_EXPORT uint32_t rf_core_take_datagrams(rf_core *core, rf_datagram *out, uint32_t room);
RF_EXPORT rf_chunk *rf_core_take_chunk(rf_core *core);
RF_EXPORT void rf_core_return_chunk(rf_core *core, rf_chunk *chunk);

/* What a redacted recording in `coding` (RF_PCMU, RF_PCMA) keeps of `count` G.711 codes of the same
 * law: as many codes, at `out`. `pressed`: per frame of 160, whether an RFC 4733 digit is held; NULL:
 * none is. How many were kept, or -1 where memory is short or `count` holds no whole frames. */
RF_EXPORT int64_t rf_redact(uint32_t coding, const uint8_t *codes, const uint8_t *pressed,
                        uint32_t count, uint8_t *out);

/* Signal processing by itself, for the differential tests and for clips. */
RF_EXPORT void rf_g711_encode(int codec, const int16_t *pcm, uint8_t *out, uint32_t count);
RF_EXPORT void rf_g711_decode(int codec, const uint8_t *data, int16_t *out, uint32_t count);

/* An engine: core, sockets, clock, thread. */
typedef struct {
  int64_t ticks, late_ticks, skipped_ticks; /* late: began more than a tick after its time */
  int64_t datagrams_in, datagrams_out, send_errors;
  int64_t way; /* RF_WIRE_*; 0 until the thread has begun */
  int64_t lateness[64]; /* frames by lateness of their last send, bins of 50 us; the last: more */
} rf_clockwork;

/* How datagrams travel: by io_uring where the kernel lets us, or always by epoll. */
enum { RF_WIRE_URING = 1, RF_WIRE_EPOLL = 2 };

/* `wake` is an eventfd written when there is something to take; `wish` one of RF_WIRE_*. NULL with
 * errno set on failure. */
RF_EXPORT rf_engine *rf_engine_new(int wake, uint32_t wish);
/* Bind an even port and the next odd one for a leg: 0 or an errno. Before RF_OPEN. */
RF_EXPORT int rf_engine_bind(rf_engine *engine, rf_leg *leg, const rf_addr *at, uint32_t buffer);
/* How many were taken, oldest first; where that is not all, the ring is full: come again. */
RF_EXPORT uint32_t rf_engine_do(rf_engine *engine, const rf_command *commands, uint32_t count);
RF_EXPORT uint32_t rf_engine_take_events(rf_engine *engine, rf_event *out, uint32_t room);
/* How many were written to `out`, oldest first; each is to be returned when it has been copied. */
RF_EXPORT uint32_t rf_engine_take_chunks(rf_engine *engine, rf_piece *out, uint32_t room);
RF_EXPORT void rf_engine_return_chunks(rf_engine *engine, const rf_piece *pieces, uint32_t count);
/* How many chunks, full and empty, the recordings under way need. -1 where memory is short. */
RF_EXPORT int rf_engine_provide_chunks(rf_engine *engine, uint32_t count);
RF_EXPORT void rf_engine_clockwork(rf_engine *engine, rf_clockwork *out);
/* Stops the thread; the caller has taken back every object it handed over or forfeits it. */
RF_EXPORT void rf_engine_free(rf_engine *engine);

#endif
