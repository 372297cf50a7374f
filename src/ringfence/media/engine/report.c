/* RTCP both ways, and the statistics it reports (media.rtcp, media.reception). */
#include "core.h"

enum { DROPOUT = 3000, MISORDER = 100, JUMP = 8000, NEVER = 1 << 16, LOST_MOST = 0x7FFFFF };
enum { SENDER_REPORT = 200, RECEIVER_REPORT = 201, DESCRIPTION = 202, GOODBYE = 203 };
enum { SENDER_SIZE = 24, BLOCK_SIZE = 24, ROUND_TRIP_MOST = 10000 };

/* --- reception ------------------------------------------------------------------------------- */

static int64_t expected_of(const reception *s) { return s->cycles + s->top - s->base + 1; }

int64_t reception_lost(const reception *s) {
  if (!s->heard) return 0;
  int64_t lost = expected_of(s) - s->received;
  return s->lost_before + (lost > 0 ? lost : 0);
}

static void restart(reception *s, uint16_t sequence) {
  s->base = s->top = sequence;
  s->bad = NEVER;
  s->cycles = s->received = s->expected_before = s->received_before = 0;
}

void reception_packet(rf_leg *leg, const rtp_packet *packet, bool event, int64_t now) {
  reception *s = &leg->source;
  uint16_t sequence = packet->sequence;
  if (!s->heard || packet->ssrc != s->ssrc) {
    s->lost_before = reception_lost(s);
    s->heard = true;
    s->ssrc = packet->ssrc;
    restart(s, sequence);
    s->scaled = s->report_at = 0;
    s->transit = s->report = 0;
    s->timed = false;
  }
  uint32_t ahead = (uint16_t)(sequence - s->top);
  if (ahead < DROPOUT) {
    if (sequence < s->top) s->cycles += 1 << 16;
    s->top = sequence;
  } else if (ahead <= (1 << 16) - MISORDER) {
    if (sequence != s->bad) {
      s->bad = (uint16_t)(sequence + 1);
      return;
    }
    s->lost_before = reception_lost(s);
    restart(s, sequence);
  }
  s->received++;
  if (event) return;
  uint32_t transit = (uint32_t)((uint64_t)now * 8) - packet->timestamp;
  if (s->timed) {
    int64_t apart = newer32(transit, s->transit);
    if (apart < 0) apart = -apart;
    if (apart <= JUMP) {
      s->scaled += apart - ((s->scaled + 8) >> 4);
      if (s->scaled > s->scaled_most) s->scaled_most = s->scaled;
    }
  }
  s->timed = true;
  s->transit = transit;
}

/* --- writing --------------------------------------------------------------------------------- */

static uint8_t *put32(uint8_t *at, uint32_t value) {
  for (int k = 0; k < 4; k++) at[k] = (uint8_t)(value >> (24 - 8 * k));
  return at + 4;
}

static uint64_t ntp_time(int64_t now) {
  uint64_t seconds = (uint64_t)(now / 1000) + 2208988800u, rest = (uint64_t)(now % 1000);
  return (seconds & 0xFFFFFFFFu) << 32 | (rest << 32) / 1000;
}

static uint8_t *put_block(uint8_t *at, reception *s, int64_t now) {
  int64_t expected = expected_of(s), fraction = 0, lost = expected - s->received;
  int64_t expected_interval = expected - s->expected_before;
  int64_t lost_interval = expected_interval - (s->received - s->received_before);
  s->expected_before = expected;
  s->received_before = s->received;
  if (expected_interval > 0 && lost_interval > 0) {
    fraction = (lost_interval << 8) / expected_interval;
    if (fraction > 255) fraction = 255;
  }
  lost = lost > LOST_MOST ? LOST_MOST : lost < -LOST_MOST - 1 ? -LOST_MOST - 1 : lost;
  at = put32(at, s->ssrc);
  at = put32(at, (uint32_t)fraction << 24 | ((uint32_t)lost & 0xFFFFFF));
  at = put32(at, (uint32_t)(s->cycles + s->top));
  at = put32(at, (uint32_t)(s->scaled >> 4));
  at = put32(at, s->report);
  return put32(at, s->report ? (uint32_t)((uint64_t)((now - s->report_at) << 16) / 1000) : 0);
}

static uint32_t draw(rf_leg *leg) {
  uint32_t x = leg->random;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return leg->random = x;
}

void report_begin(rf_core *core, rf_leg *leg) {
  leg->random = leg->ssrc ? leg->ssrc : 1;
  leg->report_due = core->now + 1000 + draw(leg) % 1000;
}

