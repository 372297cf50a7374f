/* What arrives: verdicts on datagrams, latching, and the frame a leg hears. */
#include "core.h"

/* RFC 3550 5.1, in the order of media.rtp.parse. */
bool rtp_parse(const uint8_t *data, uint32_t size, rtp_packet *out) {
  if (size < 12 || data[0] >> 6 != 2 || size > PACKET_MAX) return false;
  uint32_t start = 12 + 4u * (data[0] & 15), end = size;
  if (start > size) return false;
  if (data[0] & 0x10) {
    if (start + 4 > size) return false;
    start += 4 + 4u * ((uint32_t)data[start + 2] << 8 | data[start + 3]);
    if (start > size) return false;
  }
  if (data[0] & 0x20) {
    /* The last octet counts the padding octets, itself included. */
    uint32_t padding = start < size ? data[size - 1] : 0;
    if (padding == 0 || start + padding > size) return false;
    end = size - padding;
  }
  out->type = data[1] & 0x7F;
  out->marker = data[1] & 0x80;
  out->sequence = (uint16_t)(data[2] << 8 | data[3]);
  out->timestamp = (uint32_t)data[4] << 24 | (uint32_t)data[5] << 16 | (uint32_t)data[6] << 8 | data[7];
  out->ssrc = (uint32_t)data[8] << 24 | (uint32_t)data[9] << 16 | (uint32_t)data[10] << 8 | data[11];
  out->payload = data + start;
  out->length = end - start;
  return true;
}

static bool same_host(const rf_addr *a, const rf_addr *b) { return memcmp(a->ip, b->ip, 16) == 0; }
static bool same_address(const rf_addr *a, const rf_addr *b) {
  return a->port == b->port && same_host(a, b);
}

static uint8_t rank_of(const rf_leg *leg, const rf_addr *from) {
  if (!same_host(from, &leg->set.peer)) return 0;
  return from->port == leg->set.peer.port ? 2 : 1;
}

static void move_aim(rf_leg *leg, const rf_addr *to, uint8_t rank) {
  if (!same_address(&leg->aim, to)) {
    leg->aim = *to;
    leg->rtcp_known = false;
  }
  leg->aim_rank = rank;
}

bool latch_window(const rf_core *core, const rf_leg *leg) {
  return leg->window_open && core->now - leg->window_at < leg->set.latch_ms;
}

/* Whether a packet from there is the peer's; a better source may become the aim. */
static bool latch(rf_core *core, rf_leg *leg, const rf_addr *from) {
  uint8_t rank = rank_of(leg, from);
  if (leg->set.latch_ms == 0) return rank == 2;
  if (!leg->latched_once) {
    leg->latched_once = true;
    leg->window_at = core->now;
    leg->window_open = rank != 2;
    move_aim(leg, from, rank);
    return true;
  }
  if (same_address(from, &leg->aim)) return true;
  if (!latch_window(core, leg) || rank <= leg->aim_rank) return false;
  move_aim(leg, from, rank);
  leg->window_open = rank != 2;
  return true;
}

static void alive(rf_core *core, rf_leg *leg) {
  leg->last_life = core->now;
  leg->timed_out = false;
}

static void receive_rtcp(rf_core *core, rf_leg *leg, bool port, const rf_addr *from,
                         const uint8_t *data, uint32_t size) {
  if (!same_host(from, &leg->aim)) {
    leg->stats.strangers++;
    return;
  }
  if (!report_received(core, leg, data, size)) {
    leg->stats.malformed++;
    return;
  }
  alive(core, leg);
  if (port && !leg->rtcp_known) {
    leg->rtcp_known = true;
    leg->rtcp_aim = *from;
  }
}

