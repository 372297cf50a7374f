/* The thread, the rings and the sockets of the engine, under a sanitizer and under load.
 *
 *     _stress SECONDS [WIRE]       (1: io_uring where there is, 2: epoll)
 *
 * The controlling thread opens, connects, bridges, records and closes legs as fast as it can while
 * another one throws good and bad datagrams at their ports. Invariant: no data race, no fault, no
 * leak, and every object handed over comes back. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core.h"

enum { LEGS = 24, BASE = 31000 };
static atomic_bool over;

static rf_addr local(uint32_t port) {
  return (rf_addr){{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1}, (uint16_t)port};
}

static void *throw_datagrams(void *unused) {
  (void)unused;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  uint8_t packet[400];
  uint32_t x = 1, sequence = 0;
  while (!atomic_load(&over)) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    x = x * 1664525u + 1013904223u;
    to.sin_port = htons((uint16_t)(BASE + (x >> 16) % (2 * LEGS)));
    for (size_t k = 0; k < sizeof packet; k++) packet[k] = (uint8_t)(x >> (k & 15));
    if (x & 0x700) rtp_header(packet, 0, 0, (uint16_t)sequence, sequence * 160, 7);
    sequence++;
    sendto(fd, packet, x & 1 ? 172 : x % 400, 0, (struct sockaddr *)&to, sizeof to);
    if (sequence % 16 == 0) usleep(500);
  }
  close(fd);
  return NULL;
}

typedef struct {
  rf_engine *engine;
  int open, plays, recordings, chunks;
  bool used[LEGS];
} world;

static void order(world *w, rf_command command) {
  while (rf_engine_do(w->engine, &command, 1) != 1) usleep(1000);
}

static void collect(world *w) {
  rf_event events[64];
  rf_piece pieces[16];
  uint32_t count;
  while ((count = rf_engine_take_chunks(w->engine, pieces, 16))) {
    w->chunks += (int)count;
    rf_engine_return_chunks(w->engine, pieces, count);
  }
  while ((count = rf_engine_take_events(w->engine, events, 64)))
    for (uint32_t k = 0; k < count; k++) {
      if (events[k].kind == RF_CLOSED) {
        w->used[events[k].leg] = false;
        rf_leg_free(events[k].object);
        w->open--;
      } else if (events[k].kind == RF_PLAY_ENDED) {
        rf_play_free(events[k].object);
        w->plays--;
      } else if (events[k].kind == RF_RECORD_ENDED) {
        order(w, (rf_command){.kind = RF_DROP, .object = events[k].object});
      } else if (events[k].kind == RF_DROPPED) {
        rf_recording_free(events[k].object);
        w->recordings--;
      }
    }
}

static void open_leg(world *w, uint32_t k, rf_clip *clip) {
  rf_leg *leg = rf_leg_new(k, k + 1, 0, 0, "0123456789abcdef");
  rf_addr at = local(BASE + 2 * k);
  if (rf_engine_bind(w->engine, leg, &at, 65536) != 0) {
    rf_leg_free(leg);
    return;
  }
  w->used[k] = true;
  w->open++;
  order(w, (rf_command){.kind = RF_OPEN, .object = leg});
  rf_command connect = {.kind = RF_CONNECT, .leg = k};
  connect.settings = (rf_settings){.peer = local(BASE + 2 * ((k + 1) % LEGS)),
                                   .codec = k % 3 == 2 ? RF_G722 : RF_PCMU,
                                   .payload_type = k % 3 == 2 ? 9 : 0,
                                   .dtmf_type = 101, .direction = 3, .ptime = 20,
                                   .latch_ms = 50, .timeout_ms = 100};
  order(w, connect);
  rf_clip_prepare(clip, 16000);
  order(w, (rf_command){.kind = RF_PLAY, .leg = k, .object = rf_play_new(&clip, 1, k % 2)});
  w->plays++;
  rf_recording *recording = rf_recording_new(8000, k % 4 ? 0 : 5, 0, k % 2, 0, 2);
  rf_recording_set(recording, 0, k, 0);
  rf_recording_set(recording, 1, k, 1);
  order(w, (rf_command){.kind = RF_RECORD, .object = recording});
  w->recordings++;
}

int main(int argc, char **argv) {
  static uint8_t pcm[16000];
  world w = {.engine = NULL};
  pthread_t thrower;
  time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 5);
  int wake = eventfd(0, EFD_NONBLOCK);
  w.engine = rf_engine_new(wake, argc > 2 ? (uint32_t)atoi(argv[2]) : RF_WIRE_URING);
  rf_clip *clip = rf_clip_new(8000, pcm, 8000);
  rf_engine_provide_chunks(w.engine, 2 * LEGS);
  pthread_create(&thrower, NULL, throw_datagrams, NULL);
  for (uint32_t x = 1; time(NULL) < end; x = x * 1664525u + 1013904223u) {
    uint32_t k = (x >> 16) % LEGS;
    if (!w.used[k])
      open_leg(&w, k, clip);
    else if (x & 0x30000000)
      order(&w, (rf_command){.kind = RF_BRIDGE, .leg = k, .other = (k + 1) % LEGS});
    else
      order(&w, (rf_command){.kind = RF_CLOSE, .leg = k});
    collect(&w);
    usleep(x >> 22);
  }
  for (uint32_t k = 0; k < LEGS; k++)
    if (w.used[k]) order(&w, (rf_command){.kind = RF_CLOSE, .leg = k});
  for (int k = 0; k < 400 && (w.open || w.plays || w.recordings); k++) {
    usleep(5000);
    collect(&w);
  }
  atomic_store(&over, true);
  pthread_join(thrower, NULL);
  printf("left: %d legs, %d plays, %d recordings; %d chunks\n", w.open, w.plays, w.recordings, w.chunks);
  rf_engine_free(w.engine);
  rf_clip_free(clip);
  close(wake);
  return w.open || w.plays || w.recordings || !w.chunks;
}
