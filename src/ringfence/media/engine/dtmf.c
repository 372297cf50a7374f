/* DTMF (media.dtmf, media.digit_watch): who hears digits in audio, who suspects them, and the receiver
 * of RFC 4733 events. */
#include "core.h"

enum { BLOCK = DTMF_BLOCK, HOP = 51, HITS = 4, MISSES = 3 };
enum { FRACTION = 2122, FRACTION_TWISTED = 2611 };
static const int64_t ENERGY_LEAST = 1600000, POWER_LEAST = 5200000000;
static const char DIGITS[] = "123A456B789C*0#D", EVENTS[] = "0123456789*#ABCD";

#include "dtmf_tables.h"

void dtmf_init(rf_dtmf *detector) {
  memset(detector, 0, sizeof *detector);
  detector->candidate = detector->held = -1;
}

/* Power of one frequency in a block. */
static int64_t power_of(const int16_t *x, const int16_t *cosine, const int16_t *sine) {
  int32_t re = 0, im = 0;
  for (int n = 0; n < BLOCK; n++) {
    re += x[n] * cosine[n];
    im += x[n] * sine[n];
  }
  re >>= 8;
  im >>= 8;
  return (int64_t)re * re + (int64_t)im * im;
}

/* The strongest of four frequencies: its index, its power and the second strongest power. */
static int strongest(const int16_t *x, const int16_t (*cosine)[BLOCK], const int16_t (*sine)[BLOCK],
                     int64_t *best, int64_t *second) {
  int index = 0;
  *best = *second = -1;
  for (int f = 0; f < 4; f++) {
    int64_t power = power_of(x, cosine[f], sine[f]);
    if (power > *best) {
      *second = *best;
      *best = power;
      index = f;
    } else if (power > *second) {
      *second = power;
    }
  }
  return index;
}

static int judge(const int16_t *x) {
  int64_t energy = 0, r, r2, c, c2;
  for (int n = 0; n < BLOCK; n++) energy += x[n] * x[n];
  if (energy < ENERGY_LEAST) return -1;
  int row = strongest(x, DTMF_COSINE, DTMF_SINE, &r, &r2);
  if (r < POWER_LEAST || 10 * r <= 63 * r2 || 5 * r <= FRACTION * energy) return -1;
  int column = strongest(x, DTMF_COSINE + 4, DTMF_SINE + 4, &c, &c2);
  if (c < POWER_LEAST || 10 * c <= 63 * c2 || c >= 4 * r || r >= 8 * c) return -1;
  int64_t share = 5 * c >= 2 * r ? FRACTION : FRACTION_TWISTED;
  return r + c > share * energy ? row * 4 + column : -1;
}

static bool step(rf_dtmf *d, int32_t hit, dtmf_digit *ended) {
  uint32_t block = d->block++;
  bool done = false;
  if (d->held >= 0) {
    if (hit == d->held) {
      d->misses = 0;
      d->last = block;
      return false;
    }
    if (++d->misses < MISSES) return false;
    *ended = (dtmf_digit){DIGITS[d->held], (d->last - d->first + 1) * HOP / 8};
    done = true;
    d->held = d->candidate = -1;
  }
  if (hit < 0 || hit != d->candidate) {
    d->candidate = hit;
    d->run = 0;
    d->first = block;
  }
  if (hit >= 0 && ++d->run == HITS) {
    d->held = hit;
    d->last = block;
    d->misses = 0;
  }
  return done;
}

uint32_t dtmf_feed(rf_dtmf *d, const int16_t *pcm, uint32_t count, dtmf_digit *ended) {
  uint32_t found = 0, at = 0, size = d->held_back;
  for (uint32_t k = 0; k < count; k++) d->tail[size + k] = (int16_t)(pcm[k] >> 2);
  size += count;
  for (; at + BLOCK <= size; at += HOP) {
    if (step(d, judge(d->tail + at), &ended[found])) found++;
  }
  d->held_back = size - at;
  memmove(d->tail, d->tail + at, d->held_back * sizeof *d->tail);
  return found;
}

