/* Packet-loss concealment and the squeeze (media.plc). */
#include <stdlib.h>

#include "core.h"

enum { LAG_LEAST = 40, LAG_MOST = 120, COMPARED = 80, FULL = 80, FADE_END = 480, BLEND = 32 };
enum { GAP_MOST = 1 << 30 };

void plc_init(rf_plc *plc, uint32_t rate) {
  memset(plc, 0, sizeof *plc);
  plc->scale = rate / 8000;
  plc->lag = PLC_HISTORY * plc->scale;
}

int16_t *plc_room(rf_plc *plc, uint32_t count) {
  uint32_t size = PLC_HISTORY * plc->scale;
  memmove(plc->history, plc->history + count, (size - count) * sizeof *plc->history);
  return plc->history + (size - count);
}

static uint32_t pitch(const rf_plc *plc) {
  uint32_t scale = plc->scale, best_lag = 0;
  int32_t best = -1;
  const int16_t *newest = plc->history + PLC_HISTORY * scale - 1; /* newest[-j] is h[-1 - j] */
  for (uint32_t lag = LAG_LEAST * scale; lag <= LAG_MOST * scale; lag += scale) {
    int32_t distance = 0;
    for (uint32_t j = 0; j < COMPARED * scale; j += scale)
      distance += abs(newest[-(int32_t)j] - newest[-(int32_t)(j + lag)]);
    if (best < 0 || distance < best) {
      best = distance;
      best_lag = lag;
    }
  }
  return best_lag;
}

static int32_t synthetic(const rf_plc *plc, uint32_t gap) {
  uint32_t t = gap / plc->scale;
  if (t >= FADE_END) return 0;
  int32_t gain = t < FULL ? 32768 : 32768 * (FADE_END - (int32_t)t) / 400;
  return (plc->pattern[gap % plc->lag] * gain) >> 15;
}

void plc_lost(rf_plc *plc, uint32_t count) {
  if (plc->gap == 0) {
    uint32_t size = PLC_HISTORY * plc->scale;
    plc->lag = pitch(plc);
    memcpy(plc->pattern, plc->history + (size - plc->lag), plc->lag * sizeof *plc->pattern);
  }
  int16_t *out = plc_room(plc, count);
  if (plc->gap >= FADE_END * plc->scale)
    memset(out, 0, count * sizeof *out);
  else
    for (uint32_t k = 0; k < count; k++) out[k] = (int16_t)synthetic(plc, plc->gap + k);
  if (plc->gap < GAP_MOST) plc->gap += count;
}

void plc_good(rf_plc *plc, uint32_t count) {
  if (plc->gap == 0) return;
  int16_t *pcm = plc_newest(plc, count);
  int32_t width = (int32_t)(BLEND * plc->scale), shift = 4 + (int32_t)plc->scale;
  for (int32_t i = 0; i < width && i < (int32_t)count; i++)
    pcm[i] = (int16_t)((synthetic(plc, plc->gap + (uint32_t)i) * (width - i) + pcm[i] * i) >> shift);
  plc->gap = 0;
}

/* Python's division: rounds towards minus infinity. */
static inline int32_t floor_div(int32_t a, int32_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

void plc_squeeze(int16_t *pcm, uint32_t count, uint32_t keep) {
  int32_t skip = (int32_t)count - (int32_t)keep;
  if (skip <= 0) return;
  for (int32_t i = 0; i < skip && i < (int32_t)keep; i++)
    pcm[i] = (int16_t)floor_div(pcm[i] * (skip - i) + pcm[i + skip] * i, skip);
  for (int32_t i = skip; i < (int32_t)keep; i++) pcm[i] = pcm[i + skip];
}
