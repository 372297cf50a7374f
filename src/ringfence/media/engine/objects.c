/* Objects the controlling thread makes, hands to the audio thread and gets back to free. */
#include <stdlib.h>
#include <sys/mman.h>

#include "wire.h"

/* What every frame touches lies side by side in blocks of 2 MB, which the kernel may map as one page
 * each: between two visits to a leg 20 ms pass, and with many pages the processor would have forgotten
 * where each is. A block is never given back; what is freed is the next to be used. */
enum { BLOCK = 2 << 20 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define POOL(name, size) static const size_t name = ((size) + 63) & ~(size_t)63
static void *room(const size_t *pool) { return aligned_alloc(64, *pool); }
static void done(const size_t *pool, void *at) {
  (void)pool;
  free(at);
}
#else
typedef struct spare {
  struct spare *next;
} spare;
typedef struct {
  size_t span;
  spare *spares; /* objects are made and freed by one thread */
} pool;
#define POOL(name, size) static pool name = {((size) + 63) & ~(size_t)63, NULL}

static void *room(pool *p) {
  if (!p->spares) {
    char *block = aligned_alloc(BLOCK, BLOCK);
    if (!block) return NULL;
    madvise(block, BLOCK, MADV_HUGEPAGE); /* a wish */
    for (size_t at = BLOCK / p->span; at > 0; at--) {
      spare *one = (spare *)(block + (at - 1) * p->span);
      one->next = p->spares;
      p->spares = one;
    }
  }
  spare *taken = p->spares;
  p->spares = taken->next;
  return taken;
}

static void done(pool *p, void *at) {
  memset(at, 0, p->span); /* it held somebody's voice */
  spare *one = at;
  one->next = p->spares;
  p->spares = one;
}
#endif

POOL(legs, sizeof(rf_leg));
POOL(recordings, sizeof(rf_recording) + CHANNELS_MAX * sizeof(tap));
POOL(chunks, sizeof(rf_chunk));

rf_recording *recording_room(void) { return room(&recordings); }
void recording_done(rf_recording *recording) { done(&recordings, recording); }
rf_chunk *chunk_room(void) { return room(&chunks); }
void chunk_done(rf_chunk *chunk) {
  if (chunk) done(&chunks, chunk);
}

RF_EXPORT rf_leg *rf_leg_new(uint32_t handle, uint32_t ssrc, uint32_t sequence, uint32_t timestamp,
                             const char *cname) {
  if (handle >= LEGS_MAX) return NULL;
  rf_leg *leg = room(&legs);
  if (!leg) return NULL;
  memset(leg, 0, sizeof *leg);
  leg->handle = handle;
  leg->ssrc = ssrc;
  leg->sequence = (uint16_t)sequence;
  leg->clock = timestamp;
  leg->fd[0] = leg->fd[1] = -1;
  leg->rate = 8000;
  leg->set.dtmf_type = leg->set.event_type = NO_TYPE;
  leg->stats.codec = -1;
  leg->stats.foreign_type = -1;
  leg->stats.rtt_ms = leg->stats.remote_lost = -1;
  strncpy(leg->cname, cname, sizeof leg->cname - 1);
  return leg;
}

RF_EXPORT void rf_leg_free(rf_leg *leg) {
  if (!leg) return;
  wire_unbind(leg);
  done(&legs, leg);
}

void leg_stats(const rf_leg *leg, rf_stats *out) {
  *out = leg->stats;
  out->lost = reception_lost(&leg->source);
  out->jitter_ms = leg->source.scaled >> 7;
  out->jitter_max_ms = leg->source.scaled_most >> 7;
  out->concealed_ms = (int64_t)(leg->concealed / 8);
  out->latched = leg->latched_once && leg->aim_rank != 2;
  out->rtp_from_peer = leg->started;
}

RF_EXPORT void rf_leg_end(rf_leg *leg, rf_stats *out) {
  leg_stats(leg, out);
  rf_leg_free(leg);
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
