// SPDX-License-Identifier: BSD-3-Clause
#include "test/harness/in_process_plant.h"

#include <rte_mbuf.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "lib/config/load.h"
#include "lib/control/table_sizes.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"
#include "test/harness/huge_memory.h"
#include "test/harness/receive_side_scaling.h"
#include "test/harness/test_eal.h"

namespace drover::test {
config::Config load_config(std::string_view text, const std::string& file_name) {
  auto loaded = config::parse(text, file_name, std::nullopt, "test");
  if (loaded) return std::move(loaded->config);
  std::string all;
  for (const Error& error : loaded.error()) all += to_string(error) + "\n";
  throw std::runtime_error(all);
}

namespace {

// The payload of an IPv4 or IPv6 datagram to the port of connection synchronisation.
std::span<const std::uint8_t> sync_datagram(std::span<const std::uint8_t> frame) {
  const bool is_v6 = header_at<EthernetHeader>(frame, 0).type == Be16(ether_type::ipv6);
  const std::size_t udp_at =
      sizeof(EthernetHeader) + (is_v6 ? sizeof(Ipv6Header) : sizeof(Ipv4Header));
  if (frame.size() < udp_at + sizeof(UdpHeader)) return {};
  const std::uint8_t protocol =
      is_v6 ? header_at<Ipv6Header>(frame, sizeof(EthernetHeader)).next_header
            : header_at<Ipv4Header>(frame, sizeof(EthernetHeader)).protocol;
  const auto& udp = header_at<UdpHeader>(frame, udp_at);
  if (protocol != ip_protocol::udp || udp.destination_port != Be16(sync_port)) return {};
  return frame.subspan(udp_at + sizeof(UdpHeader));
}

}  // namespace

struct InProcessPlant::WorkerParts {
  WorkerParts(Doorbell& doorbell, const control::TableSizes& sizes)
      : crossing(doorbell), table(huge_memory(sizes.v4)), table_v6(huge_memory(sizes.v6)) {}
  ~WorkerParts() {
    rte_mbuf* frame = nullptr;
    while (crossing.to_kernel.pop_some({&frame, 1}) == 1) rte_pktmbuf_free(frame);
    while (crossing.outbound.pop_some({&frame, 1}) == 1) rte_pktmbuf_free(frame);
    datapath::Handover handover;
    while (crossing.handovers.pop_some({&handover, 1}) == 1) rte_pktmbuf_free(handover.frame);
  }

