/* The jitter buffer (media.jitter): a ring of payload bytes addressed by RTP timestamp. */
#include "core.h"

enum {
  RING_MASK = JITTER_RING - 1,
  RESYNC = 8000,
  STARVED = 480,
  LATE_RUN = 5,
  WINDOW = 64,
  FADE = 16,
  LATE_MANY = 3,
  MISORDER = 100,
  DEEPEST = JITTER_RING - PACKET_MAX,
  UNKNOWN = 1 << 30,
};

static inline int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }
static inline int32_t most_of(int32_t a, int32_t b) { return a > b ? a : b; }

/* Set or clear the marks of `count` ticks from `at` on, which do not wrap. */
static void mark_span(rf_jitter *j, uint32_t at, uint32_t count, bool on) {
  while (count) {
    uint32_t bit = at & 63, span = 64 - bit < count ? 64 - bit : count;
    uint64_t mask = (span == 64 ? ~(uint64_t)0 : ((uint64_t)1 << span) - 1) << bit;
    if (on)
      j->mark[at >> 6] |= mask;
    else
      j->mark[at >> 6] &= ~mask;
    at += span;
    count -= span;
  }
}

static bool marked_span(const rf_jitter *j, uint32_t at, uint32_t count) {
  while (count) {
    uint32_t bit = at & 63, span = 64 - bit < count ? 64 - bit : count;
    uint64_t mask = (span == 64 ? ~(uint64_t)0 : ((uint64_t)1 << span) - 1) << bit;
    if ((j->mark[at >> 6] & mask) != mask) return false;
    at += span;
    count -= span;
  }
  return true;
}

static bool clear_span(const rf_jitter *j, uint32_t at, uint32_t count) {
  while (count) {
    uint32_t bit = at & 63, span = 64 - bit < count ? 64 - bit : count;
    uint64_t mask = (span == 64 ? ~(uint64_t)0 : ((uint64_t)1 << span) - 1) << bit;
    if (j->mark[at >> 6] & mask) return false;
    at += span;
    count -= span;
  }
  return true;
}

static bool marked(const rf_jitter *j, uint32_t tick) {
  return j->mark[(tick & RING_MASK) >> 6] >> (tick & 63) & 1;
}

void jitter_init(rf_jitter *j, int32_t target, int32_t most) {
  memset(j, 0, sizeof *j);
  j->target = least(target, DEEPEST);
  j->most = least(most_of(target, most), DEEPEST);
  j->low = UNKNOWN;
}

static void anchor(rf_jitter *j, uint32_t timestamp) {
  memset(j->mark, 0, sizeof j->mark);
  j->play = j->end = timestamp - (uint32_t)(j->target + j->extra);
  j->anchored = true;
  j->squeeze = false;
  j->low = UNKNOWN;
  j->stretch = 0;
  j->pulls = j->run = j->dry = j->lates = j->gaps = 0;
}

static void store(rf_jitter *j, uint32_t timestamp, const uint8_t *payload, uint32_t length,
                  int32_t slack) {
  j->low = least(j->low, slack);
  j->saw_timely = true;
  if (slack < 0) {
    payload += -slack;
    length -= (uint32_t)-slack;
    timestamp = j->play;
  }
  uint32_t at = timestamp & RING_MASK;
  uint32_t first = length <= JITTER_RING - at ? length : JITTER_RING - at;
  memcpy(j->ring + at, payload, first);
  memcpy(j->ring, payload + first, length - first);
  mark_span(j, at, first, true);
  mark_span(j, 0, length - first, true);
  uint32_t end = timestamp + length;
  if (newer32(end, j->end) > 0) j->end = end;
}

void jitter_put(rf_jitter *j, uint32_t ssrc, uint16_t sequence, uint32_t timestamp, bool marker,
                const uint8_t *payload, uint32_t length) {
  if (length == 0) return;
  int32_t slack = newer32(timestamp, j->play);
  if (!j->anchored || ssrc != j->ssrc || slack < -RESYNC ||
      slack > JITTER_RING - (int32_t)length) {
    j->ssrc = ssrc;
    j->top = sequence;
    j->extra = 0;
    anchor(j, timestamp);
    store(j, timestamp, payload, length, j->target);
    return;
  }
  int32_t ahead = newer16(sequence, j->top);
  bool newer = ahead > 0 || ahead < -MISORDER;
  if (newer) {
    j->top = sequence;
    if (newer32(j->end, j->play) <= 0) {
      if (marker || j->dry >= STARVED) {
        anchor(j, timestamp);
        store(j, timestamp, payload, length, j->target + j->extra);
        return;
      }
      if (slack < 0 && j->extra - slack <= j->most - j->target) {
        j->play = timestamp;
        j->extra -= slack;
        j->lates = 0;
        store(j, timestamp, payload, length, 0);
        return;
      }
    }
  }
  if (slack + (int32_t)length <= 0) {
    if (newer && j->run >= LATE_RUN) {
      anchor(j, timestamp);
      store(j, timestamp, payload, length, j->target + j->extra);
      return;
    }
    j->late++;
    j->lates++;
    j->saw_late = true;
    j->low = least(j->low, slack);
    return;
  }
  store(j, timestamp, payload, length, slack);
}

