/* Datagrams by io_uring(7): a receive stays under way on each socket, sends go out together.
 *
 *     arena  [ packet | address | header ][ ... ]   reused after each flush: a send is over when
 *                                                    the system call that submitted it returns
 *     pool   POOL buffers, lent to the kernel; what arrives is
 *            [ io_uring_recvmsg_out | name | control | datagram ]
 *
 * The kernel takes datagrams off the sockets only when asked to (DEFER_TASKRUN), so audio waits in
 * the sockets' own buffers and the pool serves one round. A receive ends by itself when the pool
 * runs dry or the socket reports an error; it is begun anew at the end of the round. */
#include "wire.h"

#if defined(__has_include)
#if __has_include(<linux/io_uring.h>)
#include <linux/io_uring.h>
#endif
#endif

#if defined(IORING_RECV_MULTISHOT) && defined(IORING_SETUP_DEFER_TASKRUN)

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  ENTRIES = 256, /* of the submission queue */
  COMPLETIONS = 4096,
  POOL = 512, /* a power of two */
  NAME = 32, /* a sockaddr_in6, and the control messages after it are aligned */
  BUFFER = (sizeof(struct io_uring_recvmsg_out) + NAME + WIRE_CONTROL + RF_DATAGRAM_MAX + 64) & ~63,
  BATCH = 24,        /* sends handed over at once: the first one should not wait for many */
  ARENA = 64 * 1024, /* bytes; a batch of ordinary packets takes a tenth */
  CANCEL_TRIES = 100,
};
/* What a completion is about, if not a receive: those carry handle << 1 | rtcp. */
static const uint64_t SENT = UINT64_MAX, CANCELLED = UINT64_MAX - 1;
static const uint64_t NO_ARGUMENT = 0;

typedef struct {
  int fd;
  uint32_t *sq_head, *sq_tail, *sq_flags, *cq_head, *cq_tail;
  uint32_t sq_mask, cq_mask;
  struct io_uring_sqe *sqes;
  struct io_uring_cqe *cqes;
  void *rings;
  size_t rings_size, sqes_size;
  uint32_t tail, submitted; /* of the submission queue: filled, given to the kernel */

  struct io_uring_buf_ring *lent;
  uint16_t lent_tail;
  uint8_t *pool;

  struct msghdr plain, with_control; /* what a receive asks for */
  uint32_t again[2 * LEGS_MAX], again_count; /* receives to be begun anew */
  uint32_t sends, arena_used;
  _Alignas(64) uint8_t arena[ARENA];
} state;

static uint32_t load(const uint32_t *at) { return __atomic_load_n(at, __ATOMIC_ACQUIRE); }
static void store(uint32_t *at, uint32_t value) { __atomic_store_n(at, value, __ATOMIC_RELEASE); }

static long enter(state *s, uint32_t submit, uint32_t flags) {
  return syscall(SYS_io_uring_enter, s->fd, submit, 0u, flags, NO_ARGUMENT, 0u);
}

/* --- beginning and end ------------------------------------------------------------------------ */

static void lend(state *s, uint16_t number) {
  struct io_uring_buf *entry = &s->lent->bufs[s->lent_tail++ & (POOL - 1)];
  /* Member by member: the last one of the first entry is the ring's own tail. */
  entry->addr = (uint64_t)(uintptr_t)(s->pool + (size_t)number * BUFFER);
  entry->len = BUFFER;
  entry->bid = number;
}

static void lend_done(state *s) { __atomic_store_n(&s->lent->tail, s->lent_tail, __ATOMIC_RELEASE); }

static void *pages(size_t size) {
  void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return at == MAP_FAILED ? NULL : at;
}