  datapath::WorkerCounters counters;
  datapath::Crossing crossing;
  HugeMemory table;
  HugeMemory table_v6;
  std::optional<datapath::Worker> worker;
};

InProcessPlant::InProcessPlant(const config::Config& config, PlantSettings settings)
    : settings_(std::move(settings)),
      builder_(settings_.workers),
      grown_tables_(config, settings_.workers),
      snapshots_(settings_.workers) {
  if (settings_.ports.size() != config.ports.size())
    throw std::runtime_error("the plant needs as many ports as the configuration");
  if (settings_.queues == 0) settings_.queues = settings_.workers;
  for (PlantPort& port : settings_.ports)
    if (port.queues == 0) port.queues = settings_.queues;
  for (std::size_t i = 0; i < config.ports.size(); ++i)
    ports_.push_back(std::make_unique<RingPort>(settings_.ports[i].queues, settings_.ring_size));
  const control::TableSizes sizes = control::table_sizes(config, settings_.workers);
  for (std::uint16_t i = 0; i < settings_.workers; ++i)
    workers_.push_back(std::make_unique<WorkerParts>(doorbell_, sizes));
  configure(config);

  for (std::uint16_t i = 0; i < settings_.workers; ++i) {
    WorkerParts& parts = *workers_[i];
    datapath::WorkerSettings worker{
        .id = WorkerId(i),
        .receive = {},
        .transmit = {},
        .tables = {.v4 = {parts.table.get(), sizes.v4}, .v6 = {parts.table_v6.get(), sizes.v6}},
        .seed = {.first = 0x9e3779b97f4a7c15U, .second = 0xd1b54a32d192ed03U},
        .mempool = frame_pool(),
        .workers = {},
        .has_fast_path = settings_.has_fast_path};
    for (const auto& each : workers_) worker.workers.push_back(&each->crossing);
    for (std::size_t port = 0; port < ports_.size(); ++port) {
      const std::uint16_t ethdev = ports_[port]->ethdev();
      const std::uint16_t queues = ports_[port]->queues();
      if (i < queues) {
        worker.receive.push_back({PortId(static_cast<std::uint8_t>(port)), ethdev, i});
        worker.transmit.push_back({.ethdev = ethdev, .queue = i});
      } else {
        auto* other = &workers_[i % queues]->crossing.outbound;
        worker.transmit.push_back({.ethdev = ethdev, .queue = {}, .other_worker = other});
      }
    }
    parts.worker.emplace(std::move(worker), snapshots_, parts.crossing, parts.counters);
    parts.worker->start();
  }
}

InProcessPlant::~InProcessPlant() {
  for (const auto& parts : workers_) parts->worker->finish();
}

std::vector<datapath::PortFacts> InProcessPlant::port_facts(const config::Config& config) const {
  std::vector<datapath::PortFacts> facts;
  for (std::size_t i = 0; i < ports_.size(); ++i)
    facts.push_back({.ethdev = ports_[i]->ethdev(),
                     .transmit_queues = ports_[i]->queues(),
                     .mac = settings_.ports[i].mac,
                     .vlan = config.ports[i].vlan,
                     .mtu = settings_.ports[i].mtu,
                     .keep_source_mac = config.ports[i].source_mac == config::SourceMac::keep,
                     .has_host_interface = settings_.ports[i].host_interface});
  return facts;
}

void InProcessPlant::configure(const config::Config& config) {
  if (auto done = builder_.configure(config, port_facts(config), time()); !done)
    throw std::runtime_error(to_string(done.error()));
  if (auto grown = grown_tables_.fit(config); !grown)
    throw std::runtime_error(to_string(grown.error()));
  builder_.set_tables(grown_tables_.memory());
  publish();
}

void InProcessPlant::set_standings(const std::vector<control::Standing>& standings) {
  builder_.set_standings(builder_.services().front(), standings);
  publish();
}

void InProcessPlant::set_roles(std::map<IpAddress, datapath::VipRole> roles) {
  builder_.set_roles(std::move(roles));
  publish();
}

void InProcessPlant::set_flow_reporting(datapath::FlowReporting reporting,
                                        std::chrono::nanoseconds refresh) {
  builder_.set_flow_reporting(reporting, refresh);
  publish();
}

void InProcessPlant::set_record_order(std::optional<control::RecordOrder> order) {
  builder_.set_record_order(std::move(order));
  publish();
}

void InProcessPlant::set_neighbour(const IpAddress& server, std::optional<MacAddress> mac) {
  if (mac)
    neighbours_[server] = *mac;
  else
    neighbours_.erase(server);
  publish();
}

void InProcessPlant::publish() {
  const auto mac_of = [this](const IpAddress& server) -> std::optional<MacAddress> {
    const auto known = neighbours_.find(server);
    return known == neighbours_.end() ? std::nullopt : std::optional(known->second);
  };
  snapshots_.publish(builder_.build(mac_of, time()));
  next_publication_ = builder_.next_change(time());
}

void InProcessPlant::inject(PortId port, std::span<const std::uint8_t> frame,
                            std::size_t first_segment) {
  RingPort& to = *ports_.at(port.value());
  to.inject(queue_of(frame, to.queues()), frame, first_segment);
}

void InProcessPlant::turn() {
  for (std::uint16_t i = 0; i < settings_.workers; ++i) {
    workers_[i]->worker->turn(now_);
    collect(WorkerId(i));
  }
}

void InProcessPlant::run() {
  for (bool worked = true; worked;) {
    worked = false;
    for (std::uint16_t i = 0; i < settings_.workers; ++i) {
      worked |= workers_[i]->worker->turn(now_);
      collect(WorkerId(i));
    }
  }
  snapshots_.reclaim();
}

void InProcessPlant::wait(std::chrono::nanoseconds duration) {
  constexpr std::uint64_t step = 50'000'000;
  for (auto left = static_cast<std::uint64_t>(duration.count()); left > 0;) {
    const std::uint64_t now = std::min(left, step);
    now_ += now;
    left -= now;
    if (next_publication_ && *next_publication_ <= time()) publish();
    turn();
  }
}

void InProcessPlant::collect(WorkerId worker) {
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    const PortId port(static_cast<std::uint8_t>(i));
    if (worker.value() < ports_[i]->queues())
      for (Bytes& frame : ports_[i]->sent(worker.value())) {
        const auto datagram = sync_datagram(frame);
        if (datagram.empty())
          departures_.push_back({Departure::To::wire, port, worker, std::move(frame)});
        else
          records_.emplace_back(datagram.begin(), datagram.end());
      }
  }
  rte_mbuf* mbuf = nullptr;
  while (workers_[worker.value()]->crossing.to_kernel.pop_some({&mbuf, 1}) == 1) {
    const auto from = std::ranges::find(ports_, mbuf->port, &RingPort::ethdev);
    const PortId port(static_cast<std::uint8_t>(from - ports_.begin()));
    departures_.push_back({Departure::To::kernel, port, worker, bytes_of(mbuf)});
    rte_pktmbuf_free(mbuf);
  }
}

