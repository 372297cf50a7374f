/* A hostile network and a careless caller, against the native core built with sanitizers.
 *
 * An input is a string of bytes read as a program: open and connect legs, play, bridge, record,
 * let time pass, and above all let datagrams arrive, well formed, mangled and random. `run_input`
 * is what libFuzzer calls where clang is installed; `main` makes inputs of its own from a seed.
 *
 * Invariant: nothing out of bounds, undefined or leaked happens, and whatever is sent is a sound
 * packet of one of the open legs. */
#include <stdio.h>
#include <stdlib.h>

#include "core.h"

enum { LEGS = 9, CLIPS = 3, RECORDINGS = 3, MOST = 4096 };

typedef struct {
  const uint8_t *data;
  size_t size, at;
} tape;

static uint32_t byte_of(tape *t) { return t->at < t->size ? t->data[t->at++] : 0; }
static uint32_t word_of(tape *t) { return byte_of(t) << 8 | byte_of(t); }

typedef struct {
  rf_core *core;
  int64_t now;
  rf_leg *legs[LEGS];
  uint16_t sequence[LEGS];
  uint32_t timestamp[LEGS], phase[LEGS];
  rf_clip *clips[CLIPS];
  rf_room *room;
  rf_recording *recordings[RECORDINGS];
  uint32_t plays;
} world;

static void broken(const char *what) {
  fprintf(stderr, "broken invariant: %s\n", what);
  abort();
}

static void check_packet(const rf_datagram *d) {
  rtp_packet packet;
  if (d->leg >= LEGS) broken("a datagram of no leg");
  if (d->rtcp) {
    if (!is_rtcp(d->data, d->size) || d->size % 4) broken("an RTCP packet that is none");
  } else if (!rtp_parse(d->data, d->size, &packet) || packet.length == 0 ||
             packet.length > PAYLOAD_MAX) {
    broken("an RTP packet that is none");
  }
}

static void collect(world *w) {
  rf_datagram out;
  rf_event event;
  rf_chunk *chunk;
  while (rf_core_take_datagrams(w->core, &out, 1)) check_packet(&out);
  while ((chunk = rf_core_take_chunk(w->core))) {
    if (chunk->size > RF_CHUNK_BYTES) broken("a chunk that is too long");
    rf_core_return_chunk(w->core, chunk);
  }
  while (rf_core_take_events(w->core, &event, 1)) {
    if (event.kind == RF_PLAY_ENDED) {
      rf_play_free(event.object);
      w->plays--;
    } else if (event.kind == RF_CLOSED) {
      rf_stats stats;
      w->legs[event.leg] = NULL;
      rf_leg_end(event.object, &stats);
    } else if (event.kind == RF_RECORD_ENDED) {
      for (int k = 0; k < RECORDINGS; k++)
        if (w->recordings[k] == event.object) w->recordings[k] = NULL;
      rf_recording_free(event.object);
    }
  }
}

static void order(world *w, rf_command command) {
  rf_core_do(w->core, &command, w->now);
  collect(w);
}

/* The digit 5 in u-law: 770 and 1336 Hz, by a recursion that needs no mathematics library. */
static void tone(uint8_t *out, uint32_t size, uint32_t *phase) {
  for (uint32_t k = 0; k < size; k++, (*phase)++) {
    static const int16_t QUARTER[17] = {0,    784,  1561, 2322, 3061, 3771, 4445, 5078, 5657,
                                        6183, 6652, 7056, 7391, 7656, 7846, 7961, 8000};
    int32_t sum = 0;
    for (int f = 0; f < 2; f++) {
      uint32_t at = *phase * (f ? 1336u : 770u) * 64 / 8000 & 63, part = at & 15;
      int32_t value = QUARTER[at & 16 ? 16 - part : part];
      sum += at & 32 ? -value : value;
    }
    int16_t sample = (int16_t)sum;
    g711_encode(RF_PCMU, &sample, out + k, 1);
  }
}

static rf_addr address(uint32_t choice) {
  rf_addr a = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 10}, 4000};
  if (choice % 8 == 1) a.ip[15] = (uint8_t)choice;
  if (choice % 8 == 2) a.port = (uint16_t)(choice * 257);
  return a;
}

