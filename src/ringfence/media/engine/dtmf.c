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

enum { SHARE = 1306, NEAR = 392, BESIDE = 6, UPPER = 3, COMPANY = 314 };
static const int64_t FAINT_ENERGY = 40000, FAINT_POWER = 100000000;
/* What blocks in a row must be to be suspected, as the table in media.digit_watch; of twos the first
 * is for the row. */
typedef struct {
  bool company, like;
  uint32_t blocks;
  int64_t share, above[2], steady[2], swell[2], besides;
  int upper;
} watch_rule;
static const watch_rule RULES[] = {
    {true, true, 3, 1500, {0, 0}, {0, 960}, {40, 40}, 0, 0},
    {false, true, 3, 1795, {0, 0}, {0, 0}, {0, 0}, 10, 0},
    {false, true, 4, 1500, {0, 0}, {0, 985}, {20, 20}, 4, 0},
    {false, true, 4, 1500, {0, 0}, {0, 985}, {20, 20}, 10, 1},
    {false, true, 8, 1500, {0, 0}, {0, 960}, {20, 20}, 2, 0},
    {false, false, 3, 1795, {15, 160}, {0, 960}, {40, 20}, 10, 0},
    {false, false, 4, 1632, {120, 120}, {960, 985}, {30, 15}, 0, 0},
    {false, false, 4, 1142, {30, 80}, {990, 995}, {20, 20}, 0, 0},
    {false, false, 4, 1795, {15, 160}, {900, 960}, {0, 13}, 4, 0},
    {false, false, 4, 653, {120, 40}, {990, 985}, {15, 15}, 0, 0},
    {false, false, 6, 653, {20, 50}, {0, 990}, {0, 15}, 0, 0},
    {false, false, 8, 653, {120, 80}, {960, 0}, {20, 30}, 0, 0},
    {true, true, 2, 1142, {60, 0}, {995, 0}, {0, 40}, 0, 1},
    {false, false, 3, 1795, {30, 160}, {995, 0}, {40, 40}, 4, 0},
    {false, false, 4, 900, {30, 160}, {990, 960}, {40, 30}, 10, 1},
    {false, false, 4, 1306, {60, 80}, {900, 995}, {0, 30}, 0, 0},
};
enum { WATCH_RULES = sizeof RULES / sizeof *RULES };

/* cosine and sine of an exact sine's turn from block to block, times 2048; the tangent of how far
 * another may be from that, times 1024 */
static const int16_t TURNS[8][3] = {{-1920, 713, 722}, {1721, -1111, 826}, {-1861, 854, 955}, {2048, -14, 1118}, {-542, -1975, 1851}, {-2036, -218, 2467}, {-1769, 1033, 3711}, {-1732, 1093, 7726}};

void watch_init(rf_watch *watch) {
  memset(watch, 0, sizeof *watch);
  watch->like = -1;
}

/* The strongest of four tones, and the power of the next. */
static int strongest_line(const int16_t *x, const int16_t (*cosine)[BLOCK],
                          const int16_t (*sine)[BLOCK], watch_line *best) {
  int index = 0;
  *best = (watch_line){-1, -1, 0, 0};
  for (int f = 0; f < 4; f++) {
    int32_t re = 0, im = 0;
    for (int n = 0; n < BLOCK; n++) {
      re += x[n] * cosine[f][n];
      im += x[n] * sine[f][n];
    }
    re >>= 8;
    im >>= 8;
    int64_t power = (int64_t)re * re + (int64_t)im * im;
    if (power > best->power) {
      *best = (watch_line){power, best->power, re, im};
      index = f;
    } else if (power > best->second) {
      best->second = power;
    }
  }
  return index;
}

/* Which digit a block is near, or -1. */
static int resembles(const int16_t *x, int64_t energy, watch_line *row, watch_line *column) {
  if (energy < FAINT_ENERGY) return -1;
  int r = strongest_line(x, DTMF_COSINE, DTMF_SINE, row);
  if (row->power < FAINT_POWER) return -1;
  int c = strongest_line(x, DTMF_COSINE + 4, DTMF_SINE + 4, column);
  if (column->power < FAINT_POWER || column->power >= 8 * row->power ||
      row->power >= 24 * column->power)
    return -1;
  return row->power + column->power > NEAR * energy ? r * 4 + c : -1;
}