std::vector<Departure> InProcessPlant::take_departures() {
  return std::exchange(departures_, {});
}

std::vector<Bytes> InProcessPlant::take_records() {
  return std::exchange(records_, {});
}

std::vector<datapath::WorkerEvent> InProcessPlant::take_events() {
  std::vector<datapath::WorkerEvent> events;
  datapath::WorkerEvent event;
  for (const auto& parts : workers_)
    while (parts->crossing.events.pop_some({&event, 1}) == 1) events.push_back(event);
  return events;
}

std::vector<datapath::ConnectionRow> InProcessPlant::list_connections() {
  std::vector<datapath::ConnectionRow> rows;
  for (const auto& parts : workers_) {
    parts->crossing.commands.push({.request = 1});
    for (bool ended = false; !ended;) {
      parts->worker->turn(now_);
      datapath::ConnectionRow row;
      while (parts->crossing.rows.pop_some({&row, 1}) == 1)
        if (row.is_end != 0)
          ended = true;
        else
          rows.push_back(row);
    }
  }
  return rows;
}

datapath::Worker& InProcessPlant::worker(WorkerId worker) {
  return *workers_.at(worker.value())->worker;
}

datapath::Crossing& InProcessPlant::crossing(WorkerId worker) {
  return workers_.at(worker.value())->crossing;
}

std::vector<datapath::FlowAnswer> InProcessPlant::look_up(const datapath::FlowQuestion& question) {
  for (const auto& parts : workers_) parts->crossing.questions.push(question);
  run();
  std::vector<datapath::FlowAnswer> answers(workers_.size());
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (workers_[i]->crossing.answers.pop_some({&answers[i], 1}) != 1)
      throw std::runtime_error("a worker has not answered");
  return answers;
}

const datapath::WorkerCounters& InProcessPlant::counters(WorkerId worker) const {
  return workers_.at(worker.value())->counters;
}

std::uint64_t InProcessPlant::total(datapath::Verdict verdict) const {
  std::uint64_t sum = 0;
  for (const auto& parts : workers_) sum += parts->counters.value(verdict);
  return sum;
}

DestinationTotals totals(const control::ServerView& server) {
  DestinationTotals sum;
  for (const datapath::DestinationCounters& counters : *server.counters) {
    sum.active += counters.active.value();
    sum.inactive += counters.inactive.value();
    sum.connections += counters.connections.value();
    sum.packets += counters.packets.value();
    sum.bytes += counters.bytes.value();
  }
  for (const Counter& persistent : *server.persistent) sum.persistent += persistent.value();
  return sum;
}

}  // namespace drover::test
