/* 8000 Hz to 16000 Hz and back (media.resample). */
#include "core.h"

enum { HALF = 12, BLOCK = 160 };
static const int32_t TAPS[HALF] = {10386, -3336, 1857, -1184, 788, -527, 346, -219, 130, -71, 34, -12};

void resampler_init(rf_resampler *state) { memset(state, 0, sizeof *state); }

static inline int16_t clip(int32_t x) {
  return (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
}

/* `at` points at x[n - 12]; half-way to the sample after it, times 16384. */
static inline int32_t middle(const int16_t *at) {
  int32_t sum = 0;
  for (int i = 0; i < HALF; i++) sum += TAPS[i] * (at[1 + i] + at[-i]);
  return sum;
}

static void up_block(rf_resampler *state, const int16_t *in, int16_t *out, uint32_t count) {
  int16_t x[RESAMPLE_ORDER + BLOCK];
  memcpy(x, state->past, sizeof state->past);
  memcpy(x + RESAMPLE_ORDER, in, count * sizeof *in);
  for (uint32_t n = 0; n < count; n++) {
    out[2 * n] = x[RESAMPLE_CENTRE + n];
    out[2 * n + 1] = clip((middle(x + RESAMPLE_CENTRE + n) + 8192) >> 14);
  }
  memcpy(state->past, x + count, sizeof state->past);
}

static void down_block(rf_resampler *state, const int16_t *in, int16_t *out, uint32_t count) {
  int16_t even[RESAMPLE_CENTRE + BLOCK], odd[RESAMPLE_ORDER + BLOCK];
  memcpy(even, state->even, sizeof state->even);
  memcpy(odd, state->past, sizeof state->past);
  for (uint32_t n = 0; n < count; n++) {
    even[RESAMPLE_CENTRE + n] = in[2 * n];
    odd[RESAMPLE_ORDER + n] = in[2 * n + 1];
  }
  for (uint32_t n = 0; n < count; n++)
    out[n] = clip((16384 * even[n] + middle(odd + RESAMPLE_CENTRE + n) + 16384) >> 15);
  memcpy(state->even, even + count, sizeof state->even);
  memcpy(state->past, odd + count, sizeof state->past);
}

void resample_up(rf_resampler *state, const int16_t *in, int16_t *out, uint32_t count) {
  for (uint32_t at = 0; at < count; at += BLOCK)
    up_block(state, in + at, out + 2 * at, count - at < BLOCK ? count - at : BLOCK);
}

void resample_down(rf_resampler *state, const int16_t *in, int16_t *out, uint32_t count) {
  count /= 2;
  for (uint32_t at = 0; at < count; at += BLOCK)
    down_block(state, in + 2 * at, out + at, count - at < BLOCK ? count - at : BLOCK);
}
