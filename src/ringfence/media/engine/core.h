/* The inside of the native engine: the structs every .c file here shares.
 *
 * The algorithm is written down in interface.py and, where it is signal processing, in the pure
 * Python modules of ringfence.media; comments here say only what C adds.
 */
#ifndef RF_CORE_H
#define RF_CORE_H

#include <stdbool.h>
#include <string.h>

#include "dsp.h"
#include "engine.h"

/* Bounds named in kernel.limits (rf_constants_get shows them to the test that compares). */
enum {
  LEGS_MAX = 8192,
  PATIENCE_MS = 100, /* that a leg is gone is told with other news, or then */
  LEG_BURST = 64,
  PAYLOAD_MAX = 1280,
  PACKET_MAX = 2048,
  DIGITS_MAX = 64,
  ROOM_MEMBERS = 1024,
  CHANNELS_MAX = 8,
};

enum { PHASES = 4, FRAME = 160, FRAME_WIDE = 320, LOOK_AHEAD = 10, LOOK_BACK = 6, LOOK_AFTER = 2, SILENCE_LEVEL = 64 };
enum { JITTER_TARGET = 320, JITTER_MOST = 1600 };
enum { NO_TYPE = 255 };

static inline int32_t newer32(uint32_t a, uint32_t b) { return (int32_t)(a - b); }
static inline int32_t newer16(uint32_t a, uint32_t b) { return (int16_t)(uint16_t)(a - b); }

/* One RTP packet, pointing into the datagram (media.rtp). */
typedef struct {
  uint8_t type;
  bool marker;
  uint16_t sequence;
  uint32_t timestamp, ssrc;
  const uint8_t *payload;
  uint32_t length;
} rtp_packet;

bool rtp_parse(const uint8_t *data, uint32_t size, rtp_packet *out);
static inline bool is_rtcp(const uint8_t *data, uint32_t size) {
  return size >= 2 && data[1] >= 192 && data[1] <= 223;
}
void rtp_header(uint8_t *out, bool marker, uint8_t type, uint16_t sequence, uint32_t timestamp,
                uint32_t ssrc);

/* What one sender has delivered (media.reception). */
typedef struct {
  bool heard, timed;
  uint32_t ssrc, bad, transit, report; /* report: middle 32 bits of the last SR's NTP time */
  uint16_t base, top;
  int64_t cycles, received, expected_before, received_before, lost_before;
  int64_t scaled, scaled_most; /* jitter in 1/16 ticks */
  int64_t report_at;
} reception;

/* Digits being received (RFC 4733). */
typedef struct {
  bool open, closed_known;
  uint8_t code;
  uint32_t timestamp, ssrc, duration;
  uint64_t base;
  int64_t last;
  uint32_t closed_timestamp, closed_ssrc;
  int64_t closed_last;
} dtmf_in;

/* Digits being sent. */
typedef struct {
  char queue[DIGITS_MAX];
  uint16_t tone[DIGITS_MAX], gap[DIGITS_MAX]; /* in frames, per digit */
  bool last[DIGITS_MAX];                      /* last digit of its command */
  uint32_t head, count;
  uint32_t frame; /* of the present digit */
  uint32_t timestamp;
} dtmf_out;

/* Where packets of another leg go when they are relayed to this one. */
typedef struct {
  bool on;
  uint32_t ssrc, timestamp_offset;
  uint16_t sequence_offset;
  bool event_known;
  uint32_t event_in, event_out, event_ssrc;
} relay_state;

struct rf_clip {
  uint32_t rate;
  int16_t *pcm[2]; /* at 8000, at 16000 Hz; NULL: not prepared */
  uint32_t samples[2];
};

struct rf_play {
  rf_play *next; /* queued behind this one */
  uint32_t count, loops, loop, clip;
  uint64_t at;     /* samples into the present clip, at `rate` */
  uint64_t played; /* samples since the start, at `rate` */
  uint32_t rate;
  rf_clip *clips[]; /* count */
};

/* What only some recordings use, and of each only some frames. */
typedef struct {
  rf_leg *owner;
  uint32_t leg, channel;
  uint32_t silent; /* frames in a row */
  uint32_t entered; /* frames that have come into the line */
  rf_resampler resampler, converter;
  rf_watch watch;
} tap_rest;

/* One cache line, because every frame touches it. */
typedef struct tap {
  _Alignas(64) struct tap *next; /* on its leg */
  rf_recording *recording;
  rf_chunk *chunk, *held; /* being filled; full, but still within the look-ahead */
  tap_rest *rest;
  uint32_t filled; /* bytes of the chunk */
  uint32_t taken;  /* frames */
  uint32_t noisy;  /* which frames in the line are noise, a bit each, the newest lowest */
  uint32_t tail;   /* frames that become noise although nothing is heard any more */
  uint32_t zeros;  /* bytes lost for want of an empty chunk */
  uint8_t taken_in; /* frames in the line, up to LOOK_AHEAD */
  bool out, redacting;
} tap;