static void open_leg(world *w, uint32_t k, tape *t) {
  static const uint16_t PTIMES[] = {20, 10, 30, 40, 60};
  if (!w->legs[k]) {
    w->legs[k] = rf_leg_new(k, word_of(t), word_of(t), word_of(t) << 16, "0123456789abcdef");
    order(w, (rf_command){.kind = RF_OPEN, .object = w->legs[k]});
  }
  uint32_t codec = byte_of(t) % 3, odd = byte_of(t);
  static const uint8_t TYPES[] = {0, 8, 9};
  rf_command command = {.kind = RF_CONNECT, .leg = k};
  command.settings = (rf_settings){
      .peer = address(byte_of(t) & 3 ? 0 : odd),
      .codec = (uint8_t)codec,
      .payload_type = TYPES[codec],
      .dtmf_type = odd & 1 ? 101 : NO_TYPE,
      .direction = odd & 6 ? 3 : (uint8_t)(odd >> 3 & 3),
      .ptime = PTIMES[odd % 5],
      .latch_ms = odd & 64 ? 3000 : 0,
      .timeout_ms = odd & 128 ? 400 : 0,
  };
  order(w, command);
}

static void play(world *w, uint32_t k, tape *t) {
  rf_clip *clips[3];
  uint32_t count = 1 + byte_of(t) % 3;
  for (uint32_t n = 0; n < count; n++) {
    clips[n] = w->clips[byte_of(t) % CLIPS];
    rf_clip_prepare(clips[n], 8000);
    rf_clip_prepare(clips[n], 16000);
  }
  rf_play *play = rf_play_new(clips, count, byte_of(t) % 3);
  w->plays++;
  order(w, (rf_command){.kind = RF_PLAY, .leg = k, .number = byte_of(t) & 1, .object = play});
}

static void digits(world *w, uint32_t k, tape *t) {
  static const char KEYS[] = "0123456789*#ABCDw";
  rf_command command = {.kind = RF_DIGITS, .leg = k, .number = 40 + byte_of(t), .number2 = 80};
  if (w->legs[k]->set.dtmf_type == NO_TYPE) return;
  for (uint32_t n = byte_of(t) % 16; n; n--) command.text[n - 1] = KEYS[byte_of(t) % 17];
  order(w, command);
}

static void record(world *w, tape *t) {
  uint32_t slot = byte_of(t) % RECORDINGS, odd = byte_of(t), channels = 1 + odd % 3;
  if (w->recordings[slot]) {
    static const uint32_t KINDS[] = {RF_PAUSE, RF_RESUME, RF_STOP_RECORD, RF_REDACT};
    order(w, (rf_command){.kind = KINDS[odd % 4], .number = odd >> 2 & 1,
                          .object = w->recordings[slot]});
    return;
  }
  uint32_t wide = odd >> 2 & 1;
  w->recordings[slot] = rf_recording_new(wide ? 16000 : 8000, odd & 8 ? 20 : 0, odd & 16 ? 10 : 0,
                                         odd >> 5 & 1 | (odd & 128 ? RF_LIVE : 0), wide ? RF_S16 : odd >> 6 & 1, channels);
  for (uint32_t n = 0; n < channels; n++) {
    uint32_t leg = byte_of(t) % LEGS;
    if (!w->legs[leg]) open_leg(w, leg, t);
    rf_recording_set(w->recordings[slot], n, leg, byte_of(t) & 1);
  }
  order(w, (rf_command){.kind = RF_RECORD, .object = w->recordings[slot]});
}

static uint32_t put_words(uint8_t *out, const uint32_t *words, uint32_t count) {
  for (uint32_t n = 0; n < 4 * count; n++) out[n] = (uint8_t)(words[n / 4] >> (24 - n % 4 * 8));
  return 4 * count;
}

/* SR or RR with up to three blocks about `ssrc`, a description, a goodbye; maybe padding. */
static uint32_t report(uint8_t *out, uint32_t ssrc, tape *t) {
  uint32_t odd = byte_of(t), blocks = odd & 3, sender = odd >> 2 & 1, size = 0;
  uint32_t head[] = {(0x80C80000u | blocks << 24) + (sender ? 6 : 0x10001) + 6 * blocks, 7};
  uint32_t times[] = {word_of(t) << 16, 0, 1, 2, 3};
  size += put_words(out, head, 2);
  if (sender) size += put_words(out + size, times, 5);
  for (uint32_t n = 0; n < blocks; n++) {
    uint32_t block[] = {ssrc, word_of(t) << 16, 7, byte_of(t), word_of(t) << 16, word_of(t)};
    size += put_words(out + size, block, 6);
  }
  uint32_t words[] = {0x81CA0003, 7, 0x01056162, 0x63646500, 0x81CB0002, 7, 0x03627965};
  size += put_words(out + size, words, odd >> 3 & 1 ? 7 : 4);
  if (odd & 16) {
    out[size - (odd & 8 ? 12 : 16)] |= 0x20; /* the last packet says that it ends in padding */
    out[size - 1] = (uint8_t)(odd >> 5 << 2);
  }
  return size;
}

