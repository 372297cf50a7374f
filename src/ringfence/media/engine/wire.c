/* Sockets and addresses: what both ways of wire.h share. */
#include "wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

enum { EXPEDITED = 0xB8 /* DSCP EF, RFC 4594 4.1 */ };

static const uint8_t MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static bool is_v4(const uint8_t *ip) { return memcmp(ip, MAPPED, sizeof MAPPED) == 0; }

socklen_t wire_to_sockaddr(const rf_addr *a, struct sockaddr_storage *out) {
  if (is_v4(a->ip)) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(a->port)};
    memcpy(&in.sin_addr, a->ip + 12, 4);
    memcpy(out, &in, sizeof in);
    return sizeof in;
  }
  struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(a->port)};
  memcpy(&in6.sin6_addr, a->ip, 16);
  memcpy(out, &in6, sizeof in6);
  return sizeof in6;
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

/* --- sockets --------------------------------------------------------------------------------- */

static bool is_anywhere(const rf_addr *at) {
  static const uint8_t zero[16];
  return memcmp(at->ip, zero, 16) == 0 || (is_v4(at->ip) && memcmp(at->ip + 12, zero, 4) == 0);
}

/* A socket has that much room by itself on most machines; then it need not be asked for each time. */
static bool is_roomy(int fd, int buffer) {
  static int room; /* of every socket; asked by one thread */
  socklen_t size = sizeof room;
  if (!room && getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, &size) < 0) room = 1;
  return room >= buffer;
}

static int bind_one(const rf_addr *at, int buffer) {
  struct sockaddr_storage address;
  socklen_t size = wire_to_sockaddr(at, &address);
  int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int dscp = EXPEDITED, yes = 1, v4 = address.ss_family == AF_INET;
  if (fd < 0) return -1;
  if (!is_roomy(fd, buffer)) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  /* Only a wish: networks that ignore it and kernels that refuse it are fine. */
  if (v4)
    setsockopt(fd, IPPROTO_IP, IP_TOS, &dscp, sizeof dscp);
  else
    setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &dscp, sizeof dscp);
  if (is_anywhere(at)) {
    if (v4)
      setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes);
    else
      setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &yes, sizeof yes);
  }
  if (bind(fd, (struct sockaddr *)&address, size) == 0) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

int wire_bind(rf_leg *leg, const rf_addr *at, int buffer) {
  rf_addr next = *at;
  leg->anywhere = is_anywhere(at);
  leg->narrow = is_v4(at->ip);
  leg->fd[0] = bind_one(at, buffer);
  if (leg->fd[0] < 0) return errno;
  next.port++;
  leg->fd[1] = bind_one(&next, buffer);
  if (leg->fd[1] >= 0) return 0;
  int error = errno;
  wire_unbind(leg);
  return error;
}

void wire_unbind(rf_leg *leg) {
  for (int k = 0; k < 2; k++) {
    if (leg->fd[k] >= 0) close(leg->fd[k]);
    leg->fd[k] = -1;
  }
}

/* --- where to and where from ----------------------------------------------------------------- */

/* A connected socket sends for less (its route is known) and the kernel turns strangers away. But
 * connecting a socket that is bound to all addresses gives it one of them: what arrives for the
 * others is refused from then on, and what arrives meanwhile can be. So that one stays as it is. */
void wire_join(wire *w, rf_leg *leg) {
  struct sockaddr_storage address;
  socklen_t size = wire_to_sockaddr(&leg->aim, &address);
  (void)w;
  if (leg->anywhere || leg->fd[0] < 0) return;
  leg->joined = connect(leg->fd[0], (struct sockaddr *)&address, size) == 0;
}

void wire_part(wire *w, rf_leg *leg) {
  struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
  leg->local_known = false;
  if (!leg->joined) return;
  w->way->flush(w);
  connect(leg->fd[0], &nowhere, sizeof nowhere);
  leg->joined = false;
}

size_t wire_source(const rf_leg *leg, uint8_t *control) {
  if (!leg->anywhere || !leg->local_known) return 0;
  struct cmsghdr *head = (struct cmsghdr *)control;
  if (leg->narrow) {
    struct in_pktinfo info = {.ipi_ifindex = 0};
    memcpy(&info.ipi_spec_dst, leg->local + 12, 4);
    *head = (struct cmsghdr){CMSG_LEN(sizeof info), IPPROTO_IP, IP_PKTINFO};
    memcpy(CMSG_DATA(head), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
  }
  struct in6_pktinfo info = {.ipi6_ifindex = 0};
  memcpy(&info.ipi6_addr, leg->local, 16);
  *head = (struct cmsghdr){CMSG_LEN(sizeof info), IPPROTO_IPV6, IPV6_PKTINFO};
  memcpy(CMSG_DATA(head), &info, sizeof info);
  return CMSG_SPACE(sizeof info);
}

/* A strict far end takes audio only from the address it sends its own to. */
static void learn_local(rf_leg *leg, struct msghdr *message) {
  for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at)) {
    if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo info;
      memcpy(&info, CMSG_DATA(at), sizeof info);
      memcpy(leg->local, MAPPED, sizeof MAPPED);
      memcpy(leg->local + 12, &info.ipi_spec_dst, 4);
      leg->local_known = true;
    } else if (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo info;
      memcpy(&info, CMSG_DATA(at), sizeof info);
      memcpy(leg->local, &info.ipi6_addr, 16);
      leg->local_known = true;
    }
  }
}

void wire_arrived(wire *w, rf_leg *leg, bool rtcp, const struct sockaddr_storage *name,
                  struct msghdr *message, const uint8_t *data, uint32_t size) {
  rf_addr from;
  from_sockaddr(name, &from);
  w->in++;
  receive(w->core, leg, rtcp, &from, data, size);
  if (leg->anywhere && !rtcp && from.port == leg->aim.port && memcmp(from.ip, leg->aim.ip, 16) == 0)
    learn_local(leg, message);
}
