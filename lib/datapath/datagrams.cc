// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/datagrams.h"

#include <rte_mbuf.h>

namespace drover::datapath {
namespace {

using flow::Datagram;

bool is_over(const Datagram& datagram, std::uint64_t now) {
  return now - datagram.since >= Datagrams::lifetime;
}

// The oldest gives way; in units of about a microsecond.
std::uint32_t worth(const Datagram& datagram, std::uint64_t now) {
  const std::uint64_t age = now - datagram.since;
  return age >= Datagrams::lifetime
             ? 0
             : static_cast<std::uint32_t>((Datagrams::lifetime - age) >> 10U);
}

}  // namespace

flow::DatagramKey Datagrams::key_of(std::span<const std::uint8_t> frame,
                                    const FrameHeaders& headers) const {
  const std::uint32_t identification = fragment_of(frame, headers).identification;
  if (headers.kind == FrameKind::ipv6) {
    const auto& ip = header_at<Ipv6Header>(frame, headers.network_offset);
    return flow::datagram_key(ip.source, ip.destination, identification, seed_);
  }
  const auto& ip = header_at<Ipv4Header>(frame, headers.network_offset);
  return flow::datagram_key(Ipv4Address(ip.source), Ipv4Address(ip.destination), ip.protocol,
                            identification, seed_);
}

const Datagram* Datagrams::find(flow::DatagramKey key, std::uint64_t now) {
  Datagram* datagram = table_.find(key);
  if (datagram == nullptr || datagram->fate == Datagram::Fate::unknown) return nullptr;
  if (!is_over(*datagram, now)) return datagram;
  table_.remove(*datagram);
  return nullptr;
}

void Datagrams::gone(flow::DatagramKey key, const Fragment& fragment) {
  Datagram* datagram = table_.find(key);
  datagram->seen += fragment.length;
  if (fragment.last) datagram->length = std::uint32_t{fragment.offset} + fragment.length;
  if (datagram->complete()) table_.remove(*datagram);
}

void Datagrams::hold(flow::DatagramKey key, rte_mbuf* frame, PortId port, std::uint64_t now) {
  if (held_.full()) drop_oldest(Verdict::fragment_overflow);
  Datagram* datagram = table_.find(key);
  if (datagram == nullptr) datagram = enter(key, now);
  held_.append(datagram->waiting, {.mbuf = frame, .since = now, .datagram = key, .port = port});
}

void Datagrams::tell(const Handover& decision, std::uint64_t now) {
  const WorkerId owner = owner_of({decision.hash});
  if (owner == self_)
    hear(decision, now);
  else
    peers_.hand(owner, decision);
}

void Datagrams::hear(const Handover& decision, std::uint64_t now) {
  const flow::DatagramKey key{decision.hash};
  Datagram* datagram = table_.find(key);
  if (datagram == nullptr) datagram = enter(key, now);
  flow::FragmentChain waiting = datagram->waiting;
  *datagram = {.key = key,
               .since = now,
               .destination = decision.destination,
               .first_length = decision.first_length,
               .seen = decision.first_length,
               .waiting = {},
               .fate = decision.dropped ? Datagram::Fate::dropped : Datagram::Fate::forwarded,
               .used = true};
  while (!waiting.empty()) {
    const HeldFragments::Frame frame = held_.pop(waiting);
    peers_.hand(self_, {.frame = frame.mbuf,
                        .kind = Handover::Kind::later_fragment,
                        .port = frame.port,
                        .origin = self_});
  }
}

void Datagrams::expire(std::uint64_t now) {
  while (held_.oldest() != nullptr && now - held_.oldest()->since >= lifetime)
    drop_oldest(Verdict::fragment_expired);
}

Datagram* Datagrams::enter(flow::DatagramKey key, std::uint64_t now) {
  return table_.insert(
      {.key = key, .since = now, .waiting = {}},
      [now](const Datagram& each) { return worth(each, now); },
      [this](Datagram& old) { drop_waiting(old, Verdict::fragment_overflow); });
}

void Datagrams::drop_oldest(Verdict reason) {
  Datagram& datagram = *table_.find(held_.oldest()->datagram);
  rte_pktmbuf_free(held_.pop(datagram.waiting).mbuf);
  counters_.count(reason);
  if (datagram.waiting.empty()) table_.remove(datagram);
}

void Datagrams::drop_waiting(Datagram& datagram, Verdict reason) {
  while (!datagram.waiting.empty()) {
    rte_pktmbuf_free(held_.pop(datagram.waiting).mbuf);
    counters_.count(reason);
  }
}

}  // namespace drover::datapath
