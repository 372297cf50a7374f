/* The engine: the core with sockets, a 5 ms clock and a thread of its own.
 *
 * One round of the thread, every 5 ms by the monotonic clock:
 *
 *     sleep until the tick -> frames of one phase (send) -> commands from the ring
 *                          -> drain all ready sockets    -> wake the reader if there are events
 *
 * Frames come first, so that what is sent leaves on time whatever the rest costs. Commands come
 * before the sockets, so that a packet sent after its leg was connected finds it so. Nothing here
 * waits: sockets do not block, rings are single-producer single-consumer, chunks travel on stacks
 * that only one side pops.
 */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core.h"

enum {
  COMMANDS = 1024, /* powers of two */
  EVENTS = 4096,
  COMMANDS_PER_TICK = 256,
  READY = 512,
  ROUNDS = 8,       /* of draining per tick: a flood does not hold up the frames */
  CATCH_UP = 40,    /* ticks made up for after a stall; older ones are skipped */
  STACK = 512 * 1024,
  EXPEDITED = 0xB8, /* DSCP EF, RFC 4594 4.1 */
  BINS = 64,
  BIN_NS = 50000,
};
static const int64_t TICK_NS = 5000000;

typedef struct overflow {
  struct overflow *next;
  rf_event event;
} overflow;

struct rf_engine {
  rf_core core;
  pthread_t thread;
  atomic_bool stop;
  int epoll, wake;
  int64_t anchor_ns; /* wall clock minus monotonic clock, at start */

  rf_command commands[COMMANDS];
  _Atomic uint32_t command_head, command_tail; /* head: next to take; tail: next to fill */
  rf_event events[EVENTS];
  _Atomic uint32_t event_head, event_tail;
  overflow *late_first, *late_last; /* events waiting for room, audio thread only */
  bool events_new;

  _Atomic(rf_chunk *) full, empty;
  rf_chunk *taken; /* oldest first, controlling thread only */
  uint32_t chunks, chunks_wanted;

  _Atomic int64_t ticks, late_ticks, skipped_ticks, datagrams_in, datagrams_out, send_errors;
  _Atomic int64_t lateness[BINS];
  uint32_t sent_this_tick;
  struct epoll_event ready[READY];
};

static inline void count(_Atomic int64_t *counter, int64_t more) {
  /* Only the audio thread writes, so a plain add split in two is enough. */
  atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more,
                        memory_order_relaxed);
}

static int64_t monotonic_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* --- addresses and sockets ------------------------------------------------------------------- */

static const uint8_t MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static bool is_v4(const rf_addr *a) { return memcmp(a->ip, MAPPED, sizeof MAPPED) == 0; }

static socklen_t to_sockaddr(const rf_addr *a, struct sockaddr_storage *out) {
  memset(out, 0, sizeof *out);
  if (is_v4(a)) {
    struct sockaddr_in *in = (struct sockaddr_in *)out;
    in->sin_family = AF_INET;
    in->sin_port = htons(a->port);
    memcpy(&in->sin_addr, a->ip + 12, 4);
    return sizeof *in;
  }
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(a->port);
  memcpy(&in6->sin6_addr, a->ip, 16);
  return sizeof *in6;
}

static void from_sockaddr(const struct sockaddr_storage *in, rf_addr *out) {
  if (in->ss_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)in;
    memcpy(out->ip, MAPPED, sizeof MAPPED);
    memcpy(out->ip + 12, &v4->sin_addr, 4);
    out->port = ntohs(v4->sin_port);
  } else {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)in;
    memcpy(out->ip, &v6->sin6_addr, 16);
    out->port = ntohs(v6->sin6_port);
  }
}

static int bind_one(const rf_addr *at, int buffer) {
  struct sockaddr_storage address;
  socklen_t size = to_sockaddr(at, &address);
  int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), dscp = EXPEDITED;
  if (fd < 0) return -1;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  /* Only a wish: networks that ignore it and kernels that refuse it are fine. */
  if (address.ss_family == AF_INET)
    setsockopt(fd, IPPROTO_IP, IP_TOS, &dscp, sizeof dscp);
  else
    setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &dscp, sizeof dscp);
  if (bind(fd, (struct sockaddr *)&address, size) == 0) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