void receive(rf_core *core, rf_leg *leg, bool rtcp, const rf_addr *from, const uint8_t *data,
             uint32_t size) {
  rtp_packet packet;
  if (!leg->connected) return;
  if (++leg->burst > LEG_BURST) {
    leg->stats.malformed++;
    return;
  }
  if (rtcp || is_rtcp(data, size)) {
    receive_rtcp(core, leg, rtcp, from, data, size);
    return;
  }
  if (!rtp_parse(data, size, &packet)) {
    leg->stats.malformed++;
    return;
  }
  const rf_settings *set = &leg->set;
  bool event = packet.type == set->dtmf_type || packet.type == set->event_type, convert = false;
  if (!event && packet.type != set->payload_type) {
    /* Many phones answer with both laws of G.711 and switch between them. */
    int wanted = set->codec == RF_PCMU ? 0 : 8, other = 8 - wanted;
    if (set->codec == RF_G722 || (packet.type != wanted && packet.type != other)) {
      leg->stats.foreign++;
      leg->stats.foreign_type = packet.type;
      return;
    }
    convert = packet.type == other;
  }
  if (event ? packet.length < 4 : packet.length == 0 || packet.length > PAYLOAD_MAX) {
    leg->stats.malformed++;
    return;
  }
  if (!latch(core, leg, from)) {
    leg->stats.strangers++;
    return;
  }
  alive(core, leg);
  if (!receives(leg)) return;
  leg->stats.packets_in++;
  leg->stats.octets_in += packet.length;
  reception_packet(leg, &packet, event, core->now);
  if (!leg->started) {
    leg->started = true;
    core_event(core, RF_STARTED, leg, 0, 0, 0, NULL);
  }
  if (event) {
    dtmf_event(core, leg, &packet);
    relay_event(core, leg, &packet);
    return;
  }
  if (!memcmp(packet.payload, packet.payload + 1, packet.length - 1)) leg->stats.silent++;
  uint8_t converted[PAYLOAD_MAX];
  if (convert) {
    g711_convert(set->codec, packet.payload, converted, packet.length);
    packet.payload = converted;
  }
  /* It may be written over what is unheard. */
  int32_t ahead = newer32(packet.timestamp, leg->heard_to);
  if (leg->unheard && (ahead < 0 || ahead > JITTER_RING - PLC_HISTORY - PAYLOAD_MAX)) hear_out(leg);
  uint32_t late = leg->jitter.late;
  jitter_put(&leg->jitter, packet.ssrc, packet.sequence, packet.timestamp, packet.marker,
             packet.payload, packet.length);
  leg->stats.late += leg->jitter.late - late;
  relay_audio(core, leg, &packet);
}

/* Whether anybody needs what this leg says in linear samples. */
bool listens(const rf_leg *leg) {
  if (!leg->connected || !receives(leg)) return false;
  if (leg->detecting || record_wants(leg, false)) return true;
  if (leg->muted) return false;
  if (leg->room) return true;
  return leg->peer && (!relay_open(leg, leg->peer) || record_wants(leg->peer, true));
}

static void decode(rf_leg *leg, const uint8_t *data, int16_t *out, uint32_t ticks) {
  if (leg->set.codec == RF_G722)
    g722_decode(&leg->decoder, data, out, ticks);
  else
    g711_decode(leg->set.codec, data, out, ticks);
}

static void detect_digits(rf_core *core, rf_leg *leg) {
  int16_t narrow[FRAME];
  const int16_t *in = heard(leg);
  if (leg->rate != 8000) {
    resample_down(&leg->detector_resampler, in, narrow, FRAME_WIDE);
    in = narrow;
  }
  dtmf_listen(core, leg, in, FRAME);
}

/* The history is as if each frame had been decoded when it was heard. */
void hear_out(rf_leg *leg) {
  uint8_t codes[PLC_HISTORY];
  uint32_t count = leg->unheard;
  jitter_copy(&leg->jitter, leg->heard_to - count, count, codes);
  g711_decode(leg->set.codec, codes, plc_room(&leg->plc, count), count);
  leg->unheard = 0;
}

const uint8_t *hear_frame(rf_core *core, rf_leg *leg, uint8_t *data) {
  jitter_run runs[FRAME];
  uint32_t scale = leg->rate / 8000, at = 0;
  if (!listens(leg)) {
    jitter_pull(&leg->jitter, FRAME, NULL, runs);
    leg->listening = false;
    return NULL;
  }
  if (!leg->listening) {
    leg->listening = true;
    leg->unheard = 0;
    g722_decoder_init(&leg->decoder);
    plc_init(&leg->plc, leg->rate);
  }
  uint32_t count = jitter_pull(&leg->jitter, FRAME, data, runs);
  bool whole = leg->set.codec != RF_G722 && runs[0].arrived && runs[0].ticks == FRAME;
  if (leg->unheard && leg->heard_to != leg->jitter.play - FRAME) hear_out(leg);
  if (whole && leg->plc.gap == 0) {
    uint32_t unheard = leg->unheard + FRAME;
    leg->unheard = unheard < PLC_HISTORY ? unheard : PLC_HISTORY;
    leg->heard_to = leg->jitter.play;
    if (leg->detecting) detect_digits(core, leg);
    return data;
  }
  if (leg->unheard) hear_out(leg);
  for (uint32_t k = 0; k < count; k++) {
    uint32_t ticks = runs[k].ticks;
    if (!runs[k].arrived) {
      plc_lost(&leg->plc, ticks * scale);
      if (leg->jitter.anchored) leg->concealed += ticks;
    } else if (ticks <= FRAME) {
      decode(leg, data + at, plc_room(&leg->plc, ticks * scale), ticks);
      plc_good(&leg->plc, ticks * scale);
    } else {
      int16_t pcm[2 * (FRAME + JITTER_SKIP)];
      decode(leg, data, pcm, ticks);
      plc_squeeze(pcm, ticks * scale, FRAME * scale);
      memcpy(plc_room(&leg->plc, FRAME * scale), pcm, FRAME * scale * sizeof *pcm);
      plc_good(&leg->plc, FRAME * scale);
    }
    at += ticks;
  }
  if (leg->detecting) detect_digits(core, leg);
  return NULL;
}
