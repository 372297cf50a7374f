/* G.722 at 64 kbit/s (media.g722, which names the clauses of the standard). */
#include "core.h"

enum { NB_MOST_LOW = 18432, NB_MOST_HIGH = 22528, HIGH_DECISION = 564, TAPS = 12, LEVELS = 29 };
enum { BLOCK = 320 };

static const int32_t QMF[TAPS] = {3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11};
static const int32_t Q6[LEVELS] = {35,  72,  110,  150,  190,  233,  276,  323,  370,  422,
                                   473, 530, 587,  650,  714,  786,  858,  940,  1023, 1121,
                                   1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919};
static const int32_t QM6[64] = {
    -136,  -136,  -136,  -136,  -24808, -21904, -19008, -16704, -14984, -13512, -12280,
    -11192, -10232, -9360, -8576, -7856, -7192,  -6576,  -6000,  -5456,  -4944,  -4464,
    -4008, -3576, -3168, -2776, -2400,  -2032,  -1688,  -1360,  -1040,  -728,   24808,
    21904, 19008, 16704, 14984, 13512,  12280,  11192,  10232,  9360,   8576,   7856,
    7192,  6576,  6000,  5456,  4944,   4464,   4008,   3576,   3168,   2776,   2400,
    2032,  1688,  1360,  1040,  728,    432,    136,    -432,   -136};
static const int32_t QM4[16] = {0,     -20456, -12896, -8968, -6288, -4240, -2584, -1200,
                                20456, 12896,  8968,   6288,  4240,  2584,  1200,  0};
static const int32_t QM2[4] = {-7408, -1616, 7408, 1616};
static const int32_t WL[8] = {-60, -30, 58, 172, 334, 538, 1198, 3042};
static const uint8_t RL42[16] = {0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0};
static const int32_t WH[4] = {798, -214, 798, -214};
static const int32_t ILB[32] = {2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543,
                                2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025, 3091, 3158, 3228,
                                3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008};

static inline int32_t sat(int32_t x) {
  return x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x;
}
static inline int32_t within(int32_t x, int32_t least, int32_t most) {
  return x < least ? least : x > most ? most : x;
}

/* Block 4: RECONS, PARREC, UPPOL2, UPPOL1, UPZERO, DELAYA, FILTEP, FILTEZ, PREDIC. */
static void adapt(g722_band *band, int32_t d0) {
  int32_t r0 = band->s + d0, p0 = sat(band->sz + d0);
  int32_t a1 = band->a1, step = sat(4 * a1), pull = -192;
  if ((p0 ^ band->p1) >= 0) {
    step = step == INT16_MIN ? INT16_MAX : -step;
    pull = 192;
  }
  int32_t a2 = (step >> 7) + ((p0 ^ band->p2) >= 0 ? 128 : -128) + ((band->a2 * 32512) >> 15);
  a2 = within(a2, -12288, 12288);
  a1 = pull + ((a1 * 32640) >> 15);
  int32_t bound = 15360 - a2;
  a1 = within(a1, -bound, bound);
  band->a1 = a1;
  band->a2 = a2;
  band->p2 = band->p1;
  band->p1 = p0;
  int32_t up = d0 ? 128 : 0;
  for (int k = 0; k < 6; k++)
    band->b[k] = ((band->b[k] * 32640) >> 15) + ((d0 ^ band->d[k]) >= 0 ? up : -up);
  for (int k = 5; k > 0; k--) band->d[k] = band->d[k - 1];
  band->d[0] = sat(2 * d0);
  int32_t r1 = sat(2 * r0);
  int32_t sp = sat(((a1 * r1) >> 15) + ((a2 * band->r1) >> 15));
  band->r1 = r1;
  int32_t sz = (band->b[5] * band->d[5]) >> 15;
  for (int k = 4; k >= 0; k--) sz = sat(sz + ((band->b[k] * band->d[k]) >> 15));
  band->sz = sz;
  band->s = sat(sp + sz);
}

/* INVQAL, LOGSCL, SCALEL. */
static void adapt_low(g722_band *band, int code) {
  int32_t d0 = (band->det * QM4[code >> 2]) >> 15;
  int32_t nb = within(((band->nb * 127) >> 7) + WL[RL42[code >> 2]], 0, NB_MOST_LOW);
  band->nb = nb;
  band->det = ((ILB[nb >> 6 & 31] << (nb >> 11)) >> 8) << 2;
  adapt(band, d0);
}

