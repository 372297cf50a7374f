/* Datagrams by epoll and one system call each. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "wire.h"

enum { READY = 512 };

typedef struct {
  int epoll;
  uint32_t sent;
  struct epoll_event ready[READY];
} state;

static bool begin(wire *w) {
  state *s = calloc(1, sizeof *s);
  if (!s) return false;
  s->epoll = epoll_create1(EPOLL_CLOEXEC);
  w->state = s;
  if (s->epoll >= 0) return true;
  free(s);
  return false;
}

static void end(wire *w) {
  state *s = w->state;
  close(s->epoll);
  free(s);
}

static void tell(wire *w, rf_leg *leg, int how) {
  state *s = w->state;
  for (uint32_t k = 0; k < 2; k++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)leg->handle << 1 | k};
    if (leg->fd[k] >= 0) epoll_ctl(s->epoll, how, leg->fd[k], &event);
  }
}

static void watch(wire *w, rf_leg *leg) { tell(w, leg, EPOLL_CTL_ADD); }
static void forget(wire *w, rf_leg *leg) { tell(w, leg, EPOLL_CTL_DEL); }

static void flush(wire *w) {
  state *s = w->state;
  uint32_t sent = s->sent;
  s->sent = 0;
  if (sent) w->left(w, sent);
}

static void send_one(wire *w, rf_leg *leg, bool rtcp, const rf_addr *to, const uint8_t *data,
                     uint32_t size) {
  state *s = w->state;
  ssize_t sent;
  if (leg->joined && !rtcp) {
    sent = send(leg->fd[0], data, size, MSG_NOSIGNAL);
  } else {
    struct sockaddr_storage address;
    _Alignas(struct cmsghdr) uint8_t control[WIRE_CONTROL];
    struct iovec body = {(void *)data, size};
    struct msghdr message = {.msg_name = &address, .msg_iov = &body, .msg_iovlen = 1};
    message.msg_namelen = wire_to_sockaddr(to, &address);
    message.msg_controllen = wire_source(leg, control);
    if (message.msg_controllen) message.msg_control = control;
    sent = sendmsg(leg->fd[rtcp], &message, MSG_NOSIGNAL);
  }
  if (sent < 0) w->errors++;
  if (++s->sent == 32) flush(w);
}

/* One datagram of a socket; level triggering brings us back for the next one. */
static bool read_one(wire *w, uint64_t tag) {
  uint8_t data[RF_DATAGRAM_MAX + 1];
  _Alignas(struct cmsghdr) uint8_t control[WIRE_CONTROL];
  bool rtcp = tag & 1;
  rf_leg *leg = core_leg(w->core, (uint32_t)(tag >> 1));
  if (!leg) return false;
  struct sockaddr_storage name;
  struct iovec body = {data, sizeof data};
  struct msghdr message = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &body,
                           .msg_iovlen = 1};
  if (leg->anywhere) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
  ssize_t size = recvmsg(leg->fd[rtcp], &message, 0);
  if (size < 0) return errno != EAGAIN; /* an ICMP error is taken off the socket by reading it */
  wire_arrived(w, leg, rtcp, &name, &message, data, (uint32_t)size);
  return true;
}

static rf_leg *ready_leg(wire *w, int k) {
  return core_leg(w->core, (uint32_t)(((state *)w->state)->ready[k].data.u64 >> 1));
}

static void drain(wire *w) {
  state *s = w->state;
  for (int round = 0; round < WIRE_ROUNDS; round++) {
    int found = epoll_wait(s->epoll, s->ready, READY, 0), read = 0;
    for (int k = 0; k < found; k++) {
      if (k + 1 < found) warm_leg(ready_leg(w, k + 1));
      read += read_one(w, s->ready[k].data.u64);
    }
    if (read == 0) break;
  }
  flush(w);
}

const wire_way WIRE_EPOLL = {"epoll", begin, end, watch, forget, send_one, flush, drain};
