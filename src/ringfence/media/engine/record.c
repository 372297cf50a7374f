/* Recordings: one tap per channel, chunks of coded samples for the process that seals them.
 *
 * The look-ahead line of media.redaction is not copied through: frames are coded into their chunk
 * at once, a full chunk is held back until LOOK_AHEAD more frames have come, and a digit noticed
 * until then is overwritten where it lies. What leaves, and when, is the same to the byte. */
#include <stdlib.h>

#include "core.h"

static uint32_t frame_bytes(const rf_recording *recording) {
  if (recording->coding != RF_S16) return FRAME;
  return FRAME * (recording->rate / 8000) * (uint32_t)sizeof(int16_t);
}

static uint32_t chunk_bytes(const rf_recording *recording) {
  if (recording->live) return frame_bytes(recording);
  return recording->coding == RF_S16 ? RF_CHUNK_BYTES : RF_CODED_CHUNK_BYTES;
}

static void release_held(rf_core *core, tap *t) {
  if (t->held) core->out->chunk(core, t->held);
  t->held = NULL;
}

/* The chunk being filled is as full as it will be. */
static void hold(tap *t) {
  t->held = t->chunk;
  t->held->size = t->filled;
  t->chunk = NULL;
}

static void release_all(rf_core *core, tap *t) {
  release_held(core, t);
  if (t->chunk) hold(t);
  release_held(core, t);
}

/* Where the next frame goes; NULL where there is no empty chunk, and the frame is lost. */
static uint8_t *place(rf_core *core, tap *t) {
  uint32_t size = frame_bytes(t->recording);
  if (!t->chunk) {
    t->chunk = core->out->empty(core);
    if (!t->chunk) {
      t->zeros += size;
      return NULL;
    }
    t->chunk->recording = t->recording;
    t->chunk->channel = t->rest->channel;
    t->filled = 0;
    t->chunk->zeros = t->zeros;
    t->zeros = 0;
  }
  return t->chunk->data + t->filled;
}

static void code(const rf_recording *recording, const int16_t *pcm, uint8_t *out) {
  if (recording->coding == RF_S16)
    memcpy(out, pcm, frame_bytes(recording));
  else
    g711_encode((int)recording->coding, pcm, out, FRAME);
}

/* Noise in place of a frame: by its number in the line, so that it may be made at any time. */
static void hiss(tap *t, uint32_t frame, uint8_t *out) {
  uint32_t state = (frame + 1) * 2654435761u;
  state = (state ^ state >> 15) * 2246822519u;
  int16_t noise[FRAME_WIDE];
  for (uint32_t k = 0; k < FRAME * (t->recording->rate / 8000); k++) {
    state = state * 1664525u + 1013904223u;
    noise[k] = (int16_t)((int32_t)state >> 23);
  }
  code(t->recording, noise, out);
}

/* Overwrite the newest frames still in the line that are not noise yet. */
static void hiss_back(tap *t, uint32_t frames) {
  uint32_t size = frame_bytes(t->recording), here = t->chunk ? t->filled / size : 0;
  for (uint32_t back = t->taken_in < frames ? t->taken_in : frames; back > 0; back--) {
    if (t->noisy >> (back - 1) & 1) continue;
    t->noisy |= 1u << (back - 1);
    uint32_t frame = t->rest->entered - back;
    if (back <= here)
      hiss(t, frame, t->chunk->data + t->filled - back * size);
    else if (t->held && back - here <= t->held->size / size)
      hiss(t, frame, t->held->data + t->held->size - (back - here) * size);
  }
}

/* media.redaction: whether this frame becomes noise, and those before it in the line. */
static bool redact(tap *t, const int16_t *frame, bool pressed) {
  const rf_recording *recording = t->recording;
  if (recording->live) return false;
  bool marked = t->tail > 0;
  if (marked) t->tail--;
  if (!t->redacting) return marked;
  int16_t narrow[FRAME];
  const int16_t *heard = frame;
  if (recording->rate != 8000) {
    resample_down(&t->rest->converter, frame, narrow, FRAME_WIDE);
    heard = narrow;
  }
  bool suspected = watch_feed(&t->rest->watch, heard, FRAME);
  if (!suspected && !pressed) return marked;
  hiss_back(t, pressed ? LOOK_AHEAD : LOOK_BACK);
  uint32_t tail = pressed ? LOOK_AHEAD : LOOK_AFTER;
  if (t->tail < tail) t->tail = tail;
  return true;
}