static bool map_rings(state *s, const struct io_uring_params *p) {
  size_t sq = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
  size_t cq = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
  s->rings_size = sq > cq ? sq : cq;
  s->sqes_size = p->sq_entries * sizeof(struct io_uring_sqe);
  int how = PROT_READ | PROT_WRITE;
  void *rings = mmap(NULL, s->rings_size, how, MAP_SHARED, s->fd, IORING_OFF_SQ_RING);
  void *sqes = mmap(NULL, s->sqes_size, how, MAP_SHARED, s->fd, IORING_OFF_SQES);
  s->rings = rings == MAP_FAILED ? NULL : rings;
  s->sqes = sqes == MAP_FAILED ? NULL : sqes;
  if (!s->rings || !s->sqes) return false;
  uint8_t *at = s->rings;
  s->sq_head = (uint32_t *)(at + p->sq_off.head);
  s->sq_tail = (uint32_t *)(at + p->sq_off.tail);
  s->sq_flags = (uint32_t *)(at + p->sq_off.flags);
  s->sq_mask = p->sq_entries - 1;
  s->cq_head = (uint32_t *)(at + p->cq_off.head);
  s->cq_tail = (uint32_t *)(at + p->cq_off.tail);
  s->cq_mask = p->cq_entries - 1;
  s->cqes = (struct io_uring_cqe *)(at + p->cq_off.cqes);
  uint32_t *array = (uint32_t *)(at + p->sq_off.array);
  for (uint32_t k = 0; k < p->sq_entries; k++) array[k] = k;
  return true;
}

static bool make_pool(state *s) {
  size_t size = POOL * sizeof(struct io_uring_buf);
  s->lent = pages(size);
  s->pool = pages((size_t)POOL * BUFFER);
  if (!s->lent || !s->pool) return false;
  struct io_uring_buf_reg reg = {.ring_addr = (uint64_t)(uintptr_t)s->lent, .ring_entries = POOL};
  if (syscall(SYS_io_uring_register, s->fd, IORING_REGISTER_PBUF_RING, &reg, 1u) < 0) return false;
  for (uint32_t k = 0; k < POOL; k++) lend(s, (uint16_t)k);
  lend_done(s);
  return true;
}

static void end(wire *w) {
  state *s = w->state;
  if (s->fd >= 0) close(s->fd);
  if (s->rings) munmap(s->rings, s->rings_size);
  if (s->sqes) munmap(s->sqes, s->sqes_size);
  if (s->lent) munmap(s->lent, POOL * sizeof(struct io_uring_buf));
  if (s->pool) munmap(s->pool, (size_t)POOL * BUFFER);
  free(s);
}

static bool begin(wire *w) {
  state *s = aligned_alloc(64, (sizeof *s + 63) / 64 * 64);
  if (!s) return false;
  memset(s, 0, sizeof *s);
  struct io_uring_params p = {
      .flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
               IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
      .cq_entries = COMPLETIONS};
  s->plain = (struct msghdr){.msg_namelen = NAME};
  s->with_control = (struct msghdr){.msg_namelen = NAME, .msg_controllen = WIRE_CONTROL};
  s->fd = (int)syscall(SYS_io_uring_setup, (unsigned)ENTRIES, &p);
  w->state = s;
  if (s->fd >= 0 && p.features & IORING_FEAT_SINGLE_MMAP && map_rings(s, &p) && make_pool(s))
    return true;
  end(w);
  return false;
}

/* --- submitting ------------------------------------------------------------------------------- */

/* A receive is over: it will be begun anew at the end of the round. */
static void ended(wire *w, state *s, uint32_t tag) {
  rf_leg *leg = core_leg(w->core, tag >> 1);
  if (!leg) return;
  leg->armed[tag & 1] = false;
  s->again[s->again_count++] = tag;
}

/* The kernel takes no more, which cannot last: what was to be sent is lost, receives are kept. */
static void give_up(wire *w, state *s) {
  for (uint32_t at = s->submitted; at != s->tail; at++) {
    const struct io_uring_sqe *sqe = &s->sqes[at & s->sq_mask];
    if (sqe->opcode == IORING_OP_RECVMSG)
      ended(w, s, (uint32_t)sqe->user_data);
    else if (sqe->user_data == SENT)
      w->errors++;
  }
  s->tail = s->submitted;
  store(s->sq_tail, s->tail);
}

static void submit(wire *w, state *s, uint32_t flags) {
  store(s->sq_tail, s->tail);
  for (int tries = 0; s->submitted != s->tail || flags; tries++) {
    long taken = enter(s, s->tail - s->submitted, flags);
    s->submitted = load(s->sq_head);
    if (s->submitted == s->tail && (taken >= 0 || tries)) break;
    if (tries == 3) {
      give_up(w, s);
      break;
    }
    if (taken < 0) flags = IORING_ENTER_GETEVENTS; /* EBUSY: completions wait for room */
  }
}

