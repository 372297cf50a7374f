/* The core: legs, commands, frames. No I/O: what leaves goes through `outlets`. */
#include "core.h"

const int16_t SILENT_FRAME[FRAME_WIDE];

void core_init(rf_core *core, const outlets *out, void *context) {
  memset(core, 0, sizeof *core);
  core->out = out;
  core->context = context;
}

void core_event(rf_core *core, uint32_t kind, rf_leg *leg, int32_t a, int32_t b, int32_t c,
                void *object) {
  rf_event event = {.kind = kind, .leg = leg ? leg->handle : UINT32_MAX, .a = a, .b = b, .c = c,
                    .object = object};
  core->out->event(core, &event);
}

/* --- legs ------------------------------------------------------------------------------------ */

static void open_leg(rf_core *core, rf_leg *leg) {
  uint8_t phase = 0;
  for (uint8_t k = 1; k < PHASES; k++)
    if (core->population[k] < core->population[phase]) phase = k;
  leg->phase = phase;
  leg->previous = core->last[phase];
  if (leg->previous)
    leg->previous->next = leg;
  else
    core->first[phase] = leg;
  core->last[phase] = leg;
  core->population[phase]++;
  core->legs[leg->handle] = leg;
}

static void connect_leg(rf_core *core, rf_leg *leg, const rf_settings *set) {
  const rf_settings *old = &leg->set;
  bool first = !leg->ever_connected;
  bool codec_changed = first || set->codec != old->codec;
  if (first || memcmp(set->peer.ip, old->peer.ip, 16) != 0 || set->peer.port != old->peer.port) {
    leg->aim = set->peer;
    leg->aim_rank = 2;
    leg->latched_once = leg->window_open = leg->rtcp_known = leg->locked = false;
    core->out->unlocked(core, leg);
  }
  if (codec_changed || set->payload_type != old->payload_type || set->ptime != old->ptime ||
      set->direction != old->direction)
    leg->contiguous = false;
  if (codec_changed) {
    leg->rate = set->codec == RF_G722 ? 16000 : 8000;
    leg->listening = false; /* decoder and concealment start afresh */
    leg->unheard = 0;
    resampler_init(&leg->into_room);
    resampler_init(&leg->from_others);
    resampler_init(&leg->detector_resampler);
    for (tap *t = leg->taps; t; t = t->next) resampler_init(&t->rest->resampler);
    jitter_init(&leg->jitter, JITTER_TARGET, JITTER_MOST);
  }
  leg->set = *set;
  leg->stats.codec = set->codec;
  leg->last_life = core->now;
  leg->timed_out = false;
  leg->connected = true;
  if (first) {
    leg->ever_connected = true;
    report_begin(core, leg);
  }
}

static void part(rf_leg *leg) {
  rf_leg *peer = leg->peer;
  if (!peer) return;
  leg->peer = peer->peer = NULL;
  leg->relay.on = peer->relay.on = false;
}

/* Add what a leg contributes to the sum of its room, or take it out; a whisper is not in it. */
static void sum_up(rf_leg *leg, int sign) {
  uint32_t size = FRAME * (leg->room->rate / 8000);
  int32_t *restrict sum = leg->room->sum;
  const int16_t *restrict own = leg->contribution;
  if (leg->whispers) return;
  for (uint32_t k = 0; k < size; k++) sum[k] += sign * own[k];
}

static void whisper(rf_leg *leg, rf_leg *to) {
  sum_up(leg, -1);
  if (leg->whispers && leg->whispers != leg) {
    rf_leg **at = &leg->whispers->coaches;
    while (*at != leg) at = &(*at)->next_coach;
    *at = leg->next_coach;
  }
  leg->whispers = to;
  if (to && to != leg) {
    leg->next_coach = to->coaches;
    to->coaches = leg;
  }
  sum_up(leg, 1);
}

static void leave_room(rf_leg *leg) {
  rf_room *room = leg->room;
  if (!room) return;
  while (leg->coaches) whisper(leg->coaches, leg->coaches);
  whisper(leg, NULL);
  sum_up(leg, -1);
  memset(leg->contribution, 0, sizeof leg->contribution);
  room->members--;
  leg->room = NULL;
}

