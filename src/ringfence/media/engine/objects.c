/* Objects the controlling thread makes, hands to the audio thread and gets back to free. */
#include <stdlib.h>
#include <sys/mman.h>

#include "wire.h"

/* Legs lie side by side in blocks of 2 MB, which the kernel may map as one page each: between two
 * visits to a leg 20 ms pass, and with many pages the processor would have forgotten where each is.
 * A block is never given back; a leg that is freed is the next to be used. */
enum { BLOCK = 2 << 20, LEG_SPAN = (sizeof(rf_leg) + 63) & ~63 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static void *leg_room(void) { return malloc(sizeof(rf_leg)); }
static void leg_done(rf_leg *leg) { free(leg); }
#else
typedef struct spare {
  struct spare *next;
} spare;
static spare *spares; /* legs are made and freed by one thread */

static void *leg_room(void) {
  if (!spares) {
    char *block = aligned_alloc(BLOCK, BLOCK);
    if (!block) return NULL;
    madvise(block, BLOCK, MADV_HUGEPAGE); /* a wish */
    for (size_t at = BLOCK / LEG_SPAN; at > 0; at--) {
      spare *one = (spare *)(block + (at - 1) * LEG_SPAN);
      one->next = spares;
      spares = one;
    }
  }
  spare *taken = spares;
  spares = taken->next;
  return taken;
}

static void leg_done(rf_leg *leg) {
  memset(leg, 0, sizeof *leg); /* it held somebody's voice */
  spare *one = (spare *)leg;
  one->next = spares;
  spares = one;
}
#endif

RF_EXPORT rf_leg *rf_leg_new(uint32_t handle, uint32_t ssrc, uint32_t sequence, uint32_t timestamp,
                             const char *cname) {
  if (handle >= LEGS_MAX) return NULL;
  rf_leg *leg = leg_room();
  if (!leg) return NULL;
  memset(leg, 0, sizeof *leg);
  leg->handle = handle;
  leg->ssrc = ssrc;
  leg->sequence = (uint16_t)sequence;
  leg->clock = timestamp;
  leg->fd[0] = leg->fd[1] = -1;
  leg->rate = 8000;
  leg->set.dtmf_type = NO_TYPE;
  leg->stats.codec = -1;
  leg->stats.rtt_ms = leg->stats.remote_lost = -1;
  strncpy(leg->cname, cname, sizeof leg->cname - 1);
  return leg;
}

RF_EXPORT void rf_leg_unbind(rf_leg *leg) { wire_unbind(leg); }

RF_EXPORT void rf_leg_free(rf_leg *leg) {
  if (!leg) return;
  rf_leg_unbind(leg);
  leg_done(leg);
}

RF_EXPORT void rf_leg_stats(const rf_leg *leg, rf_stats *out) {
  *out = leg->stats;
  out->lost = reception_lost(&leg->source);
  out->jitter_ms = leg->source.scaled >> 7;
  out->jitter_max_ms = leg->source.scaled_most >> 7;
  out->concealed_ms = (int64_t)(leg->concealed / 8);
  out->latched = leg->latched_once && leg->aim_rank != 2;
  out->rtp_from_peer = leg->started;
}

/* --- clips ----------------------------------------------------------------------------------- */

RF_EXPORT rf_clip *rf_clip_new(uint32_t rate, const uint8_t *pcm, uint32_t samples) {
  rf_clip *clip = calloc(1, sizeof *clip);
  uint32_t wide = rate == 16000;
  if (!clip) return NULL;
  clip->rate = rate;
  clip->samples[wide] = samples;
  clip->pcm[wide] = malloc(samples ? 2 * (size_t)samples : 1);
  if (!clip->pcm[wide]) {
    free(clip);
    return NULL;
  }
  for (uint32_t k = 0; k < samples; k++)
    clip->pcm[wide][k] = (int16_t)(pcm[2 * k] | pcm[2 * k + 1] << 8);
  return clip;
}

/* See that the clip exists at `rate`: 0, or -1 where memory is short. */
RF_EXPORT int rf_clip_prepare(rf_clip *clip, uint32_t rate) {
  uint32_t wide = rate == 16000, samples = clip->samples[!wide];
  if (clip->pcm[wide]) return 0;
  rf_resampler state;
  resampler_init(&state);
  uint32_t size = wide ? 2 * samples : samples / 2 + (samples & 1);
  int16_t *out = malloc(size ? 2 * (size_t)size : 1);
  if (!out) return -1;
  if (wide) {
    resample_up(&state, clip->pcm[0], out, samples);
  } else {
    resample_down(&state, clip->pcm[1], out, samples & ~1u);
    int16_t odd[2] = {samples ? clip->pcm[1][samples - 1] : 0, 0};
    if (samples & 1) resample_down(&state, odd, out + size - 1, 2);
  }
  clip->samples[wide] = size;
  clip->pcm[wide] = out;
  return 0;
}

RF_EXPORT void rf_clip_free(rf_clip *clip) {
  if (!clip) return;
  free(clip->pcm[0]);
  free(clip->pcm[1]);
  free(clip);
}

RF_EXPORT rf_play *rf_play_new(rf_clip *const *clips, uint32_t count, uint32_t loops) {
  rf_play *play = calloc(1, sizeof *play + count * sizeof *clips);
  if (!play) return NULL;
  play->count = count;
  play->loops = loops;
  memcpy(play->clips, clips, count * sizeof *clips);
  return play;
}

RF_EXPORT void rf_play_free(rf_play *play) { free(play); }

RF_EXPORT rf_room *rf_room_new(uint32_t rate) {
  rf_room *room = calloc(1, sizeof *room);
  if (room) room->rate = rate;
  return room;
}

RF_EXPORT void rf_room_free(rf_room *room) { free(room); }
