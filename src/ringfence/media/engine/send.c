/* What leaves: the frame a leg says, digits as events, and packets relayed from another leg. */
#include "core.h"

void rtp_header(uint8_t *out, bool marker, uint8_t type, uint16_t sequence, uint32_t timestamp,
                uint32_t ssrc) {
  out[0] = 0x80;
  out[1] = (uint8_t)(type | (marker ? 0x80 : 0));
  out[2] = (uint8_t)(sequence >> 8);
  out[3] = (uint8_t)sequence;
  for (int k = 0; k < 4; k++) {
    out[4 + k] = (uint8_t)(timestamp >> (24 - 8 * k));
    out[8 + k] = (uint8_t)(ssrc >> (24 - 8 * k));
  }
}

static void transmit(rf_core *core, rf_leg *leg, const uint8_t *packet, uint32_t payload) {
  leg->stats.packets_out++;
  leg->stats.octets_out += payload;
  core->out->send(core, leg, false, &leg->aim, packet, 12 + payload);
}

/* --- play ------------------------------------------------------------------------------------ */

/* The first one is done (0), or all are stopped (1). */
void play_end(rf_core *core, rf_leg *leg, int reason) {
  for (rf_play *play; (play = leg->play);) {
    leg->play = play->next;
    uint64_t ms = play->rate ? play->played * 1000 / play->rate : 0;
    core_event(core, RF_PLAY_ENDED, leg, reason, (int32_t)(ms < INT32_MAX ? ms : INT32_MAX), 0, play);
    if (!reason) return;
  }
}

/* Positions count samples at the leg's rate, which a re-INVITE may change. */
static void play_at_rate(rf_play *play, uint32_t rate) {
  if (play->rate && play->rate != rate) {
    play->at = play->at * rate / play->rate;
    play->played = play->played * rate / play->rate;
  }
  play->rate = rate;
}

/* Fill a frame, or the rest of one; returns how much was filled and whether the play is over. */
static uint32_t play_frame(rf_play *play, int16_t *out, uint32_t size, bool *over) {
  uint32_t wide = play->rate == 16000, at = 0, empty = 0;
  while (at < size) {
    if (play->clip == play->count) {
      if (play->loops && ++play->loop == play->loops) break;
      if (empty >= play->count) break; /* no clip has a sample */
      play->clip = 0;
      continue;
    }
    const rf_clip *clip = play->clips[play->clip];
    uint32_t length = clip->pcm[wide] ? clip->samples[wide] : 0;
    if (play->at >= length) {
      empty = length ? 0 : empty + 1;
      play->clip++;
      play->at = 0;
      continue;
    }
    empty = 0;
    uint32_t take = size - at < length - play->at ? size - at : length - (uint32_t)play->at;
    memcpy(out + at, clip->pcm[wide] + play->at, take * sizeof *out);
    play->at += take;
    play->played += take;
    at += take;
  }
  *over = true;
  if (at < size) return at;
  /* Over as well where the frame took the very last sample. */
  bool more = play->at < play->clips[play->clip]->samples[wide];
  for (uint32_t k = play->clip + 1; !more && k < play->count; k++)
    more = play->clips[k]->samples[wide];
  *over = !more && play->loops && play->loop + 1 >= play->loops;
  return size;
}

/* A frame of the play and, where it ends, of those queued behind it; whether the last is over. */
static bool say_play(rf_core *core, rf_leg *leg, int16_t *said, uint32_t size) {
  bool over = false;
  for (uint32_t at = 0;;) {
    play_at_rate(leg->play, leg->rate);
    at += play_frame(leg->play, said + at, size - at, &over);
    if (!over || at == size || !leg->play->next) return over;
    play_end(core, leg, 0);
  }
}

/* --- digits ---------------------------------------------------------------------------------- */

enum { WAIT_FRAMES = 25, ENDS = 3, VOLUME = 10 };
static const char EVENTS[] = "0123456789*#ABCD";