static void close_leg(rf_core *core, rf_leg *leg) {
  dtmf_close(core, leg);
  play_end(core, leg, 1);
  while (leg->taps) record_stop(core, leg->taps->recording, 3);
  part(leg);
  leave_room(leg);
  if (leg->connected) report_send(core, leg, true);
  leg->connected = false;
  if (leg->next)
    leg->next->previous = leg->previous;
  else
    core->last[leg->phase] = leg->previous;
  if (leg->previous)
    leg->previous->next = leg->next;
  else
    core->first[leg->phase] = leg->next;
  core->population[leg->phase]--;
  core->legs[leg->handle] = NULL;
  core_event(core, RF_CLOSED, leg, 0, 0, 0, leg);
}

/* --- commands -------------------------------------------------------------------------------- */

static void refuse(rf_core *core, const rf_command *command, int32_t why) {
  rf_event event = {.kind = RF_REFUSED, .leg = command->leg, .a = (int32_t)command->kind, .b = why,
                    .object = command->object};
  core->out->event(core, &event);
}

static void queue_digits(rf_core *core, rf_leg *leg, const rf_command *command) {
  dtmf_out *out = &leg->digits;
  uint32_t size = (uint32_t)strnlen(command->text, sizeof command->text);
  if (size == 0 || out->count + size > DIGITS_MAX) {
    refuse(core, command, 2);
    return;
  }
  uint32_t tone = command->number / 20;
  for (uint32_t k = 0; k < size; k++) {
    uint32_t at = (out->head + out->count++) % DIGITS_MAX;
    out->queue[at] = command->text[k];
    out->tone[at] = (uint16_t)(tone < 2 ? 2 : tone);
    out->gap[at] = (uint16_t)(command->number2 / 20);
    out->last[at] = k + 1 == size;
  }
}

static void join(rf_leg *leg, rf_room *room, bool muted) {
  leg->muted = muted;
  if (leg->room == room) return;
  leg->room = room;
  room->members++;
  memset(leg->contribution, 0, sizeof leg->contribution);
  resampler_init(&leg->into_room);
  resampler_init(&leg->from_others);
}

static void bridge(rf_leg *a, rf_leg *b) {
  a->peer = b;
  b->peer = a;
  resampler_init(&a->from_others);
  resampler_init(&b->from_others);
}

static void start_play(rf_core *core, rf_leg *leg, rf_play *play, bool queued) {
  rf_play **at = &leg->play;
  if (!queued) play_end(core, leg, 1);
  while (*at) at = &(*at)->next;
  *at = play;
}

static void detect(rf_leg *leg, bool on) {
  if (on && !leg->detecting) {
    dtmf_init(&leg->detector);
    resampler_init(&leg->detector_resampler);
  }
  leg->detecting = on;
}

RF_EXPORT void rf_core_do(rf_core *core, const rf_command *command, int64_t now) {
  core->now = now;
  rf_leg *leg = core_leg(core, command->leg), *other = core_leg(core, command->other);
  rf_recording *recording = command->object;
  switch (command->kind) { /* those that need no leg */
    case RF_OPEN:
      open_leg(core, command->object);
      return;
    case RF_RECORD:
      record_start(core, recording);
      return;
    case RF_PAUSE:
      recording->paused = true;
      recording->keep_time = command->number;
      return;
    case RF_RESUME:
      recording->paused = false;
      return;
    case RF_STOP_RECORD:
      record_stop(core, recording, 0);
      return;
    case RF_REDACT:
      record_redact(recording, command->number);
      return;
    case RF_DROP:
      core_event(core, RF_DROPPED, NULL, 0, 0, 0, command->object);
      return;
    case RF_PING:
      core_event(core, RF_PONG, NULL, (int32_t)command->number, 0, 0, NULL);
      return;
  }
  if (!leg) {
    refuse(core, command, 0);
    return;
  }
  switch (command->kind) {
    case RF_CONNECT:
      connect_leg(core, leg, &command->settings);
      break;
    case RF_CLOSE:
      close_leg(core, leg);
      break;
    case RF_PLAY:
      start_play(core, leg, command->object, command->number);
      break;
    case RF_STOP_PLAY:
      play_end(core, leg, 1);
      break;
    case RF_DETECT:
      detect(leg, command->number);
      break;
    case RF_DIGITS:
      queue_digits(core, leg, command);
      break;
    case RF_BRIDGE:
      if (other && !leg->peer && !other->peer) /* a leg bridged to itself hears its echo */
        bridge(leg, other);
      else
        refuse(core, command, other ? 1 : 0);
      break;
    case RF_UNBRIDGE:
      if (other && leg->peer == other) part(leg);
      break;
    case RF_JOIN:
      join(leg, command->object, command->number);
      break;
    case RF_LEAVE:
      leave_room(leg);
      break;
    case RF_WHISPER:
      if (leg->room && (!command->number || (other && other->room == leg->room)))
        whisper(leg, command->number ? other : NULL);
      else
        refuse(core, command, 0);
      break;
    case RF_MUTE:
      leg->muted = command->number;
      break;
    case RF_READ:
      leg_stats(leg, command->object);
      core_event(core, RF_REPORT, leg, 0, 0, 0, command->object);
      break;
    default:
      refuse(core, command, 3);
  }
}