static const watch_near *latest(const rf_watch *w, uint32_t back) {
  return &w->blocks[(w->count - 1 - back) % WATCH_KEPT];
}

/* Sums over the latest blocks, the least and the most of each line. */
typedef struct {
  int64_t power[2], second[2], least[2], most[2], ends[2], re[2], im[2], energy, beside[2];
} watch_sums;

static void add(watch_sums *s, const watch_near *block, bool first, bool last) {
  for (int g = 0; g < 2; g++) {
    int64_t power = block->line[g].power;
    s->power[g] += power;
    s->second[g] += block->line[g].second;
    s->beside[g] += block->beside[g];
    if (power < s->least[g]) s->least[g] = power;
    if (power > s->most[g]) s->most[g] = power;
    if (first || last) s->ends[g] += power;
    if (first) continue;
    s->re[g] += block->turn[g][0];
    s->im[g] += block->turn[g][1];
  }
  s->energy += block->energy;
}

static watch_sums sums(const rf_watch *w, uint32_t count) {
  watch_sums s = {.least = {INT64_MAX, INT64_MAX}};
  for (uint32_t back = count; back-- > 0;) add(&s, latest(w, back), back + 1 == count, back == 0);
  return s;
}

static bool is_sine(const rf_watch *w, const watch_sums *s, const watch_rule *rule, int group) {
  int64_t swell = rule->swell[group], re = s->re[group], im = s->im[group];
  const int16_t *by = TURNS[group ? 4 + w->like % 4 : w->like / 4];
  if (10 * s->power[group] <= rule->above[group] * s->second[group]) return false;
  if (swell && 10 * s->most[group] >= swell * s->least[group]) return false;
  if ((im < 0 ? -im : im) << 10 >= by[2] * re) return false;
  if (!rule->steady[group]) return true;
  __extension__ typedef __int128 wide;
  wide turned = (wide)re * re + (wide)im * im;
  wide whole = (wide)rule->steady[group] * (2 * s->power[group] - s->ends[group]);
  return 4000000 * turned > whole * whole;
}

static bool suspicious(const rf_watch *w) {
  for (const watch_rule *rule = RULES; rule < RULES + WATCH_RULES; rule++) {
    if ((rule->like ? w->run : w->count) < rule->blocks || (rule->company && !w->company)) continue;
    watch_sums s = sums(w, rule->blocks);
    int64_t power = s.power[0] + s.power[1];
    if (power > rule->share * s.energy && power > rule->besides * s.beside[rule->upper] &&
        is_sine(w, &s, rule, 0) && is_sine(w, &s, rule, 1))
      return true;
  }
  return false;
}

static void turn(const watch_line *line, const watch_line *last, const int16_t *by, int64_t *out) {
  int64_t along = (int64_t)line->re * last->re + (int64_t)line->im * last->im;
  int64_t across = (int64_t)line->re * last->im - (int64_t)line->im * last->re;
  out[0] = (along * by[0] + across * by[1]) >> 11;
  out[1] = (across * by[0] - along * by[1]) >> 11;
}

static bool is_like(const watch_near *block) {
  const watch_line *row = &block->line[0], *column = &block->line[1];
  return row->power < 12 * column->power && row->power > 3 * row->second && column->power > 3 * column->second &&
         row->power + column->power > SHARE * block->energy;
}

static bool watch_step(rf_watch *w, const int16_t *x) {
  watch_near block = {0};
  for (int n = 0; n < BLOCK; n++) block.energy += x[n] * x[n];
  if (w->company) w->company--;
  int like = resembles(x, block.energy, &block.line[0], &block.line[1]);
  if (like != w->like) {
    w->like = like;
    w->run = w->count = 0;
  }
  if (like < 0) return false;
  for (int f = 0; f < BESIDE; f++) {
    int64_t power = power_of(x, BESIDE_COSINE[f], BESIDE_SINE[f]);
    block.beside[0] += power;
    if (f >= BESIDE - UPPER) block.beside[1] += power;
  }
  if (w->count)
    for (int g = 0; g < 2; g++)
      turn(&block.line[g], &latest(w, 0)->line[g], TURNS[g ? 4 + like % 4 : like / 4], block.turn[g]);
  w->blocks[w->count++ % WATCH_KEPT] = block;
  w->run = is_like(&block) ? w->run + 1 : 0;
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