static void arrive(world *w, uint32_t k, tape *t) {
  uint8_t packet[MOST] = {0};
  uint32_t how = byte_of(t), size, from = byte_of(t);
  if (how % 8 == 7) { /* whatever is on the tape */
    size = word_of(t) % MOST;
    for (uint32_t n = 0; n < size && t->at < t->size; n++) packet[n] = (uint8_t)byte_of(t);
  } else if (how % 8 == 6) { /* a report, sound or not */
    size = report(packet, w->legs[k]->ssrc, t);
    for (uint32_t n = how >> 4 & 3; n; n--) packet[byte_of(t) % size] = (uint8_t)byte_of(t);
    if (how & 64) size = byte_of(t) % (size + 1);
  } else {
    static const uint8_t TYPES[] = {0, 8, 9, 101};
    uint8_t type = TYPES[how >> 3 & 3];
    size = 12 + (type == 101 ? 4 : byte_of(t) % 2 ? 160 : word_of(t) % 1400);
    rtp_header(packet, how & 32, type, w->sequence[k], w->timestamp[k], 7);
    uint32_t noise = byte_of(t);
    for (uint32_t n = 12; n < size; n++) packet[n] = (uint8_t)((noise = noise * 1664525u + 5) >> 13);
    if (type == 101) packet[12] = (uint8_t)(noise >> 8 & 1 ? 5 : noise % 18);
    if (type == 0 && from & 32) tone(packet + 12, size - 12, &w->phase[k]);
    w->sequence[k] = (uint16_t)(w->sequence[k] + (from % 16 == 5 ? word_of(t) : 1));
    if (type == 101)
      w->timestamp[k] += from & 64 ? 65535 : 0; /* the same event, mostly, or its next segment */
    else
      w->timestamp[k] += from % 16 == 9 ? word_of(t) << (from >> 4 & 15)
                         : from % 16 == 7 ? 160 - word_of(t) % 900 : size - 12;
    if (from % 16 == 3) packet[byte_of(t) % 20] = (uint8_t)byte_of(t);
  }
  rf_addr source = address(from);
  /* A copy of exactly that size, so that reading one byte too far is seen. */
  uint8_t *exact = malloc(size ? size : 1);
  memcpy(exact, packet, size);
  rf_core_receive(w->core, k, how % 16 == 6, &source, exact, size, w->now);
  free(exact);
  collect(w);
}

/* A stretch of an ordinary call: some packets at once, then one each 20 ms. */
static void talk(world *w, uint32_t k, tape *t) {
  uint8_t packet[12 + 160];
  uint32_t odd = byte_of(t), ahead = odd % 64 == 63 ? LEG_BURST + 5 : odd % 12;
  rf_addr source = address(0);
  for (uint32_t n = 0; n < 150 + ahead; n++) {
    rtp_header(packet, false, 0, w->sequence[k]++, w->timestamp[k], 7);
    tone(packet + 12, 160, &w->phase[k]);
    if (odd & 64 && n % 64 < 50) memset(packet + 12, 0xFF, 160);
    w->timestamp[k] += 160;
    rf_core_receive(w->core, k, 0, &source, packet, sizeof packet, w->now);
    for (int tick = 0; n >= ahead && tick < 4; tick++) rf_core_tick(w->core, w->now += 5);
    collect(w);
  }
}