/* Where `codes` are given, they are kept and `frame` is not looked at. */
static void keep(rf_core *core, tap *t, const int16_t *frame, const uint8_t *codes, bool pressed) {
  bool marked = redact(t, frame, pressed);
  uint8_t *at = place(core, t);
  uint32_t number = t->rest->entered++;
  t->noisy = t->noisy << 1 | marked;
  if (t->taken_in < LOOK_AHEAD) t->taken_in++;
  if (!at) return;
  if (marked)
    hiss(t, number, at);
  else if (codes)
    memcpy(at, codes, FRAME);
  else
    code(t->recording, frame, at);
  t->filled += frame_bytes(t->recording);
  if (t->held && t->filled == LOOK_AHEAD * frame_bytes(t->recording)) release_held(core, t);
  if (t->filled == chunk_bytes(t->recording)) {
    release_held(core, t);
    hold(t);
    if (t->recording->live) release_held(core, t);
  }
}

static void redact_switch(tap *t, bool on) {
  if (on && !t->redacting) {
    watch_init(&t->rest->watch);
    resampler_init(&t->rest->converter);
  }
  t->redacting = on;
}

static bool is_silent(const int16_t *pcm, uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t k = 0; k < count; k++) sum += (uint32_t)abs(pcm[k]);
  return sum < SILENCE_LEVEL * count;
}

/* The codes of a frame as the recording keeps them, where its samples are of no interest; else NULL.
 * What was said is kept in its own law alone: another one's code is made of the samples. */
static const uint8_t *as_kept(const tap *t, const rf_leg *leg, const uint8_t *codes, uint8_t *room) {
  const rf_recording *recording = t->recording;
  int law = leg->set.codec;
  if (!codes || recording->coding == RF_S16 || recording->rate != leg->rate || t->redacting)
    return NULL;
  if (t->out) return recording->coding == (uint32_t)law ? codes : NULL;
  if (recording->silence_frames) return NULL;
  g711_recode((int)recording->coding, law, codes, room, FRAME);
  return room;
}

static void take(rf_core *core, tap *t, rf_leg *leg, const uint8_t *codes, const int16_t *said) {
  const rf_recording *recording = t->recording;
  int16_t converted[FRAME_WIDE];
  uint8_t room[FRAME];
  const int16_t *frame = SILENT_FRAME;
  if (recording->paused) {
    if (!recording->keep_time) return;
    codes = NULL;
  } else {
    codes = as_kept(t, leg, codes, room);
    if (!codes) frame = t->out ? said : heard(leg);
    if (recording->rate != leg->rate) {
      if (leg->rate == 8000)
        resample_up(&t->rest->resampler, frame, converted, FRAME);
      else
        resample_down(&t->rest->resampler, frame, converted, FRAME_WIDE);
      frame = converted;
    }
  }
  t->taken++;
  if (recording->silence_frames && !t->out) {
    uint32_t size = FRAME * (recording->rate / 8000);
    t->rest->silent = is_silent(frame, size) ? t->rest->silent + 1 : 0;
  }
  const rf_leg *presser = !t->redacting ? NULL : t->out ? leg->peer : leg;
  keep(core, t, frame, codes, presser && dtmf_held(core, presser));
}

static bool all_silent(const rf_recording *recording) {
  uint32_t heard = 0;
  if (recording->silence_frames == 0) return false;
  for (uint32_t k = 0; k < recording->channels; k++) {
    if (recording->taps[k].out) continue;
    heard++;
    if (recording->taps[k].rest->silent < recording->silence_frames) return false;
  }
  return heard > 0;
}

