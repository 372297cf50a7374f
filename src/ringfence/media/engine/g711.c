/* G.711 (media.g711).
 *
 * A code is the sign, the position of the highest bit and the four bits after it of a magnitude:
 * what a float's exponent and mantissa hold. So encoding needs no table and no branch, and the
 * compiler makes vector code of it. Magnitudes are below 2^13 and so exact in a float. */
#include "core.h"

static int16_t linear[2][256];
static uint8_t other[2][256];

/* Exponent and four bits of mantissa of a positive whole number, the exponent less `bias`. */
static inline int32_t logarithm(int32_t value, int32_t bias) {
  union {
    float number;
    int32_t bits;
  } as = {.number = (float)value};
  return (as.bits >> 19) - ((127 + bias) << 4);
}

static inline uint8_t ulaw_code(int32_t sample) {
  int32_t sign = sample >> 31, magnitude = ((sample ^ sign) >> 2) + 33;
  magnitude = magnitude > 8191 ? 8191 : magnitude;
  return (uint8_t)~(logarithm(magnitude, 5) | (sign & 0x80));
}

static inline uint8_t alaw_code(int32_t sample) {
  int32_t sign = sample >> 31, magnitude = (sample ^ sign) >> 4;
  /* Below 16 the code is the magnitude itself; the logarithm need only be defined there. */
  int32_t large = logarithm(magnitude < 16 ? 16 : magnitude, 3);
  int32_t code = magnitude < 16 ? magnitude : large;
  return (uint8_t)((code | (~sign & 0x80)) ^ 0x55);
}

static int ulaw_value(int code) {
  code = ~code & 0xFF;
  int magnitude = ((2 * (code & 15) + 33) << (code >> 4 & 7)) - 33;
  return code & 0x80 ? -4 * magnitude : 4 * magnitude;
}

static int alaw_value(int code) {
  code ^= 0x55;
  int segment = code >> 4 & 7, step = code & 15;
  int magnitude = segment == 0 ? 2 * step + 1 : (2 * step + 33) << (segment - 1);
  return code & 0x80 ? 8 * magnitude : -8 * magnitude;
}

/* Runs before main, or when the library is loaded: no thread can be early. */
__attribute__((constructor)) void g711_init(void) {
  for (int code = 0; code < 256; code++) {
    linear[RF_PCMU][code] = (int16_t)ulaw_value(code);
    linear[RF_PCMA][code] = (int16_t)alaw_value(code);
  }
  for (int code = 0; code < 256; code++) {
    other[RF_PCMU][code] = ulaw_code(linear[RF_PCMA][code]);
    other[RF_PCMA][code] = alaw_code(linear[RF_PCMU][code]);
  }
}

void g711_encode(int codec, const int16_t *restrict pcm, uint8_t *restrict out, uint32_t count) {
  if (codec == RF_PCMU)
    for (uint32_t k = 0; k < count; k++) out[k] = ulaw_code(pcm[k]);
  else
    for (uint32_t k = 0; k < count; k++) out[k] = alaw_code(pcm[k]);
}

void g711_decode(int codec, const uint8_t *data, int16_t *out, uint32_t count) {
  const int16_t *table = linear[codec];
  for (uint32_t k = 0; k < count; k++) out[k] = table[data[k]];
}

void g711_convert(int codec, const uint8_t *data, uint8_t *out, uint32_t count) {
  const uint8_t *table = other[codec];
  for (uint32_t k = 0; k < count; k++) out[k] = table[data[k]];
}

void g711_recode(int codec, int from, const uint8_t *restrict data, uint8_t *restrict out,
                 uint32_t count) {
  if (codec != from)
    g711_convert(codec, data, out, count);
  else if (codec == RF_PCMU) /* all codes but one of the two for zero */
    for (uint32_t k = 0; k < count; k++) out[k] = data[k] == 0x7F ? 0xFF : data[k];
  else
    memcpy(out, data, count);
}

RF_EXPORT void rf_g711_encode(int codec, const int16_t *pcm, uint8_t *out, uint32_t count) {
  g711_encode(codec, pcm, out, count);
}

RF_EXPORT void rf_g711_decode(int codec, const uint8_t *data, int16_t *out, uint32_t count) {
  g711_decode(codec, data, out, count);
}