struct rf_recording {
  uint32_t rate, max_frames, silence_frames, channels, coding;
  bool paused, keep_time, redact, live, begun;
  tap_rest *rest; /* channels */
  tap taps[];     /* channels */
};

struct rf_room {
  uint32_t rate, members;
  int32_t sum[FRAME_WIDE];
};

/* What a quiet call touches comes first, what only some calls use after it, buffers last. */
struct rf_leg {
  rf_leg *next, *previous; /* legs of this phase, in order of opening */
  uint32_t handle;
  uint8_t phase;
  bool connected, ever_connected, muted, listening, detecting, contiguous, marker_due;
  bool timed_out, started, latched_once, window_open, rtcp_known, locked;
  bool joined; /* the RTP socket is connected to the aim */
  bool anywhere, narrow, local_known; /* bound to all addresses; IPv4; `local` is valid */
  bool armed[2]; /* a receive is under way on the socket */
  uint8_t aim_rank;
  uint16_t wanted[2]; /* taps on what is heard, said */
  int fd[2]; /* RTP, RTCP; -1: none */
  uint32_t burst, rate; /* rate: 8000 or 16000 */
  int64_t last_life, report_due;

  /* sending */
  uint32_t ssrc, clock, gathered_size, gathered_at;
  uint16_t sequence;
  rf_play *play;
  rf_leg *peer;
  rf_room *room;
  rf_leg *whispers; /* who alone hears it in the room; itself: nobody; NULL: everybody */
  rf_leg *coaches, *next_coach; /* who whispers to it; the next one who whispers to the same */
  tap *taps;
  rf_settings set;
  rf_addr aim;
  rf_stats stats;
  reception source;
  int64_t window_at;
  uint64_t concealed; /* ticks */
  relay_state relay;
  dtmf_in dtmf;

  /* hearing: of frames that arrived whole the codes stay in the jitter buffer's ring, up to
   * `heard_to`, and `unheard` of them are not in the concealment's history yet */
  uint32_t unheard, heard_to;
  rf_jitter jitter; /* ends in its ring, which only a frame of it is touched of */
  rf_plc plc;       /* its newest samples are the frame heard */

  /* RTCP */
  rf_addr rtcp_aim;
  uint8_t local[16]; /* the address of ours the far end sends to, where bound to all */
  char cname[17];
  uint32_t random;
  uint64_t sent_at_report[2];

  /* packets of other lengths than a frame, company, digits */
  uint8_t gathered[480 + FRAME];
  int16_t contribution[FRAME_WIDE];
  rf_resampler into_room, from_others, detector_resampler;
  rf_g722_encoder encoder;
  rf_g722_decoder decoder;
  dtmf_out digits;
  rf_dtmf detector;
};

typedef struct {
  void (*send)(rf_core *core, rf_leg *leg, bool rtcp, const rf_addr *to, const uint8_t *data,
               uint32_t size);
  void (*event)(rf_core *core, const rf_event *event);
  void (*chunk)(rf_core *core, rf_chunk *chunk);
  rf_chunk *(*empty)(rf_core *core);
  /* The aim will not move any more until it is unlocked. */
  void (*locked)(rf_core *core, rf_leg *leg);
  void (*unlocked)(rf_core *core, rf_leg *leg);
} outlets;

struct rf_core {
  const outlets *out;
  void *context;
  int64_t now;
  uint32_t ticks;
  rf_leg *first[PHASES], *last[PHASES];
  uint32_t population[PHASES];
  rf_leg *legs[LEGS_MAX]; /* by handle */
};

/* Legs are visited far apart in time, and between two of them lies a system call: long enough to
 * bring near what the ones after it will touch. In three steps, because each reads what the one
 * before has fetched: the leg, what it points at, what that points at. */
