/* The engine: the core with sockets, a 5 ms clock and a thread of its own.
 *
 * One round of the thread, every 5 ms by the monotonic clock:
 *
 *     sleep until the tick -> frames of one phase (send) -> commands from the ring
 *                          -> datagrams that have arrived -> wake the reader if there are events
 *                             that somebody waits for, or some that have waited for a while
 *
 * Frames come first, so that what is sent leaves on time whatever the rest costs. Commands come
 * before the sockets, so that a packet sent after its leg was connected finds it so. Nothing here
 * waits: sockets do not block, rings are single-producer single-consumer, chunks travel on stacks
 * that only one side pops. While no leg is open there is no clock: the thread sleeps until the bell
 * rings for a command.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

enum {
  COMMANDS = 1024, /* powers of two */
  EVENTS = 4096,
  COMMANDS_PER_TICK = 256,
  FEW_LEGS = 512,
  CATCH_UP = 40,    /* ticks made up for after a stall; older ones are skipped */
  STACK = 512 * 1024,
  BINS = 64,
  BIN_NS = 50000,
};
static const int64_t TICK_NS = 5000000, PATIENCE_NS = PATIENCE_MS * 1000000ll;

typedef struct overflow {
  struct overflow *next;
  rf_event event;
} overflow;

struct rf_engine {
  rf_core core;
  wire wire;
  pthread_t thread;
  atomic_bool stop, dozing;
  int wake, bell;
  uint32_t wish; /* RF_WIRE_* */
  int64_t anchor_ns; /* wall clock minus monotonic clock, at start */
  int64_t due;       /* of the tick whose frames are being sent; 0: none are */

  rf_command commands[COMMANDS];
  _Atomic uint32_t command_head, command_tail; /* head: next to take; tail: next to fill */
  rf_event events[EVENTS];
  _Atomic uint32_t event_head, event_tail;
  overflow *late_first, *late_last; /* events waiting for room, audio thread only */
  bool events_new, unawaited; /* there are some that cannot wait; what comes now can */
  int64_t patient_since;    /* of the oldest event that can, and has no other before it; 0: none */

  _Atomic(rf_chunk *) full, empty;
  rf_chunk *taken; /* oldest first, controlling thread only */
  uint32_t chunks, chunks_wanted;