/* --- suspicion ------------------------------------------------------------------------------- */

enum { SHARE = 1306, BESIDE = 6, UPPER = 3, WATCH_RULES = 5, COMPANY = 314 };
static const int64_t FAINT_ENERGY = 40000, FAINT_POWER = 100000000;
static const struct {
  uint32_t count;
  int64_t share, outweighs;
  int upper;
  int64_t steady;
} RULES[WATCH_RULES] = {/* the first is for digits in company */
                        {3, 1500, 0, 0, 4},  {3, 1795, 10, 0, 0},
                        {4, 1500, 4, 0, 2},  {4, 1500, 10, 1, 2},
                        {WATCH_KEPT, 1500, 2, 0, 2}};

void watch_init(rf_watch *watch) {
  memset(watch, 0, sizeof *watch);
  watch->like = -1;
}

/* Which digit a block is like, or -1; the powers of its row and column. */
static int resembles(const int16_t *x, int64_t energy, int64_t *row, int64_t *column) {
  int64_t r2, c2;
  if (energy < FAINT_ENERGY) return -1;
  int r = strongest(x, DTMF_COSINE, DTMF_SINE, row, &r2);
  if (*row < FAINT_POWER || *row <= 3 * r2) return -1;
  int c = strongest(x, DTMF_COSINE + 4, DTMF_SINE + 4, column, &c2);
  if (*column < FAINT_POWER || *column <= 3 * c2 || *column >= 8 * *row || *row >= 12 * *column)
    return -1;
  return *row + *column > SHARE * energy ? r * 4 + c : -1;
}

/* The sum of the last `count` of a ring, the least and the most of them. */
typedef struct {
  int64_t sum, least, most;
} watch_sums;

static watch_sums latest(const int64_t *ring, uint32_t run, uint32_t count) {
  watch_sums s = {0, INT64_MAX, 0};
  for (uint32_t k = run - count; k < run; k++) {
    int64_t x = ring[k % WATCH_KEPT];
    s.sum += x;
    if (x < s.least) s.least = x;
    if (x > s.most) s.most = x;
  }
  return s;
}

static bool suspicious(const rf_watch *w) {
  for (int k = w->company ? 0 : 1; k < WATCH_RULES && w->run >= RULES[k].count; k++) {
    uint32_t count = RULES[k].count;
    watch_sums r = latest(w->row, w->run, count), c = latest(w->column, w->run, count);
    int64_t power = r.sum + c.sum, steady = RULES[k].steady;
    if (power > RULES[k].share * latest(w->energy, w->run, count).sum &&
        power > RULES[k].outweighs * latest(w->beside[RULES[k].upper], w->run, count).sum &&
        !(steady && (r.most >= steady * r.least || c.most >= steady * c.least)))
      return true;
  }
  return false;
}

static bool watch_step(rf_watch *w, const int16_t *x) {
  int64_t energy = 0, row = 0, column = 0, beside[2] = {0};
  for (int n = 0; n < BLOCK; n++) energy += x[n] * x[n];
  if (w->company) w->company--;
  int like = resembles(x, energy, &row, &column);
  if (like < 0 || like != w->like) {
    w->like = like;
    w->run = 0;
  }
  if (like < 0) return false;
  for (int f = 0; f < BESIDE; f++) {
    int64_t power = power_of(x, BESIDE_COSINE[f], BESIDE_SINE[f]);
    beside[0] += power;
    if (f >= BESIDE - UPPER) beside[1] += power;
  }
  uint32_t at = w->run++ % WATCH_KEPT;
  w->row[at] = row;
  w->column[at] = column;
  w->beside[0][at] = beside[0];
  w->beside[1][at] = beside[1];
  w->energy[at] = energy;
  if (!suspicious(w)) return false;
  w->company = COMPANY;
  return true;
}

