/* Calls in which a card number is keyed in, and a listener who tries to read it from a recording.
 *
 * Made to test the redaction of ringfence.media from outside, so nothing here is shared with it: its
 * own laws of G.711 (by search, from the definition), its own noise, its own Goertzel filters on
 * windows of its own. It needs no library but libc. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static const double FREQUENCIES[8] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};
static const char KEYS[] = "123A456B789C*0#D";
static const double TURN = 6.283185307179586;

/* --- little mathematics ---------------------------------------------------------------------- */

static double sine(double x) {
  while (x > TURN / 2) x -= TURN;
  while (x < -TURN / 2) x += TURN;
  double term = x, sum = x;
  for (int k = 1; k < 12; k++) {
    term *= -x * x / ((2 * k) * (2 * k + 1));
    sum += term;
  }
  return sum;
}

static double decibels(double db) {
  double value = 1, step = db < 0 ? 1 / 1.0115794542598986 : 1.0115794542598986; /* 0.1 dB */
  for (int k = 0, n = (int)(db < 0 ? -db * 10 + 0.5 : db * 10 + 0.5); k < n; k++) value *= step;
  return value;
}

static uint32_t draw(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

static double uniform(uint32_t *state, double low, double high) {
  return low + (high - low) * (draw(state) / 4294967296.0);
}

/* The sum of six halves of a draw is near enough to normal, with a deviation of one. */
static double normal(uint32_t *state) {
  int32_t sum = 0;
  for (int k = 0; k < 3; k++) {
    uint32_t x = draw(state);
    sum += (int32_t)(x & 0xFFFF) + (int32_t)(x >> 16);
  }
  return (sum - 3 * 65535) * (1.4142135623730951 / 65536);
}

/* --- what else there is to hear on a line ------------------------------------------------------ */

enum { WHITE, PINK, HUM, VOICE, BABBLE, KINDS };
enum { TALKERS = 6 };

/* Somebody who speaks: pulses of a larynx, or breath, through three formants; a syllable at a time,
 * with pauses between them. */
typedef struct {
  double pitch, phase, loud, aim, breath;
  double a[3], b[3], y1[3], y2[3];
  int left;
} Talker;

typedef struct {
  uint32_t state;
  int kind;
  double pink[7], phase[6], turn[6], share[6];
  Talker talkers[TALKERS];
} Noise;

static void syllable(Talker *t, uint32_t *state) {
  static const double low[3] = {270, 850, 2250}, high[3] = {850, 2250, 3100};
  t->left = (int)uniform(state, 800, 2000);
  t->aim = draw(state) % 5 ? uniform(state, 0.3, 1) : 0;
  t->breath = draw(state) % 4 ? 0.02 : 1;
  t->pitch *= uniform(state, 0.9, 1.1);
  if (t->pitch < 80 || t->pitch > 300) t->pitch = uniform(state, 90, 260);
  for (int k = 0; k < 3; k++) {
    double radius = 1 - 3.14159265 * uniform(state, 60, 160) / 8000;
    double at = TURN * uniform(state, low[k], high[k]) / 8000;
    t->a[k] = 2 * radius * sine(TURN / 4 + at);
    t->b[k] = radius * radius;
  }
}

static double speak(Talker *t, uint32_t *state) {
  if (t->left-- <= 0) syllable(t, state);
  t->loud += (t->aim - t->loud) * 0.004; /* some 30 ms */
  t->phase += t->pitch / 8000;
  double x = t->breath * normal(state) * 0.3, y = 0;
  if (t->phase >= 1) {
    t->phase -= 1;
    x += 1 - t->breath;
  }
  for (int k = 0; k < 3; k++) {
    double out = x + t->a[k] * t->y1[k] - t->b[k] * t->y2[k];
    t->y2[k] = t->y1[k];
    t->y1[k] = out;
    y += out / (1 << k); /* voices fall off towards the top */
  }
  return y * t->loud;
}

static double raw(Noise *n) {
  if (n->kind == WHITE) return normal(&n->state);
  if (n->kind == PINK) { /* six leaky sums, an octave or two apart: 3 dB an octave */
    static const double keep[6] = {0.99886, 0.99332, 0.96900, 0.86650, 0.55000, -0.7616};
    static const double take[6] = {0.0555179, 0.0750759, 0.1538520, 0.3104856, 0.5329522, -0.0168980};
    double white = normal(&n->state), sum = n->pink[6] + white * 0.5362;
    for (int k = 0; k < 6; k++) sum += n->pink[k] = keep[k] * n->pink[k] + take[k] * white;
    n->pink[6] = white * 0.115926;
    return sum;
  }
  if (n->kind == HUM) { /* the mains and its harmonics, up to where the lowest keys lie */
    double sum = 0.02 * normal(&n->state);
    for (int k = 0; k < 6; k++) {
      sum += n->share[k] * sine(n->phase[k]);
      n->phase[k] += n->turn[k];
      if (n->phase[k] > TURN) n->phase[k] -= TURN;
    }
    return sum;
  }
  double sum = 0;
  for (int k = 0; k < (n->kind == VOICE ? 1 : TALKERS); k++) sum += speak(&n->talkers[k], &n->state);
  return sum;
}

static double gains[KINDS];

static void begin_noise(Noise *n, int kind, uint32_t seed) {
  static const int harmonics[6] = {1, 2, 3, 5, 7, 12};
  memset(n, 0, sizeof *n);
  n->kind = kind;
  n->state = seed;
  double mains = draw(&n->state) % 2 ? 50 : 60;
  for (int k = 0; k < 6; k++) {
    n->turn[k] = TURN * mains * harmonics[k] / 8000;
    n->share[k] = uniform(&n->state, 0.2, 1) / (k + 1);
    n->phase[k] = uniform(&n->state, 0, TURN);
  }
  for (int k = 0; k < TALKERS; k++) n->talkers[k].pitch = uniform(&n->state, 90, 260);
}

static double root_of(double square) {
  double root = square > 1 ? square : 1;
  for (int k = 0; k < 60; k++) root = (root + square / root) / 2;
  return root;
}

/* So that every kind has a deviation of one: what it has over a minute. */
__attribute__((constructor)) static void make_gains(void) {
  for (int kind = 0; kind < KINDS; kind++) {
    Noise n;
    double sum = 0;
    for (int run = 0; run < 20; run++) {
      begin_noise(&n, kind, 77 + run);
      for (int k = 0; k < 24000; k++) {
        double x = raw(&n);
        sum += x * x;
      }
    }
    gains[kind] = 1 / root_of(sum / (20 * 24000));
  }
}

/* --- G.711, from its definition --------------------------------------------------------------- */

static int value_of(int alaw, int code) {
  if (alaw) {
    code ^= 0x55;
    int exponent = code >> 4 & 7, mantissa = code & 15;
    int magnitude = exponent ? (mantissa * 2 + 33) << (exponent - 1) : mantissa * 2 + 1;
    return (code & 0x80 ? magnitude : -magnitude) * 8;
  }
  code = ~code;
  int magnitude = (((code & 15) * 2 + 33) << (code >> 4 & 7)) - 33;
  return (code & 0x80 ? -magnitude : magnitude) * 4;
}

static int16_t values[2][256];
static uint8_t nearest[2][65536];

__attribute__((constructor)) static void make_tables(void) {
  for (int law = 0; law < 2; law++) {
    int order[256];
    for (int code = 0; code < 256; code++) {
      values[law][code] = (int16_t)value_of(law, code);
      int at = code;
      for (; at && values[law][order[at - 1]] > values[law][code]; at--) order[at] = order[at - 1];
      order[at] = code;
    }
    for (int sample = -32768, at = 0; sample < 32768; sample++) {
      while (at < 255 &&
             abs(values[law][order[at + 1]] - sample) <= abs(values[law][order[at]] - sample))
        at++; /* on through two codes of one value, which zero has in one law */
      nearest[law][sample + 32768] = (uint8_t)order[at];
    }
  }
}

/* --- a call ----------------------------------------------------------------------------------- */

/* Write a call of `count` keys to `codes`, the keys to `keys`, and to `places` where each begins and
 * where it ends; returns its samples, a multiple of 160. Each key sounds 40 to 160 ms (Q.24: 40 is the least a receiver must take), gaps are 40 to
 * 600 ms, levels, twist and frequencies as far off as lines and telephones have them; `noise` is in
 * dB below the two tones, of a `kind`: 0 white, 1 pink, 2 hum, 3 a voice, 4 a room of them. */
EXPORT uint32_t cards_call(uint32_t seed, int alaw, int kind, double noise, uint32_t count,
                           uint8_t *codes, uint32_t room, char *keys, uint32_t *places) {
  Noise beside;
  uint32_t state = seed * 2654435761u + 1, at = 0;
  for (int k = 0; k < 8; k++) draw(&state);
  double level = 22370 * decibels(uniform(&state, -30, -3)); /* of both; that sine is 0 dBm0 */
  double twist = decibels(uniform(&state, -8, 4)), off = uniform(&state, -0.015, 0.015);
  /* Two sines a and b: power (a^2 + b^2) / 2 is that of one sine of `level`. */
  double scale = 1 + twist * twist, root = scale;
  for (int k = 0; k < 40; k++) root = (root + scale / root) / 2;
  double row = level / root, column = row * twist;
  double deviation = level * 0.7071067811865476 * decibels(-noise);
  begin_noise(&beside, kind, draw(&state));
  double tone_ms = uniform(&state, 40, 120), gap_ms = uniform(&state, 40, 250);
  for (uint32_t k = 0; k <= count; k++) {
    /* People pause between the groups of a number. */
    double silence = k == 0 || k == count ? 400 : (gap_ms + uniform(&state, 0, 60)) * (k % 4 ? 1 : 2);
    uint32_t quiet = (uint32_t)(silence * 8), loud = 0, key = draw(&state) >> 16 & 15;
    double first = 0, second = 0, one = 0, other = 0;
    if (k < count) {
      keys[k] = KEYS[key];
      places[2 * k] = at + quiet;
      loud = (uint32_t)((tone_ms + uniform(&state, 0, 40)) * 8);
      one = TURN * FREQUENCIES[key >> 2] * (1 + off) / 8000;
      places[2 * k + 1] = at + quiet + loud;
      other = TURN * FREQUENCIES[4 + (key & 3)] * (1 + off) / 8000;
      first = uniform(&state, 0, TURN);
      second = uniform(&state, 0, TURN);
    }
    for (uint32_t n = 0; n < quiet + loud; n++) {
      double sample = deviation * gains[kind] * raw(&beside);
      if (n >= quiet) {
        sample += row * sine(first) + column * sine(second);
        first += one;
        second += other;
        if (first > TURN) first -= TURN;
        if (second > TURN) second -= TURN;
      }
      if (at == room) return 0;
      int whole = sample > 32767 ? 32767 : sample < -32768 ? -32768 : (int)(sample + 32768.5) - 32768;
      codes[at++] = nearest[alaw][whole + 32768];
    }
  }
  while (at % 160) codes[at++] = nearest[alaw][32768];
  keys[count] = 0;
  return at;
}

/* --- a listener ------------------------------------------------------------------------------- */

/* Power of the eight frequencies in `size` samples, one Goertzel filter each. */
static void listen(const float *x, int size, const float *coefficient, float *power) {
  float s1[8] = {0}, s2[8] = {0};
  for (int n = 0; n < size; n++)
    for (int f = 0; f < 8; f++) {
      float s = x[n] + coefficient[f] * s1[f] - s2[f];
      s2[f] = s1[f];
      s1[f] = s;
    }
  for (int f = 0; f < 8; f++)
    power[f] = s1[f] * s1[f] + s2[f] * s2[f] - coefficient[f] * s1[f] * s2[f];
}

static int strongest(const float *power, float *best) {
  int at = 0;
  float second = 0;
  for (int k = 1; k < 4; k++)
    if (power[k] > power[at]) at = k;
  for (int k = 0; k < 4; k++)
    if (k != at && power[k] > second) second = power[k];
  *best = power[at];
  return power[at] > 3 * second ? at : -1;
}

/* Read keys from `count` samples of G.711 with windows of `size`, half of one forward at a time. A
 * key is taken where two windows in a row, or one alone if `eager`, hold it clearer than the rest:
 * each tone 5 dB above the others of its group, both together `share` of all there is. Returns how
 * many keys were read: of `room` at most which they are in `keys` and where in `places`. */
EXPORT uint32_t cards_read(const uint8_t *codes, uint32_t count, int alaw, uint32_t size,
                           double share, int eager, char *keys, uint32_t *places,
                           uint32_t room) {
  float coefficient[8], power[8], *x = malloc(count * sizeof *x);
  uint32_t found = 0, run = 0;
  int last = -1;
  if (!x) return UINT32_MAX;
  for (int f = 0; f < 8; f++) coefficient[f] = (float)(2 * sine(TURN / 4 + TURN * FREQUENCIES[f] / 8000));
  for (uint32_t n = 0; n < count; n++) x[n] = values[alaw][codes[n]];
  for (uint32_t at = 0; at + size <= count; at += size / 2) {
    float energy = 0, row, column;
    int key = -1;
    for (uint32_t n = 0; n < size; n++) energy += x[at + n] * x[at + n];
    listen(x + at, (int)size, coefficient, power);
    int r = strongest(power, &row), c = strongest(power + 4, &column);
    /* A sine alone in the window would give power = energy * size / 2. */
    if (r >= 0 && c >= 0 && energy > 100.0f * size &&
        row + column > (float)share * energy * size / 2)
      key = r * 4 + c;
    run = key >= 0 && key == last ? run + 1 : key >= 0;
    last = key;
    if (run == (eager ? 1u : 2u)) {
      if (found < room) keys[found] = KEYS[key], places[found] = at;
      found++;
    }
  }
  free(x);
  return found;
}