static void flush(wire *w) {
  state *s = w->state;
  uint32_t sent = s->sends;
  if (s->tail != s->submitted) submit(w, s, 0);
  s->sends = s->arena_used = 0;
  if (sent) w->left(w, sent);
}

static struct io_uring_sqe *next_sqe(wire *w) {
  state *s = w->state;
  if (s->tail - s->submitted > s->sq_mask) flush(w);
  struct io_uring_sqe *sqe = &s->sqes[s->tail++ & s->sq_mask];
  memset(sqe, 0, sizeof *sqe);
  return sqe;
}

static void *from_arena(state *s, size_t size) {
  void *at = s->arena + s->arena_used;
  s->arena_used += (uint32_t)(size + 15) & ~15u;
  return at;
}

/* What a datagram to an address needs in memory that outlives the call of `send_one`. */
typedef struct {
  struct msghdr message;
  struct iovec body;
  struct sockaddr_storage name;
  _Alignas(struct cmsghdr) uint8_t control[WIRE_CONTROL];
} envelope;

static void send_one(wire *w, rf_leg *leg, bool rtcp, const rf_addr *to, const uint8_t *data,
                     uint32_t size) {
  state *s = w->state;
  if (s->sends == BATCH || s->arena_used + size + sizeof(envelope) + 64 > ARENA) flush(w);
  struct io_uring_sqe *sqe = next_sqe(w);
  uint8_t *packet = memcpy(from_arena(s, size), data, size);
  sqe->fd = leg->fd[rtcp];
  sqe->flags = IOSQE_CQE_SKIP_SUCCESS;
  sqe->msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL; /* over at once, whatever comes of it */
  sqe->user_data = SENT;
  if (leg->joined && !rtcp) {
    sqe->opcode = IORING_OP_SEND;
    sqe->addr = (uint64_t)(uintptr_t)packet;
    sqe->len = size;
  } else {
    envelope *e = from_arena(s, sizeof *e);
    e->body = (struct iovec){packet, size};
    e->message = (struct msghdr){.msg_name = &e->name, .msg_iov = &e->body, .msg_iovlen = 1};
    e->message.msg_namelen = wire_to_sockaddr(to, &e->name);
    e->message.msg_controllen = wire_source(leg, e->control);
    if (e->message.msg_controllen) e->message.msg_control = e->control;
    sqe->opcode = IORING_OP_SENDMSG;
    sqe->addr = (uint64_t)(uintptr_t)&e->message;
    sqe->len = 1;
  }
  s->sends++;
}

/* --- receiving -------------------------------------------------------------------------------- */

static void arm(wire *w, rf_leg *leg, uint32_t k) {
  state *s = w->state;
  if (leg->fd[k] < 0 || leg->armed[k]) return;
  struct io_uring_sqe *sqe = next_sqe(w);
  sqe->opcode = IORING_OP_RECVMSG;
  sqe->fd = leg->fd[k];
  sqe->flags = IOSQE_BUFFER_SELECT;
  sqe->ioprio = IORING_RECV_MULTISHOT;
  sqe->addr = (uint64_t)(uintptr_t)(leg->anywhere ? &s->with_control : &s->plain);
  sqe->len = 1;
  sqe->user_data = (uint64_t)leg->handle << 1 | k;
  leg->armed[k] = true;
}

static void arrived(wire *w, rf_leg *leg, bool rtcp, uint8_t *at, uint32_t size) {
  const struct io_uring_recvmsg_out *out = (const struct io_uring_recvmsg_out *)at;
  uint32_t control = leg->anywhere ? WIRE_CONTROL : 0;
  uint8_t *name = at + sizeof *out, *body = name + NAME + control;
  struct sockaddr_storage from;
  struct msghdr message = {.msg_control = name + NAME, .msg_controllen = out->controllen};
  if (size < sizeof *out + NAME + control) return;
  memcpy(&from, name, NAME);
  wire_arrived(w, leg, rtcp, &from, &message, body, size - (uint32_t)(body - at));
}