RF_EXPORT int rf_engine_bind(rf_engine *engine, rf_leg *leg, const rf_addr *at, uint32_t buffer) {
  (void)engine;
  rf_addr next = *at;
  leg->fd[0] = bind_one(at, (int)buffer);
  if (leg->fd[0] < 0) return errno;
  next.port++;
  leg->fd[1] = bind_one(&next, (int)buffer);
  if (leg->fd[1] >= 0) return 0;
  int error = errno;
  rf_leg_unbind(leg);
  return error;
}

RF_EXPORT void rf_leg_unbind(rf_leg *leg) {
  for (int k = 0; k < 2; k++) {
    if (leg->fd[k] >= 0) close(leg->fd[k]);
    leg->fd[k] = -1;
  }
}

static void watch(rf_engine *engine, rf_leg *leg, int how) {
  for (uint32_t k = 0; k < 2; k++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)leg->handle << 1 | k};
    if (leg->fd[k] >= 0) epoll_ctl(engine->epoll, how, leg->fd[k], &event);
  }
}

/* --- outlets of the core --------------------------------------------------------------------- */

static void on_send(rf_core *core, rf_leg *leg, bool rtcp, const rf_addr *to, const uint8_t *data,
                    uint32_t size) {
  rf_engine *engine = core->context;
  ssize_t sent;
  if (leg->joined && !rtcp) {
    sent = send(leg->fd[0], data, size, MSG_NOSIGNAL);
  } else {
    struct sockaddr_storage address;
    socklen_t length = to_sockaddr(to, &address);
    sent = sendto(leg->fd[rtcp], data, size, MSG_NOSIGNAL, (struct sockaddr *)&address, length);
  }
  engine->sent_this_tick++;
  if (sent < 0) count(&engine->send_errors, 1);
}

static bool push_event(rf_engine *engine, const rf_event *event) {
  uint32_t tail = atomic_load_explicit(&engine->event_tail, memory_order_relaxed);
  uint32_t head = atomic_load_explicit(&engine->event_head, memory_order_acquire);
  if (tail - head == EVENTS) return false;
  engine->events[tail % EVENTS] = *event;
  atomic_store_explicit(&engine->event_tail, tail + 1, memory_order_release);
  engine->events_new = true;
  return true;
}

static void on_event(rf_core *core, const rf_event *event) {
  rf_engine *engine = core->context;
  if (!engine->late_first && push_event(engine, event)) return;
  /* The reader is far behind. A caller can make digits without end, so those are let go; every
   * other event answers a command of ours, so their number is bounded. */
  if (event->kind == RF_DIGIT) return;
  overflow *late = malloc(sizeof *late);
  if (!late) return;
  late->next = NULL;
  late->event = *event;
  if (engine->late_first)
    engine->late_last->next = late;
  else
    engine->late_first = late;
  engine->late_last = late;
}

static void push_chunk(_Atomic(rf_chunk *) *stack, rf_chunk *chunk) {
  chunk->next = atomic_load_explicit(stack, memory_order_relaxed);
  while (!atomic_compare_exchange_weak_explicit(stack, &chunk->next, chunk, memory_order_release,
                                                memory_order_relaxed)) {
  }
}

static void on_chunk(rf_core *core, rf_chunk *chunk) {
  push_chunk(&((rf_engine *)core->context)->full, chunk);
}

/* Only the audio thread pops, so the chunk on top cannot leave and come back meanwhile. */
static rf_chunk *on_empty(rf_core *core) {
  _Atomic(rf_chunk *) *stack = &((rf_engine *)core->context)->empty;
  rf_chunk *top = atomic_load_explicit(stack, memory_order_acquire);
  while (top && !atomic_compare_exchange_weak_explicit(stack, &top, top->next, memory_order_acquire,
                                                       memory_order_acquire)) {
  }
  return top;
}

/* Where the audio comes from is settled: a connected socket is cheaper to send on, and the kernel
 * turns strangers away. */
static void on_locked(rf_core *core, rf_leg *leg) {
  struct sockaddr_storage address;
  socklen_t size = to_sockaddr(&leg->aim, &address);
  (void)core;
  leg->joined = leg->fd[0] >= 0 && connect(leg->fd[0], (struct sockaddr *)&address, size) == 0;
}

static void on_unlocked(rf_core *core, rf_leg *leg) {
  struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
  (void)core;
  if (leg->joined) connect(leg->fd[0], &nowhere, sizeof nowhere);
  leg->joined = false;
}

static const outlets OUTLETS = {on_send, on_event, on_chunk, on_empty, on_locked, on_unlocked};

/* --- the thread ------------------------------------------------------------------------------ */