static void step(world *w, tape *t) {
  uint32_t what = byte_of(t), k = byte_of(t), other = byte_of(t) % LEGS;
  k = k & 0xC0 ? k % 2 : k % LEGS; /* two legs see most of it, so that something comes together */
  if (what < 100) {
    for (uint32_t n = what == 98 ? 400 : 1 + what % 8; n; n--) {
      w->now += what == 99 ? word_of(t) : 5;
      rf_core_tick(w->core, w->now);
    }
    collect(w);
    return;
  }
  if (!w->legs[k]) {
    open_leg(w, k, t);
    return;
  }
  if (what == 100) {
    talk(w, k, t);
    return;
  }
  if (what < 220) {
    arrive(w, k, t);
    return;
  }
  rf_leg *leg = w->legs[k], *mate = w->legs[other];
  switch (what % 12) {
    case 0:
      open_leg(w, k, t);
      break;
    case 1:
      order(w, (rf_command){.kind = RF_CLOSE, .leg = k});
      break;
    case 2:
    case 3:
      play(w, k, t);
      break;
    case 4:
      order(w, (rf_command){.kind = RF_STOP_PLAY, .leg = k});
      break;
    case 5:
      order(w, (rf_command){.kind = RF_DETECT, .leg = k, .number = other & 1});
      break;
    case 6:
      digits(w, k, t);
      break;
    case 7:
      if (mate && !leg->peer && !mate->peer && !leg->room && !mate->room)
        order(w, (rf_command){.kind = RF_BRIDGE, .leg = k, .other = other});
      else if (leg->peer)
        order(w, (rf_command){.kind = RF_UNBRIDGE, .leg = k, .other = leg->peer->handle});
      break;
    case 8:
      if (leg->room)
        order(w, (rf_command){.kind = RF_LEAVE, .leg = k, .object = w->room});
      else if (!leg->peer)
        order(w, (rf_command){.kind = RF_JOIN, .leg = k, .object = w->room, .number = other & 1});
      break;
    case 10: {
      rf_stats stats;
      order(w, (rf_command){.kind = RF_READ, .leg = k, .object = &stats});
      order(w, (rf_command){.kind = RF_PING, .number = other});
      order(w, (rf_command){.kind = RF_STOP_PLAY, .leg = 77 + other}); /* no such leg */
      break;
    }
    case 9:
      order(w, (rf_command){.kind = RF_MUTE, .leg = k, .number = other & 1});
      break;
    default:
      record(w, t);
  }
}

static void run_input(const uint8_t *data, size_t size) {
  world w = {.now = 1700000000000};
  tape t = {data, size, 0};
  uint8_t pcm[2 * 1001];
  for (size_t k = 0; k < sizeof pcm; k++) pcm[k] = (uint8_t)(k * 31);
  w.core = rf_core_new();
  w.room = rf_room_new(byte_of(&t) & 1 ? 16000 : 8000);
  w.clips[0] = rf_clip_new(8000, pcm, 1001);
  w.clips[1] = rf_clip_new(16000, pcm, 501);
  w.clips[2] = rf_clip_new(8000, pcm, byte_of(&t) % 3);
  open_leg(&w, 0, &t);
  open_leg(&w, 1, &t);
  while (t.at < t.size) step(&w, &t);
  for (uint32_t k = 0; k < LEGS; k++)
    if (w.legs[k]) order(&w, (rf_command){.kind = RF_CLOSE, .leg = k});
  for (int k = 0; k < RECORDINGS; k++)
    if (w.recordings[k]) broken("a recording outlived its legs");
  if (w.plays) broken("a play was not given back");
  for (int k = 0; k < CLIPS; k++) rf_clip_free(w.clips[k]);
  rf_room_free(w.room);
  rf_core_free(w.core);
}

#ifdef WITH_LIBFUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  run_input(data, size);
  return 0;
}
#else

static uint64_t state;
static uint64_t draw(void) { /* splitmix64 */
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static unsigned long number, seed_of_run;
void __sanitizer_set_death_callback(void (*)(void)) __attribute__((weak));
static void say_where(void) {
  fprintf(stderr, "input %lu of seed %lu; repeat with: --seed %lu --first %lu --inputs 1\n", number,
          seed_of_run, seed_of_run, number);
}

int main(int argc, char **argv) {
  static uint8_t data[MOST];
  if (argc < 4) return 2;
  unsigned long inputs = strtoul(argv[1], NULL, 10), first = strtoul(argv[3], NULL, 10);
  seed_of_run = strtoul(argv[2], NULL, 10);
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(say_where);
  for (number = first; number < first + inputs; number++) {
    state = (uint64_t)seed_of_run << 32 ^ number;
    size_t size = 64 + draw() % (draw() % 4 ? 500 : MOST - 64);
    for (size_t k = 0; k < size; k++) data[k] = (uint8_t)draw();
    run_input(data, size);
  }
  printf("%lu inputs, no fault\n", inputs);
  return 0;
}
#endif