void record_frame(rf_core *core, rf_leg *leg, const uint8_t *heard_codes, const int16_t *said,
                  const uint8_t *said_codes) {
  for (tap *t = leg->taps, *next; t; t = next) {
    rf_recording *recording = t->recording;
    next = t->next;
    take(core, t, leg, t->out ? said_codes : heard_codes, said);
    bool full = recording->max_frames && t->taken >= recording->max_frames;
    if (!full && !all_silent(recording)) continue;
    /* Ending unlinks all taps of the recording, on this leg too. */
    while (next && next->recording == recording) next = next->next;
    record_stop(core, recording, full ? 1 : 2);
  }
}

void record_start(rf_core *core, rf_recording *recording) {
  for (uint32_t k = 0; k < recording->channels; k++) {
    tap *t = &recording->taps[k], **at;
    rf_leg *leg = core_leg(core, t->rest->leg);
    redact_switch(t, recording->redact);
    t->rest->owner = leg;
    if (!leg) continue;
    leg->wanted[t->out]++;
    for (at = &leg->taps; *at; at = &(*at)->next) {
    }
    *at = t;
  }
  recording->begun = true;
}

void record_redact(rf_recording *recording, bool on) {
  recording->redact = on;
  for (uint32_t k = 0; k < recording->channels; k++) redact_switch(&recording->taps[k], on);
}

void record_stop(rf_core *core, rf_recording *recording, int reason) {
  uint32_t frames = 0;
  if (!recording->begun) return;
  recording->begun = false;
  for (uint32_t k = 0; k < recording->channels; k++) {
    tap *t = &recording->taps[k];
    rf_leg *owner = t->rest->owner;
    if (owner) {
      tap **at = &owner->taps;
      while (*at != t) at = &(*at)->next;
      *at = t->next;
      owner->wanted[t->out]--;
    }
    if (t->zeros) place(core, t);
    release_all(core, t);
    if (t->taken > frames) frames = t->taken;
  }
  core_event(core, RF_RECORD_ENDED, NULL, reason, (int32_t)(frames * 20), 0, recording);
}

/* A whole call through one tap, without a leg: what it would have recorded. */
void record_whole(rf_core *core, rf_recording *recording, const int16_t *pcm, const uint8_t *pressed,
                  uint32_t frames) {
  uint32_t size = FRAME * (recording->rate / 8000);
  tap *t = &recording->taps[0];
  redact_switch(t, recording->redact);
  for (uint32_t k = 0; k < frames; k++) keep(core, t, pcm + k * size, NULL, pressed && pressed[k]);
  release_all(core, t);
}

RF_EXPORT rf_recording *rf_recording_new(uint32_t rate, uint32_t max_frames, uint32_t silence_frames,
                                         uint32_t how, uint32_t coding, uint32_t channels) {
  if (channels == 0 || channels > CHANNELS_MAX) return NULL;
  tap_rest *rest = calloc(channels, sizeof *rest);
  rf_recording *recording = rest ? recording_room() : NULL;
  if (!recording) {
    free(rest);
    return NULL;
  }
  memset(recording, 0, sizeof *recording + channels * sizeof(tap));
  recording->rest = rest;
  recording->rate = rate;
  recording->max_frames = max_frames;
  recording->silence_frames = silence_frames;
  recording->redact = how & RF_REDACTED;
  recording->live = how & RF_LIVE;
  recording->coding = coding;
  recording->channels = channels;
  return recording;
}

RF_EXPORT void rf_recording_set(rf_recording *recording, uint32_t channel, uint32_t leg,
                                uint32_t direction) {
  tap *t = &recording->taps[channel];
  t->recording = recording;
  t->rest = &recording->rest[channel];
  t->rest->leg = leg;
  t->rest->channel = channel;
  t->out = direction == 1;
}

RF_EXPORT uint32_t rf_recording_channels(const rf_recording *recording) {
  return recording->channels;
}

/* Chunks still on a tap (the engine was stopped without ending the recording) go with it. */
RF_EXPORT void rf_recording_free(rf_recording *recording) {
  if (!recording) return;
  for (uint32_t k = 0; k < recording->channels; k++) {
    chunk_done(recording->taps[k].held);
    chunk_done(recording->taps[k].chunk);
  }
  free(recording->rest);
  recording_done(recording);
}
