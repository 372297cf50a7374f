/* How datagrams get out of the kernel and into it: two ways behind one set of functions.
 *
 * Each leg has two UDP sockets. `URING` keeps a receive under way on every one of them and hands the
 * kernel the sends of a round together (io_uring(7), Linux 6.1); `EPOLL` asks which are ready and
 * spends a system call on each datagram. They differ in cost alone: the first takes about two thirds
 * of the second. A container or an older kernel may forbid the first; the second always works.
 *
 * All of it runs on the audio thread, except `wire_bind` and `wire_unbind`. */
#ifndef RF_WIRE_H
#define RF_WIRE_H

#include <sys/socket.h>

#include "core.h"

typedef struct wire wire;

typedef struct {
  const char *name;
  /* Begin; false where this machine does not have the way. */
  bool (*begin)(wire *w);
  void (*end)(wire *w);
  /* Listen to the sockets of a leg; stop listening. After `forget` nothing of the leg is in use. */
  void (*watch)(wire *w, rf_leg *leg);
  void (*forget)(wire *w, rf_leg *leg);
  /* Send one datagram, at the next `flush` at the latest. */
  void (*send)(wire *w, rf_leg *leg, bool rtcp, const rf_addr *to, const uint8_t *data,
               uint32_t size);
  void (*flush)(wire *w);
  /* Hand everything that has arrived to the core. */
  void (*drain)(wire *w);
} wire_way;

extern const wire_way WIRE_EPOLL, WIRE_URING;

struct wire {
  const wire_way *way;
  void *state; /* of the way */
  rf_core *core;
  int64_t in, errors;
  /* Called when `count` datagrams were just given to the kernel. */
  void (*left)(wire *w, uint32_t count);
  void *context;
};

/* --- for both ways ----------------------------------------------------------------------------- */

enum {
  WIRE_ROUNDS = 8, /* of draining: a flood does not hold up the frames */
  WIRE_CONTROL = 64,
};

/* Bind an even port and the odd one after it: 0 or an errno. */
int wire_bind(rf_leg *leg, const rf_addr *at, int buffer);
void wire_unbind(rf_leg *leg);

/* Where the leg's audio goes is settled, or no longer. */
void wire_join(wire *w, rf_leg *leg);
void wire_part(wire *w, rf_leg *leg);

socklen_t wire_to_sockaddr(const rf_addr *a, struct sockaddr_storage *out);
/* Write the control message that has a datagram leave from where the leg was spoken to; 0: none. */
size_t wire_source(const rf_leg *leg, uint8_t *control);
/* One datagram from `name` with what `message` says of it. */
void wire_arrived(wire *w, rf_leg *leg, bool rtcp, const struct sockaddr_storage *name,
                  struct msghdr *message, const uint8_t *data, uint32_t size);

#endif