/* One frame of the queue of digits. */
static void digits_frame(rf_core *core, rf_leg *leg) {
  dtmf_out *out = &leg->digits;
  uint32_t head = out->head, at = out->frame++, tone = out->tone[head], frames = WAIT_FRAMES;
  char digit = out->queue[head];
  if (digit != 'w') {
    frames = tone + ENDS + out->gap[head];
    if (at == 0) out->timestamp = leg->clock;
    if (at < tone + ENDS && sends(leg) && leg->set.dtmf_type != NO_TYPE) {
      uint8_t packet[16];
      uint32_t duration = FRAME * (at + 1 < tone ? at + 1 : tone);
      rtp_header(packet, at == 0, leg->set.dtmf_type, leg->sequence++, out->timestamp, leg->ssrc);
      packet[12] = (uint8_t)(strchr(EVENTS, digit) - EVENTS);
      packet[13] = VOLUME | (at >= tone ? 0x80 : 0);
      packet[14] = (uint8_t)(duration >> 8);
      packet[15] = (uint8_t)duration;
      transmit(core, leg, packet, 4);
    }
  }
  leg->contiguous = false;
  leg->relay.on = false;
  if (out->frame < frames) return;
  out->frame = 0;
  out->head = (head + 1) % DIGITS_MAX;
  out->count--;
  if (out->last[head]) core_event(core, RF_DIGITS_SENT, leg, 0, 0, 0, NULL);
}

/* --- audio ----------------------------------------------------------------------------------- */

static void encode(rf_leg *leg, const int16_t *pcm, uint8_t *out) {
  if (leg->set.codec == RF_G722)
    g722_encode(&leg->encoder, pcm, out, FRAME);
  else
    g711_encode(leg->set.codec, pcm, out, FRAME);
}

static void send_packet(rf_core *core, rf_leg *leg, uint32_t timestamp, const uint8_t *payload,
                        uint32_t size) {
  uint8_t packet[12 + sizeof leg->gathered];
  rtp_header(packet, leg->marker_due, leg->set.payload_type, leg->sequence++, timestamp, leg->ssrc);
  memcpy(packet + 12, payload, size);
  leg->marker_due = false;
  transmit(core, leg, packet, size);
}

static void send_audio(rf_core *core, rf_leg *leg, const int16_t *pcm, uint8_t *codes) {
  uint32_t full = leg->set.ptime * 8u;
  if (!leg->contiguous) {
    leg->contiguous = leg->marker_due = true;
    leg->relay.on = false;
    leg->gathered_size = 0;
    g722_encoder_init(&leg->encoder);
  }
  encode(leg, pcm, codes);
  if (full == FRAME && leg->gathered_size == 0) {
    send_packet(core, leg, leg->clock, codes, FRAME);
    return;
  }
  if (leg->gathered_size == 0) leg->gathered_at = leg->clock;
  memcpy(leg->gathered + leg->gathered_size, codes, FRAME);
  leg->gathered_size += FRAME;
  uint32_t at = 0;
  for (; leg->gathered_size - at >= full; at += full)
    send_packet(core, leg, leg->gathered_at + at, leg->gathered + at, full);
  if (at) {
    leg->gathered_size -= at;
    leg->gathered_at += at;
    memmove(leg->gathered, leg->gathered + at, leg->gathered_size);
  }
}

/* A frame of another leg or room at this leg's rate. */
static void adapt(rf_leg *leg, const int16_t *pcm, uint32_t rate, int16_t *out) {
  if (rate == leg->rate)
    memcpy(out, pcm, FRAME * (rate / 8000) * sizeof *out);
  else if (rate == 8000)
    resample_up(&leg->from_others, pcm, out, FRAME);
  else
    resample_down(&leg->from_others, pcm, out, FRAME_WIDE);
}

