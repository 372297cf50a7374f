/* A core without sockets or clock: what leaves waits in lists until somebody takes it. */
#include <stdlib.h>

#include "core.h"

typedef struct {
  void *items;
  size_t size, count, room, taken;
} list;

typedef struct {
  rf_core core;
  list events, datagrams, chunks;
} offline;

/* Room for one more; the tests that use this core run on machines that have it. */
static void *append(list *l) {
  if (l->taken == l->count) l->taken = l->count = 0;
  if (l->count == l->room) {
    size_t room = l->room ? 2 * l->room : 16;
    void *items = realloc(l->items, room * l->size);
    if (!items) abort();
    l->items = items;
    l->room = room;
  }
  return (char *)l->items + l->count++ * l->size;
}

static uint32_t take(list *l, void *out, uint32_t room) {
  size_t left = l->count - l->taken, count = left < room ? left : room;
  if (count) memcpy(out, (char *)l->items + l->taken * l->size, count * l->size);
  l->taken += count;
  return (uint32_t)count;
}

static void on_send(rf_core *core, rf_leg *leg, bool rtcp, const rf_addr *to, const uint8_t *data,
                    uint32_t size) {
  rf_datagram *datagram = append(&((offline *)core->context)->datagrams);
  datagram->leg = leg->handle;
  datagram->rtcp = rtcp;
  datagram->size = size;
  datagram->to = *to;
  memcpy(datagram->data, data, size);
}

static void on_event(rf_core *core, const rf_event *event) {
  memcpy(append(&((offline *)core->context)->events), event, sizeof *event);
}

static void on_chunk(rf_core *core, rf_chunk *chunk) {
  memcpy(append(&((offline *)core->context)->chunks), &chunk, sizeof chunk);
}

static rf_chunk *on_empty(rf_core *core) {
  (void)core;
  return chunk_room();
}

static void on_lock(rf_core *core, rf_leg *leg) {
  (void)core;
  (void)leg;
}

static const outlets OUTLETS = {on_send, on_event, on_chunk, on_empty, on_lock, on_lock};

RF_EXPORT rf_core *rf_core_new(void) {
  offline *o = calloc(1, sizeof *o);
  if (!o) return NULL;
  core_init(&o->core, &OUTLETS, o);
  o->events.size = sizeof(rf_event);
  o->datagrams.size = sizeof(rf_datagram);
  o->chunks.size = sizeof(rf_chunk *);
  return &o->core;
}

RF_EXPORT void rf_core_free(rf_core *core) {
  if (!core) return;
  offline *o = core->context;
  rf_chunk *chunk;
  while (take(&o->chunks, &chunk, 1)) chunk_done(chunk);
  free(o->events.items);
  free(o->datagrams.items);
  free(o->chunks.items);
  free(o);
}

RF_EXPORT uint32_t rf_core_take_events(rf_core *core, rf_event *out, uint32_t room) {
  return take(&((offline *)core->context)->events, out, room);
}

RF_EXPORT uint32_t rf_core_take_datagrams(rf_core *core, rf_datagram *out, uint32_t room) {
  return take(&((offline *)core->context)->datagrams, out, room);
}

RF_EXPORT rf_chunk *rf_core_take_chunk(rf_core *core) {
  rf_chunk *chunk = NULL;
  take(&((offline *)core->context)->chunks, &chunk, 1);
  return chunk;
}

RF_EXPORT void rf_core_return_chunk(rf_core *core, rf_chunk *chunk) {
  (void)core;
  chunk_done(chunk);
}

RF_EXPORT int64_t rf_redact(uint32_t coding, const uint8_t *codes, const uint8_t *pressed,
                        uint32_t count, uint8_t *out) {
  if (count % FRAME || coding == RF_S16) return -1;
  rf_core *core = rf_core_new();
  rf_recording *recording = rf_recording_new(8000, 0, 0, 1, coding, 1);
  int16_t *pcm = malloc(count ? count * sizeof *pcm : 1);
  rf_chunk *chunk;
  int64_t kept = core && recording && pcm ? 0 : -1;
  if (kept == 0) {
    rf_recording_set(recording, 0, UINT32_MAX, 0);
    g711_decode((int)coding, codes, pcm, count);
    record_whole(core, recording, pcm, pressed, count / FRAME);
    while ((chunk = rf_core_take_chunk(core))) {
      memcpy(out + kept, chunk->data, chunk->size);
      kept += chunk->size;
      rf_core_return_chunk(core, chunk);
    }
  }
  free(pcm);
  rf_recording_free(recording);
  rf_core_free(core);
  return kept;
}