/* Take one completion; the socket it is about may need a new receive. */
static void complete(wire *w, state *s, const struct io_uring_cqe *cqe) {
  if (cqe->user_data == SENT) w->errors += cqe->res < 0;
  if (cqe->user_data >= CANCELLED) return;
  uint32_t tag = (uint32_t)cqe->user_data;
  rf_leg *leg = core_leg(w->core, tag >> 1);
  if (!(cqe->flags & IORING_CQE_F_MORE)) ended(w, s, tag);
  if (!(cqe->flags & IORING_CQE_F_BUFFER)) return;
  uint16_t number = (uint16_t)(cqe->flags >> IORING_CQE_BUFFER_SHIFT);
  if (leg && cqe->res > 0)
    arrived(w, leg, tag & 1, s->pool + (size_t)number * BUFFER, (uint32_t)cqe->res);
  lend(s, number);
}

enum { LOOK_FAR = 3 };

/* The completions after this one: the nearest knows by now where its leg's buffer goes on. */
static void warm_next(wire *w, state *s, uint32_t head, uint32_t tail) {
  if (head == tail) return;
  const struct io_uring_cqe *near = &s->cqes[head & s->cq_mask];
  if (near->user_data < CANCELLED)
    warm_arrival(core_leg(w->core, (uint32_t)(near->user_data >> 1)));
  if (tail - head <= LOOK_FAR) return;
  const struct io_uring_cqe *far = &s->cqes[(head + LOOK_FAR) & s->cq_mask];
  if (far->user_data < CANCELLED) warm_leg(core_leg(w->core, (uint32_t)(far->user_data >> 1)));
  if (far->flags & IORING_CQE_F_BUFFER)
    warm_span(s->pool + (size_t)(far->flags >> IORING_CQE_BUFFER_SHIFT) * BUFFER, 256);
}

static uint32_t reap(wire *w) {
  state *s = w->state;
  uint32_t head = *s->cq_head, tail = load(s->cq_tail), found = tail - head;
  while (head != tail) {
    struct io_uring_cqe cqe = s->cqes[head++ & s->cq_mask];
    warm_next(w, s, head, tail);
    complete(w, s, &cqe);
  }
  lend_done(s);
  store(s->cq_head, head);
  return found;
}

static bool anything_new(const state *s) {
  return load(s->sq_flags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW) ||
         *s->cq_head != load(s->cq_tail);
}

static void drain(wire *w) {
  state *s = w->state;
  for (int round = 0; round < WIRE_ROUNDS && anything_new(s); round++) {
    submit(w, s, IORING_ENTER_GETEVENTS);
    reap(w);
    uint32_t count = s->again_count;
    s->again_count = 0;
    for (uint32_t k = 0; k < count; k++) {
      rf_leg *leg = core_leg(w->core, s->again[k] >> 1);
      if (leg) arm(w, leg, s->again[k] & 1);
    }
    flush(w);
  }
}

static void watch(wire *w, rf_leg *leg) {
  for (uint32_t k = 0; k < 2; k++) arm(w, leg, k);
  flush(w);
}

static void forget(wire *w, rf_leg *leg) {
  state *s = w->state;
  flush(w);
  for (int tries = 0; tries < CANCEL_TRIES && (leg->armed[0] || leg->armed[1]); tries++) {
    for (uint32_t k = 0; k < 2; k++) {
      if (!leg->armed[k]) continue;
      struct io_uring_sqe *sqe = next_sqe(w);
      sqe->opcode = IORING_OP_ASYNC_CANCEL;
      sqe->fd = -1;
      sqe->flags = IOSQE_CQE_SKIP_SUCCESS;
      sqe->addr = (uint64_t)leg->handle << 1 | k;
      sqe->user_data = CANCELLED;
    }
    submit(w, s, IORING_ENTER_GETEVENTS);
    reap(w);
    flush(w);
  }
  /* Its receives have ended for good. */
  uint32_t kept = 0;
  for (uint32_t k = 0; k < s->again_count; k++)
    if (s->again[k] >> 1 != leg->handle) s->again[kept++] = s->again[k];
  s->again_count = kept;
}

const wire_way WIRE_URING = {"io_uring", begin, end, watch, forget, send_one, flush, drain};

#else

static bool begin(wire *w) {
  (void)w;
  return false;
}

const wire_way WIRE_URING = {.name = "io_uring", .begin = begin};

#endif
