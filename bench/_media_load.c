/* The far ends of n calls: one UDP socket each, 50 packets a second, paced like telephones.
 *
 *     _media_load COUNT SECONDS [floor]
 *
 * Prints its ports in one line, reads the ports to send to from one line of standard input, then
 * talks and listens until the time is over, and prints what it sent and received.
 *
 * With `floor` it is the least any relay can do instead: sends back each packet it gets, on a 5 ms
 * clock, and prints the CPU time it took. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 8192, PACKET = 172, TICK_NS = 5000000 };
static int fds[MOST];
static struct sockaddr_in to[MOST];

static int64_t now_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void sleep_until(int64_t due) {
  struct timespec t = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0) {
  }
}

static void header(uint8_t *p, uint16_t sequence, uint32_t timestamp, uint32_t ssrc) {
  p[0] = 0x80;
  p[1] = 0;
  p[2] = (uint8_t)(sequence >> 8);
  p[3] = (uint8_t)sequence;
  timestamp = htonl(timestamp);
  ssrc = htonl(ssrc);
  memcpy(p + 4, &timestamp, 4);
  memcpy(p + 8, &ssrc, 4);
}

static void talk(int count, int64_t ticks) {
  uint8_t packet[PACKET], in[2048];
  uint16_t sequence = 1;
  long sent = 0, received = 0;
  /* Something like a voice: a triangle of about 200 Hz in u-law. */
  for (int k = 12; k < PACKET; k++) packet[k] = (uint8_t)(0x80 | (20 + abs(k % 40 - 20) * 3));
  int64_t due = now_ns(CLOCK_MONOTONIC);
  for (int64_t tick = 0; tick < ticks; tick++) {
    due += TICK_NS;
    sleep_until(due);
    for (int k = (int)(tick & 3); k < count; k += 4) {
      header(packet, sequence, sequence * 160u, 0x1000u + (uint32_t)k);
      sent += send(fds[k], packet, PACKET, 0) == PACKET;
      while (recv(fds[k], in, sizeof in, MSG_DONTWAIT) > 0) received++;
    }
    if ((tick & 3) == 3) sequence++;
  }
  printf("{\"sent\": %ld, \"received\": %ld}\n", sent, received);
}

static void echo(int count, int64_t ticks) {
  static struct epoll_event ready[MOST];
  uint8_t in[2048];
  int epoll = epoll_create1(0);
  long moved = 0;
  for (int k = 0; k < count; k++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)k};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fds[k], &event);
  }
  int64_t due = now_ns(CLOCK_MONOTONIC), cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
  for (int64_t tick = 0; tick < ticks; tick++) {
    due += TICK_NS;
    sleep_until(due);
    int found = epoll_wait(epoll, ready, MOST, 0);
    for (int k = 0; k < found; k++) {
      int fd = fds[ready[k].data.u32];
      ssize_t size = recv(fd, in, sizeof in, MSG_DONTWAIT);
      if (size > 0) moved += send(fd, in, (size_t)size, 0) > 0;
    }
  }
  cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  printf("{\"moved\": %ld, \"cpu_us\": %ld}\n", moved, (long)(cpu / 1000));
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int count = atoi(argv[1]), floor = argc > 3;
  int64_t ticks = (int64_t)(atof(argv[2]) * 200);
  if (count < 1 || count > MOST) return 2;
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  for (int k = 0; k < count; k++) {
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof own;
    fds[k] = socket(AF_INET, SOCK_DGRAM, 0);
    if (fds[k] < 0 || bind(fds[k], (struct sockaddr *)&own, sizeof own) != 0) return 1;
    getsockname(fds[k], (struct sockaddr *)&own, &size);
    printf("%d ", ntohs(own.sin_port));
  }
  printf("\n");
  fflush(stdout);
  for (int k = 0; k < count; k++) {
    int port;
    if (scanf("%d", &port) != 1) return 1;
    to[k] = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fds[k], (struct sockaddr *)&to[k], sizeof to[k]) != 0) return 1;
  }
  (floor ? echo : talk)(count, ticks);
  return 0;
}