  _Atomic int64_t ticks, late_ticks, skipped_ticks, datagrams_in, datagrams_out, send_errors, way;
  _Atomic int64_t lateness[BINS];
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

/* --- outlets of the core --------------------------------------------------------------------- */

static void on_send(rf_core *core, rf_leg *leg, bool rtcp, const rf_addr *to, const uint8_t *data,
                    uint32_t size) {
  wire *w = &((rf_engine *)core->context)->wire;
  w->way->send(w, leg, rtcp, to, data, size);
}

static void on_left(wire *w, uint32_t sent) {
  rf_engine *engine = w->context;
  count(&engine->datagrams_out, sent);
  if (!engine->due) return;
  int64_t bin = (monotonic_ns() - engine->due) / BIN_NS;
  count(&engine->lateness[bin < 0 ? 0 : bin < BINS ? bin : BINS - 1], sent);
}

static bool push_event(rf_engine *engine, const rf_event *event) {
  uint32_t tail = atomic_load_explicit(&engine->event_tail, memory_order_relaxed);
  uint32_t head = atomic_load_explicit(&engine->event_head, memory_order_acquire);
  if (tail - head == EVENTS) return false;
  engine->events[tail % EVENTS] = *event;
  atomic_store_explicit(&engine->event_tail, tail + 1, memory_order_release);
  if (!engine->unawaited || event->kind == RF_RECORD_ENDED)
    engine->events_new = true;
  else if (!engine->patient_since)
    engine->patient_since = monotonic_ns();
  return true;
}

static void on_event(rf_core *core, const rf_event *event) {
  rf_engine *engine = core->context;
  /* Whoever hears that a leg is closed closes its sockets; its last words go first. */
  if (event->kind == RF_CLOSED) engine->wire.way->flush(&engine->wire);
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

static void on_locked(rf_core *core, rf_leg *leg) {
  wire_join(&((rf_engine *)core->context)->wire, leg);
}

static void on_unlocked(rf_core *core, rf_leg *leg) {
  wire_part(&((rf_engine *)core->context)->wire, leg);
}

static const outlets OUTLETS = {on_send, on_event, on_chunk, on_empty, on_locked, on_unlocked};

/* --- the thread ------------------------------------------------------------------------------ */

/* That a leg is gone, and with it what it was playing, is news for the books alone. What waited
 * behind a play that nobody waits for may be somebody else's. */
static bool is_awaited(const rf_command *command, const rf_leg *leg) {
  if (command->kind == RF_CLOSE) return false;
  bool one = leg && leg->play && !leg->play->next;
  return command->kind != RF_STOP_PLAY || !command->number || !one;
}

static void obey(rf_engine *engine) {
  uint32_t head = atomic_load_explicit(&engine->command_head, memory_order_relaxed);
  uint32_t tail = atomic_load_explicit(&engine->command_tail, memory_order_acquire);
  for (int k = 0; k < COMMANDS_PER_TICK && head != tail; k++, head++) {
    const rf_command *command = &engine->commands[head % COMMANDS];
    rf_leg *leg = core_leg(&engine->core, command->leg);
    if (command->kind == RF_CLOSE && leg) engine->wire.way->forget(&engine->wire, leg);
    engine->unawaited = !is_awaited(command, leg);
    rf_core_do(&engine->core, command, engine->core.now);
    engine->unawaited = false;
    if (command->kind == RF_OPEN) engine->wire.way->watch(&engine->wire, command->object);
  }
  atomic_store_explicit(&engine->command_head, head, memory_order_release);
}

static uint32_t open_legs(const rf_core *core) {
  uint32_t legs = 0;
  for (int k = 0; k < PHASES; k++) legs += core->population[k];
  return legs;
}

static void tell(rf_engine *engine) {
  while (engine->late_first && push_event(engine, &engine->late_first->event)) {
    overflow *sent = engine->late_first;
    engine->late_first = sent->next;
    free(sent);
  }
  if (engine->patient_since) {
    /* Without a leg there is no further round, so nothing can wait for one. */
    if (atomic_load_explicit(&engine->event_head, memory_order_acquire) == engine->event_tail)
      engine->patient_since = 0; /* taken together with others */
    else if (open_legs(&engine->core) == 0 ||
             monotonic_ns() - engine->patient_since >= PATIENCE_NS)
      engine->events_new = true;
  }
  if (!engine->events_new) return;
  engine->events_new = false;
  engine->patient_since = 0;
  uint64_t one = 1;
  if (write(engine->wake, &one, sizeof one) < 0) {
    /* The counter is full: the reader has been woken often enough. */
  }
}

/* Late audio is lost audio. Without the right to go first, ask for short turns instead: a thread
 * that needs little gets it sooner (EEVDF, Linux 6.12). */
static void hurry(void) {
  struct sched_param priority = {.sched_priority = sched_get_priority_min(SCHED_RR)};
  if (pthread_setschedparam(pthread_self(), SCHED_RR, &priority) == 0) return;
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } turn = {.size = 48, .runtime = 100000};
  setpriority(PRIO_PROCESS, 0, -11);
  turn.nice = getpriority(PRIO_PROCESS, 0);
  syscall(SYS_sched_setattr, 0, &turn, 0u);
}

static void begin_wire(rf_engine *engine) {
  wire *w = &engine->wire;
  *w = (wire){.way = &WIRE_URING, .core = &engine->core, .left = on_left, .context = engine};
  if (engine->wish == RF_WIRE_EPOLL || !w->way->begin(w)) {
    w->way = &WIRE_EPOLL;
    if (!w->way->begin(w)) abort(); /* no descriptor or no memory left at the very start */
  }
  atomic_store(&engine->way, w->way == &WIRE_URING ? RF_WIRE_URING : RF_WIRE_EPOLL);
}

/* Sleep until there is a command, if there is nothing else. */
static void doze(rf_engine *engine) {
  uint64_t rung;
  if (engine->late_first) return;
  atomic_store(&engine->dozing, true);
  if (atomic_load(&engine->command_tail) == atomic_load(&engine->command_head) &&
      !atomic_load(&engine->stop) && read(engine->bell, &rung, sizeof rung) < 0) {
    /* A signal: the round that follows does no harm. */
  }
  atomic_store(&engine->dozing, false);
}

/* Sleep until the next round, which runs `ticks`; the time it was due. */
static int64_t next_round(rf_engine *engine, int64_t before, int64_t ticks) {
  int64_t due = before + ticks * TICK_NS;
  struct timespec at = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
  }
  int64_t behind = (monotonic_ns() - due) / TICK_NS;
  if (behind) count(&engine->late_ticks, 1);
  if (behind > CATCH_UP) {
    due += behind * TICK_NS;
    count(&engine->skipped_ticks, behind);
  }
  count(&engine->ticks, ticks);
  return due;
}

static int64_t wall_ms(const rf_engine *engine) {
  return (monotonic_ns() + engine->anchor_ns) / 1000000;
}

static void *run(void *argument) {
  rf_engine *engine = argument;
  wire *w = &engine->wire;
  hurry();
  prctl(PR_SET_TIMERSLACK, 1000);
  prctl(PR_SET_NAME, "audio");
  begin_wire(engine);
  int64_t due = monotonic_ns();
  while (!atomic_load_explicit(&engine->stop, memory_order_relaxed)) {
    uint32_t legs = open_legs(&engine->core);
    if (legs == 0) {
      doze(engine);
      due = monotonic_ns();
      engine->core.now = wall_ms(engine);
    } else {
      int ticks = legs <= FEW_LEGS ? 2 : 1;
      engine->due = due = next_round(engine, due, ticks);
      for (int64_t now = wall_ms(engine); ticks; ticks--) rf_core_tick(&engine->core, now);
      w->way->flush(w);
      engine->due = 0;
    }
    obey(engine);
    w->way->drain(w);
    tell(engine);
    atomic_store_explicit(&engine->datagrams_in, w->in, memory_order_relaxed);
    atomic_store_explicit(&engine->send_errors, w->errors, memory_order_relaxed);
  }
  w->way->end(w);
  return NULL;
}