static void advance(rf_jitter *j, uint32_t count) {
  uint32_t at = j->play & RING_MASK;
  uint32_t first = count <= JITTER_RING - at ? count : JITTER_RING - at;
  mark_span(j, at, first, false);
  mark_span(j, 0, count - first, false);
  j->play += count;
  if (newer32(j->end, j->play) < 0) j->end = j->play;
}

static bool present(const rf_jitter *j, uint32_t count) {
  uint32_t at = j->play & RING_MASK;
  uint32_t first = count <= JITTER_RING - at ? count : JITTER_RING - at;
  return marked_span(j, at, first) && marked_span(j, 0, count - first);
}

void jitter_copy(const rf_jitter *j, uint32_t at, uint32_t count, uint8_t *data) {
  at &= RING_MASK;
  uint32_t first = count <= JITTER_RING - at ? count : JITTER_RING - at;
  memcpy(data, j->ring + at, first);
  memcpy(data + first, j->ring, count - first);
}

static void take(rf_jitter *j, uint32_t count, uint8_t *data) {
  if (data) jitter_copy(j, j->play, count, data);
  advance(j, count);
}

static bool absent(const rf_jitter *j, uint32_t count) {
  uint32_t at = j->play & RING_MASK;
  uint32_t first = count <= JITTER_RING - at ? count : JITTER_RING - at;
  return clear_span(j, at, first) && clear_span(j, 0, count - first);
}

/* Every WINDOW pulls: shorten a delay that no packet of the window needed, or stretch one that
 * many of them missed. */
static void judge(rf_jitter *j) {
  int32_t low = j->low;
  uint32_t missed = j->lates < j->gaps ? j->lates : j->gaps;
  j->low = UNKNOWN;
  j->pulls = j->lates = j->gaps = 0;
  j->stretch = 0;
  if (low == UNKNOWN) return;
  if (low < 0 && missed >= LATE_MANY) {
    j->squeeze = false;
    j->stretch = most_of(0, least(-low, j->most - j->target - j->extra));
  }
  if (low > j->most + JITTER_SKIP)
    advance(j, (uint32_t)(low - j->target));
  else if (low > j->target + JITTER_SKIP)
    j->squeeze = true;
  if (low >= 0) j->extra = most_of(0, j->extra - FADE);
}

uint32_t jitter_pull(rf_jitter *j, uint32_t count, uint8_t *data, jitter_run *runs) {
  runs[0] = (jitter_run){count, false};
  if (!j->anchored) return 1;
  if (j->saw_timely)
    j->run = 0;
  else if (j->saw_late)
    j->run++;
  j->saw_timely = j->saw_late = false;
  if (++j->pulls == WINDOW) judge(j);
  if (j->end == j->play) {
    j->dry += count;
    j->play = j->end = j->play + count;
    return 1;
  }
  j->dry = 0;
  if (j->squeeze && present(j, count + JITTER_SKIP)) {
    j->squeeze = false;
    count += JITTER_SKIP;
    take(j, count, data);
    runs[0] = (jitter_run){count, true};
    return 1;
  }
  if (j->stretch > 0 && absent(j, count)) {
    j->stretch -= (int32_t)count;
    j->extra += (int32_t)count;
    return 1;
  }
  bool whole = present(j, count);
  if (!whole) j->gaps++;
  if (!data) { /* nobody listens: the runs are of no interest */
    advance(j, count);
    return 1;
  }
  if (whole) {
    take(j, count, data);
    runs[0].arrived = true;
    return 1;
  }
  /* Split the ticks at every change between arrived and missing. */
  uint32_t found = 0;
  for (uint32_t k = 0; k < count; k++) {
    bool here = marked(j, j->play + k);
    if (found == 0 || runs[found - 1].arrived != here) runs[found++] = (jitter_run){0, here};
    runs[found - 1].ticks++;
  }
  take(j, count, data);
  return found;
}