/* One datagram of a socket; level triggering brings us back for the next one. */
static bool read_one(rf_engine *engine, uint64_t tag) {
  uint8_t data[RF_DATAGRAM_MAX + 1];
  uint32_t handle = (uint32_t)(tag >> 1);
  bool rtcp = tag & 1;
  rf_leg *leg = core_leg(&engine->core, handle);
  rf_addr from;
  ssize_t size;
  if (!leg) return false;
  if (leg->joined && !rtcp) {
    size = recv(leg->fd[0], data, sizeof data, 0);
    from = leg->aim;
  } else {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    size = recvfrom(leg->fd[rtcp], data, sizeof data, 0, (struct sockaddr *)&address, &length);
    if (size >= 0) from_sockaddr(&address, &from);
  }
  if (size < 0) return errno != EAGAIN; /* an ICMP error is taken off the socket by reading it */
  count(&engine->datagrams_in, 1);
  receive(&engine->core, leg, rtcp, &from, data, (uint32_t)size);
  return true;
}

static rf_leg *ready_leg(rf_engine *engine, int k) {
  return core_leg(&engine->core, (uint32_t)(engine->ready[k].data.u64 >> 1));
}

static void drain(rf_engine *engine) {
  for (int round = 0; round < ROUNDS; round++) {
    int found = epoll_wait(engine->epoll, engine->ready, READY, 0), read = 0;
    for (int k = 0; k < found; k++) {
      if (k + 1 < found) warm_leg(ready_leg(engine, k + 1));
      read += read_one(engine, engine->ready[k].data.u64);
    }
    if (read == 0) return;
  }
}

static void obey(rf_engine *engine) {
  uint32_t head = atomic_load_explicit(&engine->command_head, memory_order_relaxed);
  uint32_t tail = atomic_load_explicit(&engine->command_tail, memory_order_acquire);
  for (int k = 0; k < COMMANDS_PER_TICK && head != tail; k++, head++) {
    const rf_command *command = &engine->commands[head % COMMANDS];
    if (command->kind == RF_OPEN) watch(engine, command->object, EPOLL_CTL_ADD);
    if (command->kind == RF_CLOSE) {
      rf_leg *leg = core_leg(&engine->core, command->leg);
      if (leg) watch(engine, leg, EPOLL_CTL_DEL);
    }
    rf_core_do(&engine->core, command, engine->core.now);
  }
  atomic_store_explicit(&engine->command_head, head, memory_order_release);
}

static void tell(rf_engine *engine) {
  while (engine->late_first && push_event(engine, &engine->late_first->event)) {
    overflow *sent = engine->late_first;
    engine->late_first = sent->next;
    free(sent);
  }
  if (!engine->events_new) return;
  engine->events_new = false;
  uint64_t one = 1;
  if (write(engine->wake, &one, sizeof one) < 0) {
    /* The counter is full: the reader has been woken often enough. */
  }
}

static void time_frames(rf_engine *engine, int64_t due) {
  int64_t bin = (monotonic_ns() - due) / BIN_NS;
  count(&engine->lateness[bin < 0 ? 0 : bin < BINS ? bin : BINS - 1], engine->sent_this_tick);
}

static void *run(void *argument) {
  rf_engine *engine = argument;
  struct sched_param priority = {.sched_priority = sched_get_priority_min(SCHED_RR)};
  /* Late audio is lost audio. Without the right to either, carry on as everybody else. */
  if (pthread_setschedparam(pthread_self(), SCHED_RR, &priority) != 0) setpriority(PRIO_PROCESS, 0, -11);
  prctl(PR_SET_TIMERSLACK, 1000);
  prctl(PR_SET_NAME, "audio");
  int64_t due = monotonic_ns();
  while (!atomic_load_explicit(&engine->stop, memory_order_relaxed)) {
    due += TICK_NS;
    struct timespec at = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
    }
    int64_t now = monotonic_ns(), behind = (now - due) / TICK_NS;
    if (behind) count(&engine->late_ticks, 1);
    if (behind > CATCH_UP) {
      due += behind * TICK_NS;
      count(&engine->skipped_ticks, behind);
    }
    count(&engine->ticks, 1);
    engine->sent_this_tick = 0;
    rf_core_tick(&engine->core, (now + engine->anchor_ns) / 1000000);
    if (engine->sent_this_tick) time_frames(engine, due);
    obey(engine);
    drain(engine);
    tell(engine);
    count(&engine->datagrams_out, engine->sent_this_tick);
  }
  return NULL;
}