static inline void warm_span(const void *at, size_t size) {
  for (size_t k = 0; k < size; k += 64) __builtin_prefetch((const char *)at + k, 1, 2);
}
static inline void warm_leg(const rf_leg *leg) {
  if (leg) warm_span(leg, offsetof(rf_leg, jitter.mark));
}
static inline void warm_ring(const rf_jitter *j, uint32_t tick) {
  tick &= JITTER_RING - 1;
  __builtin_prefetch(&j->mark[tick / 64], 1, 2);
  warm_span(&j->ring[tick], FRAME);
}
/* Before a packet: where its payload is likely to go. */
static inline void warm_arrival(const rf_leg *leg) {
  if (leg) warm_ring(&leg->jitter, leg->jitter.end);
}
static inline void warm_buffers(const rf_leg *leg) {
  if (!leg) return;
  const rf_jitter *j = &leg->jitter;
  __builtin_prefetch(&j->mark[(j->play & (JITTER_RING - 1)) / 64], 1, 2);
  if (leg->play) warm_span(leg->play, sizeof *leg->play + sizeof(rf_clip *));
  if (!leg->listening) return;
  warm_span(&j->ring[j->play & (JITTER_RING - 1)], FRAME);
  /* The two taps of a leg mostly are neighbours, behind what they have in common; where not, this
   * does no harm. */
  if (leg->taps) warm_span(leg->taps - 1, 3 * sizeof *leg->taps);
}
static inline void warm_chunks(const rf_leg *leg) {
  for (const tap *t = leg ? leg->taps : NULL; t; t = t->next)
    if (t->chunk) warm_span(t->chunk->data + t->filled, FRAME);
}

/* core.c */
void core_init(rf_core *core, const outlets *out, void *context);
static inline rf_leg *core_leg(rf_core *core, uint32_t handle) {
  return handle < LEGS_MAX ? core->legs[handle] : NULL;
}
void core_event(rf_core *core, uint32_t kind, rf_leg *leg, int32_t a, int32_t b, int32_t c,
                void *object);
static inline bool sends(const rf_leg *leg) { return leg->set.direction & RF_SENDS; }
static inline bool receives(const rf_leg *leg) { return leg->set.direction & RF_RECEIVES; }

/* send.c */
void send_rtp(rf_core *core, rf_leg *leg, uint8_t *packet, uint32_t payload, bool event);
/* The frame a leg says: its samples and, where it was sent, returned, its codes. */
const uint8_t *say_frame(rf_core *core, rf_leg *leg, int16_t *said, uint8_t *codes);
bool relay_open(const rf_leg *from, const rf_leg *to);
void relay_audio(rf_core *core, rf_leg *from, const rtp_packet *packet);
void relay_event(rf_core *core, rf_leg *from, const rtp_packet *packet);
void play_end(rf_core *core, rf_leg *leg, int reason);

extern const int16_t SILENT_FRAME[FRAME_WIDE];

/* receive.c */
void hear_out(rf_leg *leg); /* decode what is unheard */
/* What was heard in the leg's last frame, at its rate. */
static inline const int16_t *heard(rf_leg *leg) {
  if (!leg->listening) return SILENT_FRAME;
  if (leg->unheard) hear_out(leg);
  return plc_newest(&leg->plc, FRAME * (leg->rate / 8000));
}
void receive(rf_core *core, rf_leg *leg, bool rtcp, const rf_addr *from, const uint8_t *data,
             uint32_t size);
/* Take the next frame from the jitter buffer to `codes`, which it returns where they are G.711 and
 * all of it. */
const uint8_t *hear_frame(rf_core *core, rf_leg *leg, uint8_t *codes);
bool listens(const rf_leg *leg);
bool latch_window(const rf_core *core, const rf_leg *leg); /* whether a better source may come */

/* dtmf.c */
void dtmf_event(rf_core *core, rf_leg *leg, const rtp_packet *packet);
void dtmf_close(rf_core *core, rf_leg *leg);
void dtmf_overdue(rf_core *core, rf_leg *leg);
/* Whether a digit is held, or was a moment ago: it can begin and end between two frames. */
bool dtmf_held(const rf_core *core, const rf_leg *leg);
void dtmf_listen(rf_core *core, rf_leg *leg, const int16_t *pcm, uint32_t count);

/* report.c */
void reception_packet(rf_leg *leg, const rtp_packet *packet, bool event, int64_t now);
int64_t reception_lost(const reception *source);
void report_begin(rf_core *core, rf_leg *leg);
void report_send(rf_core *core, rf_leg *leg, bool bye);
bool report_received(rf_core *core, rf_leg *leg, const uint8_t *data, uint32_t size);

/* objects.c */
void leg_stats(const rf_leg *leg, rf_stats *out);
rf_recording *recording_room(void);
void recording_done(rf_recording *recording);
rf_chunk *chunk_room(void);
void chunk_done(rf_chunk *chunk);

/* record.c */
void record_start(rf_core *core, rf_recording *recording);
void record_stop(rf_core *core, rf_recording *recording, int reason);
/* A frame of a leg; its codes in both directions are NULL where it is known as samples alone. */
void record_frame(rf_core *core, rf_leg *leg, const uint8_t *heard_codes, const int16_t *said,
                  const uint8_t *said_codes);
void record_whole(rf_core *core, rf_recording *recording, const int16_t *pcm,
                  const uint8_t *pressed, uint32_t frames);
void record_redact(rf_recording *recording, bool on);
static inline bool record_wants(const rf_leg *leg, bool out) { return leg->wanted[out]; }

#endif