bool watch_feed(rf_watch *w, const int16_t *pcm, uint32_t count) {
  uint32_t at = 0, size = w->held_back;
  bool suspected = false;
  for (uint32_t k = 0; k < count; k++) w->tail[size + k] = (int16_t)(pcm[k] >> 2);
  size += count;
  for (; at + BLOCK <= size; at += HOP)
    if (watch_step(w, w->tail + at)) suspected = true;
  w->held_back = size - at;
  memmove(w->tail, w->tail + at, w->held_back * sizeof *w->tail);
  return suspected;
}

/* --- events ---------------------------------------------------------------------------------- */

/* `digit_out` reports one that has ended. */
enum { SEGMENT = 0xFFFF, SEGMENT_NEAR = 65000, REPEAT_MS = 5000, OVERDUE_MS = 200, JUST_HELD_MS = 40 };

bool dtmf_held(const rf_core *core, const rf_leg *leg) {
  return leg->dtmf.open || core->now - leg->dtmf.last < JUST_HELD_MS;
}

static void digit_out(rf_core *core, rf_leg *leg, char digit, uint32_t ms, bool inband) {
  leg->stats.dtmf_in++;
  core_event(core, RF_DIGIT, leg, digit, (int32_t)ms, inband, NULL);
}

void dtmf_close(rf_core *core, rf_leg *leg) {
  dtmf_in *in = &leg->dtmf;
  if (!in->open) return;
  in->open = false;
  in->closed_known = true;
  in->closed_ssrc = in->ssrc;
  in->closed_timestamp = in->timestamp;
  in->closed_last = in->last;
  uint64_t ticks = in->base + in->duration;
  digit_out(core, leg, EVENTS[in->code], (uint32_t)(ticks / 8 < INT32_MAX ? ticks / 8 : INT32_MAX),
            false);
}

void dtmf_overdue(rf_core *core, rf_leg *leg) {
  if (leg->dtmf.open && core->now - leg->dtmf.last >= OVERDUE_MS) dtmf_close(core, leg);
}

static bool repeats(const dtmf_in *in, uint32_t timestamp, uint32_t ssrc, int64_t now) {
  if (!in->closed_known) return false;
  if (timestamp == in->closed_timestamp) return true;
  return ssrc == in->closed_ssrc && now - in->closed_last < REPEAT_MS &&
         newer32(timestamp, in->closed_timestamp) <= 0;
}

void dtmf_event(rf_core *core, rf_leg *leg, const rtp_packet *packet) {
  dtmf_in *in = &leg->dtmf;
  uint8_t code = packet->payload[0];
  bool end = packet->payload[1] & 0x80;
  uint32_t duration = (uint32_t)packet->payload[2] << 8 | packet->payload[3];
  uint32_t timestamp = packet->timestamp, ahead = timestamp - in->timestamp;
  if (code > 15) return;
  if (in->open && ahead == 0) {
    if (code != in->code) return;
    if (duration > in->duration) in->duration = duration;
  } else if (in->open && code == in->code &&
             (ahead == SEGMENT || (ahead == in->duration && ahead >= SEGMENT_NEAR))) {
    in->base += in->duration;
    in->timestamp = timestamp;
    in->duration = duration;
  } else if (repeats(in, timestamp, packet->ssrc, core->now)) {
    return;
  } else {
    dtmf_close(core, leg);
    in->open = true;
    in->ssrc = packet->ssrc;
    in->timestamp = timestamp;
    in->base = 0;
    in->code = code;
    in->duration = duration;
  }
  in->last = core->now;
  if (end) dtmf_close(core, leg);
}

void dtmf_listen(rf_core *core, rf_leg *leg, const int16_t *pcm, uint32_t count) {
  dtmf_digit ended[8];
  uint32_t found = dtmf_feed(&leg->detector, pcm, count, ended);
  for (uint32_t k = 0; k < found; k++) digit_out(core, leg, ended[k].digit, ended[k].ms, true);
}