/* --- the controlling thread ------------------------------------------------------------------ */

RF_EXPORT rf_engine *rf_engine_new(int wake) {
  rf_engine *engine = calloc(1, sizeof *engine);
  if (!engine) return NULL;
  core_init(&engine->core, &OUTLETS, engine);
  engine->wake = wake;
  engine->epoll = epoll_create1(EPOLL_CLOEXEC);
  struct timespec wall;
  clock_gettime(CLOCK_REALTIME, &wall);
  engine->anchor_ns = (int64_t)wall.tv_sec * 1000000000 + wall.tv_nsec - monotonic_ns();
  engine->core.now = (engine->anchor_ns + monotonic_ns()) / 1000000;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); /* the interpreter's thread takes the signals */
  int failed = engine->epoll < 0 ? errno : pthread_create(&engine->thread, &attributes, run, engine);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (!failed) return engine;
  if (engine->epoll >= 0) close(engine->epoll);
  free(engine);
  errno = failed;
  return NULL;
}

RF_EXPORT int rf_engine_do(rf_engine *engine, const rf_command *command) {
  uint32_t tail = atomic_load_explicit(&engine->command_tail, memory_order_relaxed);
  uint32_t head = atomic_load_explicit(&engine->command_head, memory_order_acquire);
  if (tail - head == COMMANDS) return -1;
  engine->commands[tail % COMMANDS] = *command;
  atomic_store_explicit(&engine->command_tail, tail + 1, memory_order_release);
  return 0;
}

RF_EXPORT uint32_t rf_engine_take_events(rf_engine *engine, rf_event *out, uint32_t room) {
  uint32_t head = atomic_load_explicit(&engine->event_head, memory_order_relaxed);
  uint32_t tail = atomic_load_explicit(&engine->event_tail, memory_order_acquire), taken = 0;
  while (taken < room && head != tail) out[taken++] = engine->events[head++ % EVENTS];
  atomic_store_explicit(&engine->event_head, head, memory_order_release);
  return taken;
}

RF_EXPORT rf_chunk *rf_engine_take_chunk(rf_engine *engine) {
  if (!engine->taken) {
    rf_chunk *newest = atomic_exchange_explicit(&engine->full, NULL, memory_order_acquire);
    while (newest) { /* turned round: oldest first */
      rf_chunk *older = newest->next;
      newest->next = engine->taken;
      engine->taken = newest;
      newest = older;
    }
  }
  rf_chunk *chunk = engine->taken;
  if (chunk) engine->taken = chunk->next;
  return chunk;
}

RF_EXPORT void rf_engine_return_chunk(rf_engine *engine, rf_chunk *chunk) {
  if (engine->chunks > engine->chunks_wanted) {
    engine->chunks--;
    free(chunk);
    return;
  }
  push_chunk(&engine->empty, chunk);
}

RF_EXPORT int rf_engine_provide_chunks(rf_engine *engine, uint32_t wanted) {
  engine->chunks_wanted = wanted;
  for (; engine->chunks < wanted; engine->chunks++) {
    rf_chunk *chunk = malloc(sizeof *chunk);
    if (!chunk) return -1;
    push_chunk(&engine->empty, chunk);
  }
  return 0;
}

RF_EXPORT void rf_engine_clockwork(rf_engine *engine, rf_clockwork *out) {
  out->ticks = engine->ticks;
  out->late_ticks = engine->late_ticks;
  out->skipped_ticks = engine->skipped_ticks;
  out->datagrams_in = engine->datagrams_in;
  out->datagrams_out = engine->datagrams_out;
  out->send_errors = engine->send_errors;
  for (int k = 0; k < BINS; k++) out->lateness[k] = engine->lateness[k];
}

static void free_chunks(rf_chunk *chunk) {
  while (chunk) {
    rf_chunk *next = chunk->next;
    free(chunk);
    chunk = next;
  }
}

RF_EXPORT void rf_engine_free(rf_engine *engine) {
  if (!engine) return;
  atomic_store(&engine->stop, true);
  pthread_join(engine->thread, NULL);
  close(engine->epoll);
  free_chunks(engine->taken);
  free_chunks(engine->full);
  free_chunks(engine->empty);
  while (engine->late_first) {
    overflow *next = engine->late_first->next;
    free(engine->late_first);
    engine->late_first = next;
  }
  free(engine);
}