void report_send(rf_core *core, rf_leg *leg, bool bye) {
  uint8_t packet[128], *at = packet + 4;
  uint32_t blocks = leg->source.heard, items = 2 + (uint32_t)strlen(leg->cname);
  uint64_t sent = (uint64_t)leg->stats.packets_out;
  bool sender = sent != leg->sent_at_report[0];
  if (!bye) {
    leg->report_due = core->now + 2500 + draw(leg) % 5000;
    if (leg->set.direction == 0) return;
  }
  leg->sent_at_report[0] = leg->sent_at_report[1];
  leg->sent_at_report[1] = sent;
  at = put32(at, leg->ssrc);
  if (sender) {
    uint64_t ntp = ntp_time(core->now);
    at = put32(at, (uint32_t)(ntp >> 32));
    at = put32(at, (uint32_t)ntp);
    at = put32(at, leg->clock);
    at = put32(at, (uint32_t)sent);
    at = put32(at, (uint32_t)leg->stats.octets_out);
  }
  if (blocks) at = put_block(at, &leg->source, core->now);
  put32(packet, 0x80000000u | blocks << 24 | (sender ? SENDER_REPORT : RECEIVER_REPORT) << 16 |
                    (uint32_t)(at - packet - 4) / 4);
  uint8_t *head = at;
  at = put32(at + 4, leg->ssrc);
  *at++ = 1; /* CNAME */
  *at++ = (uint8_t)(items - 2);
  memcpy(at, leg->cname, items - 2);
  at += items - 2;
  for (uint32_t k = 4 - items % 4; k; k--) *at++ = 0;
  put32(head, 0x81000000u | DESCRIPTION << 16 | (uint32_t)(at - head - 4) / 4);
  if (bye) {
    at = put32(at, 0x81000000u | GOODBYE << 16 | 1);
    at = put32(at, leg->ssrc);
  }
  rf_addr to = leg->rtcp_known ? leg->rtcp_aim : leg->aim;
  if (!leg->rtcp_known) {
    if (to.port == UINT16_MAX) return;
    to.port++;
  }
  core->out->send(core, leg, true, &to, packet, (uint32_t)(at - packet));
}

/* --- reading --------------------------------------------------------------------------------- */

static uint32_t get32(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool description_fits(const uint8_t *body, uint32_t size, uint32_t count) {
  uint32_t at = 0;
  for (; count; count--) {
    if (at + 4 > size) return false;
    for (at += 4;; at += 2u + body[at + 1]) {
      if (at >= size) return false;
      if (body[at] == 0) break;
      if (at + 2 > size || at + 2 + body[at + 1] > size) return false;
    }
    at = (at + 4) & ~3u;
  }
  return true;
}

static bool packet_fits(int kind, const uint8_t *body, uint32_t size, uint32_t count) {
  switch (kind) {
    case SENDER_REPORT:
      return size >= SENDER_SIZE + count * BLOCK_SIZE;
    case RECEIVER_REPORT:
      return size >= 4 + count * BLOCK_SIZE;
    case DESCRIPTION:
      return description_fits(body, size, count);
    case GOODBYE:
      return size >= 4 * count && (size == 4 * count || size >= 4 * count + 1 + body[4 * count]);
    default:
      return true;
  }
}

/* The packet at `at`: its body without padding, or false where the datagram is to be refused. */
static bool next_packet(const uint8_t *data, uint32_t size, uint32_t at, uint32_t *body,
                        uint32_t *end) {
  if (size - at < 4 || data[at] >> 6 != 2) return false;
  uint32_t next = at + 4 + 4 * ((uint32_t)data[at + 2] << 8 | data[at + 3]);
  int kind = data[at + 1];
  if (next > size || (at == 0 && kind != SENDER_REPORT && kind != RECEIVER_REPORT)) return false;
  *end = next;
  *body = next - at - 4;
  if (data[at] & 0x20) {
    uint32_t padding = data[next - 1];
    if (next != size || *body == 0 || padding % 4 || padding == 0 || padding > *body) return false;
    *body -= padding;
  }
  return packet_fits(kind, data + at + 4, *body, data[at] & 31);
}

static void round_trip(rf_leg *leg, const uint8_t *block, int64_t now) {
  uint32_t last = get32(block + 16), delay = get32(block + 20);
  if (last == 0) return;
  uint32_t units = (uint32_t)(ntp_time(now) >> 16) - last - delay;
  uint64_t ms = (uint64_t)units * 1000 >> 16;
  if (ms < ROUND_TRIP_MOST) leg->stats.rtt_ms = (int64_t)ms;
}

static void read_block(rf_core *core, rf_leg *leg, const uint8_t *block) {
  if (get32(block) != leg->ssrc) return;
  uint32_t lost = get32(block + 4);
  leg->stats.remote_lost = (int64_t)(lost & 0x7FFFFF) - (lost & 0x800000);
  leg->stats.remote_jitter_ms = get32(block + 12) / 8;
  round_trip(leg, block, core->now);
}

bool report_received(rf_core *core, rf_leg *leg, const uint8_t *data, uint32_t size) {
  uint32_t body, end;
  if (size == 0 || size > PACKET_MAX) return false;
  for (uint32_t at = 0; at < size; at = end)
    if (!next_packet(data, size, at, &body, &end)) return false;
  for (uint32_t at = 0; at < size; at = end) {
    next_packet(data, size, at, &body, &end);
    int kind = data[at + 1];
    const uint8_t *blocks = data + at + (kind == SENDER_REPORT ? 28 : 8);
    if (kind != SENDER_REPORT && kind != RECEIVER_REPORT) continue;
    if (kind == SENDER_REPORT && leg->source.heard && get32(data + at + 4) == leg->source.ssrc) {
      leg->source.report = get32(data + at + 10);
      leg->source.report_at = core->now;
    }
    for (uint32_t k = data[at] & 31; k; k--, blocks += BLOCK_SIZE) read_block(core, leg, blocks);
  }
  return true;
}