/* What everybody else in the room says; plain loops, so that the compiler does eight at a time. */
static void room_frame(rf_leg *leg, int16_t *out) {
  int16_t mix[FRAME_WIDE];
  int32_t with_coaches[FRAME_WIDE];
  rf_room *room = leg->room;
  uint32_t size = FRAME * (room->rate / 8000);
  const int32_t *all = room->sum;
  const int16_t *own = leg->whispers ? SILENT_FRAME : leg->contribution;
  if (leg->coaches) {
    memcpy(with_coaches, all, size * sizeof *all);
    for (rf_leg *coach = leg->coaches; coach; coach = coach->next_coach)
      for (uint32_t k = 0; k < size; k++) with_coaches[k] += coach->contribution[k];
    all = with_coaches;
  }
  for (uint32_t k = 0; k < size; k++) {
    int32_t sum = all[k] - own[k];
    mix[k] = (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
  }
  adapt(leg, mix, room->rate, out);
}

/* What the leg hears of us this frame; `said` is what a recording of it shall hold. */
const uint8_t *say_frame(rf_core *core, rf_leg *leg, int16_t *said, uint8_t *codes) {
  uint32_t size = FRAME * (leg->rate / 8000);
  bool over = false, relayed = leg->peer && relay_open(leg->peer, leg), digits = leg->digits.count;
  if (!relayed) leg->relay.on = false;
  memset(said, 0, size * sizeof *said);
  if (digits) {
    digits_frame(core, leg);
  } else if (leg->play) {
    over = say_play(core, leg, said, size);
  } else if (leg->room) {
    room_frame(leg, said);
  } else if (leg->peer && !leg->peer->muted && leg->peer->connected) {
    if (!relayed || record_wants(leg, true)) adapt(leg, heard(leg->peer), leg->peer->rate, said);
  }
  bool sent = !relayed && sends(leg) && !digits;
  if (sent)
    send_audio(core, leg, said, codes);
  else if (!digits)
    leg->contiguous = false;
  leg->clock += FRAME;
  if (over) play_end(core, leg, 0);
  return sent && leg->set.codec != RF_G722 ? codes : NULL;
}

/* --- relay ----------------------------------------------------------------------------------- */

bool relay_open(const rf_leg *from, const rf_leg *to) {
  if (!from->connected || !to->connected || !receives(from) || !sends(to)) return false;
  if (from->muted || to->play || to->digits.count) return false;
  return from->set.codec == to->set.codec ||
         (from->set.codec != RF_G722 && to->set.codec != RF_G722);
}

void relay_audio(rf_core *core, rf_leg *from, const rtp_packet *packet) {
  uint8_t out[12 + PAYLOAD_MAX];
  rf_leg *to = from->peer;
  if (!to) return;
  relay_state *relay = &to->relay;
  if (!relay_open(from, to)) {
    relay->on = false;
    return;
  }
  bool first = !relay->on || relay->ssrc != packet->ssrc;
  if (first) {
    relay->on = true;
    relay->ssrc = packet->ssrc;
    relay->sequence_offset = (uint16_t)(to->sequence - packet->sequence);
    relay->timestamp_offset = to->clock - packet->timestamp;
  }
  to->contiguous = false;
  uint16_t sequence = (uint16_t)(packet->sequence + relay->sequence_offset);
  uint32_t timestamp = packet->timestamp + relay->timestamp_offset;
  rtp_header(out, first || packet->marker, to->set.payload_type, sequence, timestamp, to->ssrc);
  if (from->set.codec == to->set.codec)
    memcpy(out + 12, packet->payload, packet->length);
  else
    g711_convert(to->set.codec, packet->payload, out + 12, packet->length);
  transmit(core, to, out, packet->length);
  if (newer16(sequence + 1u, to->sequence) > 0) to->sequence = (uint16_t)(sequence + 1u);
  if (newer32(timestamp + packet->length, to->clock) > 0) to->clock = timestamp + packet->length;
}

void relay_event(rf_core *core, rf_leg *from, const rtp_packet *packet) {
  uint8_t out[16];
  rf_leg *to = from->peer;
  if (!to || from->muted || !to->connected || !sends(to) || to->set.dtmf_type == NO_TYPE) return;
  relay_state *relay = &to->relay;
  uint16_t sequence = to->sequence;
  uint32_t timestamp;
  bool marker = packet->marker;
  if (relay_open(from, to)) {
    if (!relay->on || relay->ssrc != packet->ssrc) {
      relay->on = marker = true;
      relay->ssrc = packet->ssrc;
      relay->sequence_offset = (uint16_t)(to->sequence - packet->sequence);
      relay->timestamp_offset = to->clock - packet->timestamp;
    }
    to->contiguous = false;
    sequence = (uint16_t)(packet->sequence + relay->sequence_offset);
    timestamp = packet->timestamp + relay->timestamp_offset;
  } else {
    relay->on = false;
    if (!relay->event_known || relay->event_in != packet->timestamp ||
        relay->event_ssrc != packet->ssrc) {
      relay->event_known = true;
      relay->event_in = packet->timestamp;
      relay->event_ssrc = packet->ssrc;
      relay->event_out = to->clock;
    }
    timestamp = relay->event_out;
  }
  rtp_header(out, marker, to->set.dtmf_type, sequence, timestamp, to->ssrc);
  memcpy(out + 12, packet->payload, 4);
  transmit(core, to, out, 4);
  if (newer16(sequence + 1u, to->sequence) > 0) to->sequence = (uint16_t)(sequence + 1u);
}
