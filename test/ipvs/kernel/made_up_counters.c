// SPDX-License-Identifier: BSD-3-Clause
// Stands between ipvsadm's own code and libipvs, by the linker's --wrap: the services and servers
// come from the file that $MADE_UP_COUNTERS names, so that counters are as large as one likes.
// A line each, a service's servers behind it:
//   service ADDRESS PORT CONNECTIONS PACKETS BYTES CPS PPS BPS
//   server ADDRESS PORT CONNECTIONS PACKETS BYTES CPS PPS BPS WEIGHT UPPER LOWER ACTIVE INACTIVE
//   PERSISTENT
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libipvs/libipvs.h"

enum { most = 64 };
static ipvs_service_entry_t services[most];
static ipvs_dest_entry_t servers[most][most];

static void read_counters(FILE* file, struct ip_vs_stats64* stats) {
  if (fscanf(file, "%llu %llu %llu %llu %llu %llu", &stats->conns, &stats->inpkts, &stats->inbytes,
             &stats->cps, &stats->inpps, &stats->inbps) != 6)
    exit(3);
}

int __wrap_ipvs_init(void) {
  FILE* file = fopen(getenv("MADE_UP_COUNTERS"), "r");
  char kind[16], address[64];
  unsigned port, count = 0;
  ipvs_info.version = 0x010201;
  ipvs_info.size = 4096;
  while (file && fscanf(file, "%15s %63s %u", kind, address, &port) == 3) {
    if (strcmp(kind, "service") == 0) {
      ipvs_service_entry_t* service = &services[count++];
      service->af = AF_INET;
      service->protocol = IPPROTO_TCP;
      service->netmask = 0xffffffff;
      strcpy(service->sched_name, "rr");
      inet_pton(AF_INET, address, &service->addr);
      service->port = htons(port);
      read_counters(file, &service->stats64);
    } else {
      ipvs_dest_entry_t* server = &servers[count - 1][services[count - 1].num_dests++];
      server->af = AF_INET;
      server->conn_flags = IP_VS_CONN_F_DROUTE;
      inet_pton(AF_INET, address, &server->addr);
      server->port = htons(port);
      read_counters(file, &server->stats64);
      if (fscanf(file, "%d %u %u %u %u %u", &server->weight, &server->u_threshold,
                 &server->l_threshold, &server->activeconns, &server->inactconns,
                 &server->persistconns) != 6)
        exit(3);
    }
  }
  ipvs_info.num_services = count;
  return file == NULL;
}

struct ip_vs_get_services* __wrap_ipvs_get_services(void) {
  struct ip_vs_get_services* got = calloc(1, sizeof *got + sizeof services);
  got->num_services = ipvs_info.num_services;
  memcpy(got->entrytable, services, sizeof services);
  return got;
}

struct ip_vs_get_dests* __wrap_ipvs_get_dests(ipvs_service_entry_t* service) {
  struct ip_vs_get_dests* got = calloc(1, sizeof *got + sizeof servers[0]);
  for (unsigned i = 0; i < ipvs_info.num_services; ++i)
    if (services[i].addr.ip == service->addr.ip && services[i].port == service->port) {
      got->num_dests = services[i].num_dests;
      memcpy(got->entrytable, servers[i], sizeof servers[i]);
    }
  return got;
}