/* --- frames ---------------------------------------------------------------------------------- */

static void contribute(rf_leg *leg) {
  int16_t fresh[FRAME_WIDE];
  rf_room *room = leg->room;
  uint32_t size = FRAME * (room->rate / 8000);
  if (leg->muted || !leg->listening)
    memset(fresh, 0, size * sizeof *fresh);
  else if (room->rate == leg->rate)
    memcpy(fresh, heard(leg), size * sizeof *fresh);
  else if (room->rate == 8000)
    resample_down(&leg->into_room, heard(leg), fresh, FRAME_WIDE);
  else
    resample_up(&leg->into_room, heard(leg), fresh, FRAME);
  if (!leg->whispers) {
    int32_t *restrict sum = room->sum;
    const int16_t *restrict before = leg->contribution;
    for (uint32_t k = 0; k < size; k++) sum[k] += fresh[k] - before[k];
  }
  memcpy(leg->contribution, fresh, size * sizeof *fresh);
}

static void timeout(rf_core *core, rf_leg *leg) {
  if (leg->timed_out || leg->set.timeout_ms == 0 || !receives(leg)) return;
  if (core->now - leg->last_life < leg->set.timeout_ms) return;
  leg->timed_out = true;
  core_event(core, RF_TIMED_OUT, leg, 0, 0, 0, NULL);
}

static void frame(rf_core *core, rf_leg *leg) {
  int16_t said[FRAME_WIDE];
  uint8_t heard_room[FRAME + JITTER_SKIP], said_room[FRAME];
  leg->burst = 0;
  if (!leg->connected) return;
  dtmf_overdue(core, leg);
  timeout(core, leg);
  const uint8_t *heard_codes = hear_frame(core, leg, heard_room);
  if (leg->room) contribute(leg);
  const uint8_t *said_codes = say_frame(core, leg, said, said_room);
  if (leg->taps) record_frame(core, leg, heard_codes, said, said_codes);
  if (core->now >= leg->report_due) report_send(core, leg, false);
  if (!leg->locked && leg->latched_once && !latch_window(core, leg)) {
    leg->locked = true;
    core->out->locked(core, leg);
  }
}

static rf_leg *after(const rf_leg *leg) { return leg ? leg->next : NULL; }

RF_EXPORT void rf_core_tick(rf_core *core, int64_t now) {
  core->now = now;
  /* No frame opens or closes a leg, so the list stands still. */
  rf_leg *leg = core->first[core->ticks++ & (PHASES - 1)];
  rf_leg *one = after(leg), *two = after(one), *three = after(two);
  for (; leg; leg = one, one = two, two = three, three = after(three)) {
    warm_leg(three);
    warm_buffers(two);
    warm_chunks(one);
    frame(core, leg);
  }
}

RF_EXPORT void rf_core_receive(rf_core *core, uint32_t handle, uint32_t rtcp, const rf_addr *from,
                               const uint8_t *data, uint32_t size, int64_t now) {
  rf_leg *leg = core_leg(core, handle);
  core->now = now;
  if (leg) receive(core, leg, rtcp, from, data, size);
}

RF_EXPORT const rf_constants *rf_constants_get(void) {
  static const rf_constants constants = {
      .abi = RF_ABI,
      .legs_max = LEGS_MAX,
      .leg_burst = LEG_BURST,
      .payload_max = PAYLOAD_MAX,
      .packet_max = PACKET_MAX,
      .digits_max = DIGITS_MAX,
      .room_members = ROOM_MEMBERS,
      .channels_max = CHANNELS_MAX,
      .jitter_ring = JITTER_RING,
      .look_ahead_frames = LOOK_AHEAD,
      .chunk_bytes = RF_CHUNK_BYTES,
      .leg_bytes = sizeof(rf_leg),
      .patience_ms = PATIENCE_MS,
  };
  return &constants;
}
