// SPDX-License-Identifier: BSD-3-Clause
#include "test/harness/synced_plant.h"

#include <utility>

#include "test/harness/receive_side_scaling.h"

namespace drover::test {

SyncedPlant::SyncedPlant(const config::Config& config, PlantSettings settings,
                         const IpAddress& self, const IpAddress& other, std::uint64_t boot)
    : plant(config, std::move(settings)),
      self_(self),
      directory_(plant.builder()),
      bridge_(crossings(),
              control::flow_owner({{plant.workers(), scaling(plant.workers())}}, plant.builder())),
      exchange_({.peers = {other},
                 .own = {self},
                 .port = sync_port,
                 .key = failover::SyncKey(std::vector<std::uint8_t>(32, 7)),
                 .boot = boot,
                 .workers = plant.workers()},
                directory_,
                {.send =
                     [this](const IpAddress&, std::span<const std::uint8_t> datagram) {
                       sent.emplace_back(datagram.begin(), datagram.end());
                     },
                 .receive =
                     [this](const datapath::FlowRecord& record) {
                       if (!bridge_.has_room(1)) plant.run();
                       bridge_.deliver(record);
                     },
                 .order_table = [this] { bridge_.order_table(); },
                 .peers_changed = [this] { set_reporting(); },
                 .event = [this](log::Level, const IpAddress&,
                                 const std::string& text) { events.push_back(text); }},
                now()) {
  directory_.update();
}

std::vector<datapath::Crossing*> SyncedPlant::crossings() {
  std::vector<datapath::Crossing*> all;
  for (std::uint16_t i = 0; i < plant.workers(); ++i) all.push_back(&plant.crossing(WorkerId(i)));
  return all;
}

void SyncedPlant::configure(const config::Config& config) {
  plant.configure(config);
  directory_.update();
  set_reporting();
}

void SyncedPlant::set_reporting() {
  using datapath::FlowReporting;
  const auto wanted = exchange_.has_listener(now()) ? FlowReporting::ahead : FlowReporting::off;
  if (wanted != std::exchange(reporting_, wanted)) plant.set_flow_reporting(wanted);
  control::RecordSeal seal = exchange_.record_seal(now());
  if (seal == seal_) return;
  plant.set_record_order(exchange_.record_order(seal));
  seal_ = std::move(seal);
}

bool SyncedPlant::gather() {
  std::vector<Bytes> records = plant.take_records();
  for (Bytes& datagram : records) sent.push_back(std::move(datagram));
  return !records.empty();
}

void SyncedPlant::hear(const IpAddress& from, std::span<const std::uint8_t> datagram) {
  exchange_.hear(from, datagram, now());
}

bool SyncedPlant::pump() {
  bool any = false;
  const bool more = bridge_.drain([&](const datapath::FlowRecord& record) {
    any = true;
    exchange_.tell(record, now());
  });
  any |= gather();
  exchange_.flush();
  bridge_.acknowledge();
  return any || more;
}

void exchange_all(SyncedPlant& one, SyncedPlant& other) {
  for (bool busy = true; busy;) {
    busy = false;
    for (const auto& [from, to] : {std::pair(&one, &other), std::pair(&other, &one)}) {
      from->plant.run();
      while (from->pump()) {
        busy = true;
        from->plant.run();
      }
      for (; !from->sent.empty(); from->sent.pop_front()) {
        busy = true;
        to->hear(from->address(), from->sent.front());
      }
    }
  }
}

}  // namespace drover::test