/* LOGSCH, SCALEH. */
static void adapt_high(g722_band *band, int code, int32_t d0) {
  int32_t nb = within(((band->nb * 127) >> 7) + WH[code], 0, NB_MOST_HIGH);
  band->nb = nb;
  band->det = ((ILB[nb >> 6 & 31] << (nb >> 11)) >> 10) << 2;
  adapt(band, d0);
}

void g722_encoder_init(rf_g722_encoder *state) {
  memset(state, 0, sizeof *state);
  state->low.det = 32;
  state->high.det = 8;
}

void g722_decoder_init(rf_g722_decoder *state) {
  memset(state, 0, sizeof *state);
  state->low.det = 32;
  state->high.det = 8;
}

/* `at` points at the oldest of twelve samples; QMF's taps forward or backward in time. */
static inline int32_t forward(const int16_t *at) {
  int32_t sum = 0;
  for (int j = 0; j < TAPS; j++) sum += QMF[j] * at[j];
  return sum;
}
static inline int32_t backward(const int16_t *at) {
  int32_t sum = 0;
  for (int j = 0; j < TAPS; j++) sum += QMF[TAPS - 1 - j] * at[j];
  return sum;
}

/* QUANTL: the first level with (level * det) >> 12 above the size, LEVELS where none is. */
static int interval_of(int32_t size, int32_t det) {
  int low = 0, high = LEVELS;
  while (low < high) {
    int mid = (low + high) / 2;
    if ((Q6[mid] * det) >> 12 > size)
      high = mid;
    else
      low = mid + 1;
  }
  return low;
}

static uint8_t encode_pair(rf_g722_encoder *state, int32_t even, int32_t odd) {
  g722_band *low = &state->low, *high = &state->high;
  int32_t difference = sat(((odd + even) >> 14) - low->s);
  int interval = interval_of(difference >= 0 ? difference : ~difference, low->det);
  int code = difference >= 0 ? 61 - interval : interval < 2 ? 63 - interval : 33 - interval;
  adapt_low(low, code);
  difference = sat(((odd - even) >> 14) - high->s);
  int32_t size = difference >= 0 ? difference : ~difference;
  int top = (difference >= 0 ? 2 : 0) + (size < ((HIGH_DECISION * high->det) >> 12));
  adapt_high(high, top, (high->det * QM2[top]) >> 15);
  return (uint8_t)(top << 6 | code);
}

void g722_encode(rf_g722_encoder *state, const int16_t *pcm, uint8_t *out, uint32_t count) {
  int16_t even[QMF_ORDER + BLOCK], odd[QMF_ORDER + BLOCK];
  memcpy(even, state->even, sizeof state->even);
  memcpy(odd, state->odd, sizeof state->odd);
  for (uint32_t n = 0; n < count; n++) {
    even[QMF_ORDER + n] = pcm[2 * n];
    odd[QMF_ORDER + n] = pcm[2 * n + 1];
  }
  for (uint32_t n = 0; n < count; n++)
    out[n] = encode_pair(state, forward(even + n), backward(odd + n));
  memcpy(state->even, even + count, sizeof state->even);
  memcpy(state->odd, odd + count, sizeof state->odd);
}

void g722_decode(rf_g722_decoder *state, const uint8_t *data, int16_t *out, uint32_t count) {
  int16_t sums[QMF_ORDER + BLOCK], differences[QMF_ORDER + BLOCK];
  g722_band *low = &state->low, *high = &state->high;
  memcpy(sums, state->sums, sizeof state->sums);
  memcpy(differences, state->differences, sizeof state->differences);
  for (uint32_t n = 0; n < count; n++) {
    int code = data[n] & 63, top = data[n] >> 6;
    int32_t sample = within(low->s + ((low->det * QM6[code]) >> 15), -16384, 16383);
    adapt_low(low, code);
    int32_t d0 = (high->det * QM2[top]) >> 15;
    int32_t h = within(high->s + d0, -16384, 16383);
    adapt_high(high, top, d0);
    sums[QMF_ORDER + n] = (int16_t)(sample + h);
    differences[QMF_ORDER + n] = (int16_t)(sample - h);
  }
  for (uint32_t n = 0; n < count; n++) {
    out[2 * n] = (int16_t)sat(backward(differences + n) >> 11);
    out[2 * n + 1] = (int16_t)sat(forward(sums + n) >> 11);
  }
  memcpy(state->sums, sums + count, sizeof state->sums);
  memcpy(state->differences, differences + count, sizeof state->differences);
}