/* --- the controlling thread ------------------------------------------------------------------ */

RF_EXPORT rf_engine *rf_engine_new(int wake, uint32_t wish) {
  rf_engine *engine = calloc(1, sizeof *engine);
  if (!engine) return NULL;
  core_init(&engine->core, &OUTLETS, engine);
  engine->wake = wake;
  engine->wish = wish;
  engine->bell = eventfd(0, EFD_CLOEXEC);
  struct timespec wall;
  clock_gettime(CLOCK_REALTIME, &wall);
  engine->anchor_ns = (int64_t)wall.tv_sec * 1000000000 + wall.tv_nsec - monotonic_ns();
  engine->core.now = wall_ms(engine);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); /* the interpreter's thread takes the signals */
  int failed = engine->bell < 0 ? errno : pthread_create(&engine->thread, &attributes, run, engine);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (!failed) return engine;
  if (engine->bell >= 0) close(engine->bell);
  free(engine);
  errno = failed;
  return NULL;
}

RF_EXPORT int rf_engine_bind(rf_engine *engine, rf_leg *leg, const rf_addr *at, uint32_t buffer) {
  (void)engine;
  return wire_bind(leg, at, (int)buffer);
}

static void ring(rf_engine *engine) {
  uint64_t one = 1;
  if (write(engine->bell, &one, sizeof one) < 0) {
    /* The counter is full: it has been rung often enough. */
  }
}

RF_EXPORT uint32_t rf_engine_do(rf_engine *engine, const rf_command *commands, uint32_t count) {
  uint32_t tail = atomic_load_explicit(&engine->command_tail, memory_order_relaxed);
  uint32_t head = atomic_load_explicit(&engine->command_head, memory_order_acquire), taken = 0;
  while (taken < count && tail - head < COMMANDS)
    engine->commands[tail++ % COMMANDS] = commands[taken++];
  atomic_store(&engine->command_tail, tail); /* before the look at `dozing`, in one order */
  if (taken && atomic_load(&engine->dozing)) ring(engine);
  return taken;
}

RF_EXPORT uint32_t rf_engine_take_events(rf_engine *engine, rf_event *out, uint32_t room) {
  uint32_t head = atomic_load_explicit(&engine->event_head, memory_order_relaxed);
  uint32_t tail = atomic_load_explicit(&engine->event_tail, memory_order_acquire), taken = 0;
  while (taken < room && head != tail) out[taken++] = engine->events[head++ % EVENTS];
  atomic_store_explicit(&engine->event_head, head, memory_order_release);
  return taken;
}

RF_EXPORT uint32_t rf_engine_take_chunks(rf_engine *engine, rf_piece *out, uint32_t room) {
  if (!engine->taken) {
    rf_chunk *newest = atomic_exchange_explicit(&engine->full, NULL, memory_order_acquire);
    while (newest) { /* turned round: oldest first */
      rf_chunk *older = newest->next;
      newest->next = engine->taken;
      engine->taken = newest;
      newest = older;
    }
  }
  uint32_t taken = 0;
  for (rf_chunk *chunk; taken < room && (chunk = engine->taken); taken++) {
    engine->taken = chunk->next;
    out[taken] = (rf_piece){chunk, chunk->recording, chunk->data, chunk->channel, chunk->size,
                            chunk->zeros, 0};
  }
  return taken;
}

RF_EXPORT void rf_engine_return_chunks(rf_engine *engine, const rf_piece *pieces, uint32_t count) {
  for (uint32_t k = 0; k < count; k++) {
    if (engine->chunks <= engine->chunks_wanted) {
      push_chunk(&engine->empty, pieces[k].chunk);
      continue;
    }
    engine->chunks--;
    chunk_done(pieces[k].chunk);
  }
}

RF_EXPORT int rf_engine_provide_chunks(rf_engine *engine, uint32_t wanted) {
  engine->chunks_wanted = wanted;
  for (; engine->chunks < wanted; engine->chunks++) {
    rf_chunk *chunk = chunk_room();
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
  out->way = engine->way;
  for (int k = 0; k < BINS; k++) out->lateness[k] = engine->lateness[k];
}

static void free_chunks(rf_chunk *chunk) {
  while (chunk) {
    rf_chunk *next = chunk->next;
    chunk_done(chunk);
    chunk = next;
  }
}

RF_EXPORT void rf_engine_free(rf_engine *engine) {
  if (!engine) return;
  atomic_store(&engine->stop, true);
  ring(engine);
  pthread_join(engine->thread, NULL);
  close(engine->bell);
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
