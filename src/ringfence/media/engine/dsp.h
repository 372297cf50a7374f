/* Signal processing: the same arithmetic as the pure Python modules named beside each part. */
#ifndef RF_DSP_H
#define RF_DSP_H

#include <stdbool.h>
#include <stdint.h>

/* media.g711 */
void g711_init(void);
void g711_encode(int codec, const int16_t *restrict pcm, uint8_t *restrict out, uint32_t count);
void g711_decode(int codec, const uint8_t *data, int16_t *out, uint32_t count);
/* Convert a payload of the other law; `codec` is what comes out. In place allowed. */
void g711_convert(int codec, const uint8_t *data, uint8_t *out, uint32_t count);
/* What decoding a payload of law `from` and encoding it in `codec` gives, without the samples. */
void g711_recode(int codec, int from, const uint8_t *restrict data, uint8_t *restrict out,
                 uint32_t count);

/* media.jitter */
enum { JITTER_RING = 4096, JITTER_SKIP = 80 };
typedef struct {
  bool anchored, squeeze, saw_late, saw_timely;
  uint32_t ssrc, play, end;
  uint16_t top;
  int32_t target, most, extra, low, stretch;
  uint32_t run, dry, pulls, lates, gaps;
  uint32_t late;
  uint64_t mark[JITTER_RING / 64]; /* one bit per tick: it has arrived */
  uint8_t ring[JITTER_RING];
} rf_jitter;

/* Consecutive ticks that either all arrived or all did not. */
typedef struct {
  uint32_t ticks;
  bool arrived;
} jitter_run;

void jitter_init(rf_jitter *jitter, int32_t target, int32_t most);
void jitter_put(rf_jitter *jitter, uint32_t ssrc, uint16_t sequence, uint32_t timestamp, bool marker,
                const uint8_t *payload, uint32_t length);
/* Take `count` ticks (or count + JITTER_SKIP in one run) to `data`; returns the number of runs, of
 * which `runs` must have room for `count`. With data NULL the ticks are only thrown away. */
uint32_t jitter_pull(rf_jitter *jitter, uint32_t count, uint8_t *data, jitter_run *runs);
/* Copy `count` ticks from `at` on, which arrived and were not written over yet. */
void jitter_copy(const rf_jitter *jitter, uint32_t at, uint32_t count, uint8_t *data);

/* media.plc. The newest samples of the history are the frame heard last: what arrives is decoded
 * to where `plc_room` points and is remembered by being there. */
enum { PLC_HISTORY = 240 };
typedef struct {
  uint32_t scale, lag, gap; /* gap stops counting long after the fade's end */
  int16_t history[PLC_HISTORY * 2], pattern[120 * 2];
} rf_plc;

void plc_init(rf_plc *plc, uint32_t rate);
/* Make room for `count` more samples (at most the history) and return where they go. */
int16_t *plc_room(rf_plc *plc, uint32_t count);
/* Blend what arrived after a gap and lies in its room. */
void plc_good(rf_plc *plc, uint32_t count);
/* Fill in `count` samples that did not arrive. */
void plc_lost(rf_plc *plc, uint32_t count);
/* The newest `count` samples. */
static inline int16_t *plc_newest(rf_plc *plc, uint32_t count) {
  return plc->history + PLC_HISTORY * plc->scale - count;
}
/* Shorten `count` samples to `keep` in place. */
void plc_squeeze(int16_t *pcm, uint32_t count, uint32_t keep);

/* media.dtmf: the in-band detector */
enum { DTMF_BLOCK = 102 };
typedef struct {
  int16_t tail[DTMF_BLOCK + 320]; /* samples >> 2 not yet judged */
  uint32_t held_back;             /* how many */
  uint32_t block, first, last;
  int32_t candidate, held; /* index of a digit or -1 */
  uint32_t run, misses;
} rf_dtmf;

typedef struct {
  char digit;
  uint32_t ms;
} dtmf_digit;

void dtmf_init(rf_dtmf *detector);
/* Take up to 320 samples at 8000 Hz; at most 8 digits can end in them. Returns how many did. */
uint32_t dtmf_feed(rf_dtmf *detector, const int16_t *pcm, uint32_t count, dtmf_digit *ended);

/* media.digit_watch */
enum { WATCH_KEPT = 8 };
/* The strongest tone of a group in a block. */
typedef struct {
  int64_t power, second;
  int32_t re, im;
} watch_line;
/* A block that is near a digit: row and column, how each went on from the block before. */
typedef struct {
  watch_line line[2];
  int64_t turn[2][2], beside[2], energy;
} watch_near;
typedef struct {
  int16_t tail[DTMF_BLOCK + 320];
  uint32_t held_back, run, count, company;
  int32_t like; /* index of a digit or -1 */
  watch_near blocks[WATCH_KEPT];
} rf_watch;

void watch_init(rf_watch *watch);
/* Take up to 320 samples at 8000 Hz; whether a digit was suspected in them. */
bool watch_feed(rf_watch *watch, const int16_t *pcm, uint32_t count);

/* media.resample: one state serves either direction. */
enum { RESAMPLE_ORDER = 23, RESAMPLE_CENTRE = 11 };
typedef struct {
  int16_t past[RESAMPLE_ORDER], even[RESAMPLE_CENTRE];
} rf_resampler;

void resampler_init(rf_resampler *state);
/* `count` samples at 8000 Hz to twice as many. */
void resample_up(rf_resampler *state, const int16_t *in, int16_t *out, uint32_t count);
/* `count` (even) samples at 16000 Hz to half as many. */
void resample_down(rf_resampler *state, const int16_t *in, int16_t *out, uint32_t count);

/* media.g722 */
typedef struct {
  int32_t s, sz, a1, a2, r1, p1, p2, det, nb;
  int32_t b[6], d[6];
} g722_band;
enum { QMF_ORDER = 11 };
typedef struct {
  g722_band low, high;
  int16_t even[QMF_ORDER], odd[QMF_ORDER];
} rf_g722_encoder;
typedef struct {
  g722_band low, high;
  int16_t sums[QMF_ORDER], differences[QMF_ORDER];
} rf_g722_decoder;

void g722_encoder_init(rf_g722_encoder *state);
void g722_decoder_init(rf_g722_decoder *state);
/* 2 * `count` samples to `count` bytes, and back; `count` at most 320. */
void g722_encode(rf_g722_encoder *state, const int16_t *pcm, uint8_t *out, uint32_t count);
void g722_decode(rf_g722_decoder *state, const uint8_t *data, int16_t *out, uint32_t count);

#endif
