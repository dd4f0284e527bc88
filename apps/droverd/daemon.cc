// SPDX-License-Identifier: BSD-3-Clause
#include "apps/droverd/daemon.h"

#include <fmt/format.h>

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "apps/droverd/core_choice.h"
#include "apps/droverd/host_checks.h"
#include "apps/droverd/worker_pool.h"
#include "drivers/eal.h"
#include "drivers/ethdev.h"
#include "drivers/mempool.h"
#include "drivers/port_driver.h"
#include "lib/base/log.h"
#include "lib/control/control_loop.h"
#include "lib/datapath/snapshot_store.h"
#include "version.h"

namespace drover {
namespace {

PortSettings::Driver driver_of(config::PortDriver driver) {
  switch (driver) {
    case config::PortDriver::af_xdp:
      return PortSettings::af_xdp;
    case config::PortDriver::pci:
      return PortSettings::pci;
    case config::PortDriver::vdev:
      break;
  }
  return PortSettings::vdev;
}

using Drivers = std::vector<std::unique_ptr<PortDriver>>;

Result<Drivers> check_ports(const config::Config& config) {
  Drivers drivers;
  for (const config::Port& port : config.ports) {
    drivers.push_back(make_port_driver({.name = port.name,
                                        .driver = driver_of(port.driver),
                                        .device = port.device,
                                        .host_addresses = config.own_addresses(),
                                        .queues_wanted = config.workers.count}));
    if (auto checked = drivers.back()->check(); !checked) return tl::unexpected(checked.error());
  }
  return drivers;
}

bool uses_pci(const config::Config& config) {
  for (const config::Port& port : config.ports)
    if (port.driver == config::PortDriver::pci) return true;
  return false;
}

MempoolSettings mempool_settings(const config::Config& config, bool hugepages) {
  return {.frames =
              frames_per_queue * config.workers.count * static_cast<unsigned>(config.ports.size()),
          .hugepages = hugepages,
          .pci = uses_pci(config)};
}

Result<std::unique_ptr<Eal>> start_eal(const config::Config& config, const Drivers& drivers,
                                       const CoreChoice& cores) {
  EalSettings settings{.worker_cpus = cores.workers,
                       .main_cpus = cores.control,
                       .pci = uses_pci(config),
                       .port_arguments = {}};
  // The larger of the two sizes that the pool may have.
  settings.megabytes = std::max(mempool_megabytes(mempool_settings(config, true)),
                                mempool_megabytes(mempool_settings(config, false))) +
                       WorkerPool::megabytes(config) + 16;
  for (const auto& driver : drivers)
    for (std::string& argument : driver->eal_arguments())
      settings.port_arguments.push_back(std::move(argument));
  return Eal::start(settings);
}

using Ethdevs = std::vector<std::unique_ptr<Ethdev>>;

Result<Ethdevs> start_ports(const config::Config& config, const Drivers& drivers,
                            rte_mempool* mempool) {
  Ethdevs ethdevs;
  for (std::size_t i = 0; i < drivers.size(); ++i) {
    if (auto probed = drivers[i]->probe(); !probed) return tl::unexpected(probed.error());
    auto ethdev = Ethdev::start(
        {.port = drivers[i]->ethdev_port(), .queues = config.workers.count, .mempool = mempool});
    if (!ethdev) return tl::unexpected(ethdev.error());
    const std::string& name = config.ports[i].name;
    log::info("port {}: {} on {}, {} queue(s), MAC address {}, MTU {}", name, (*ethdev)->driver(),
              config.ports[i].device, (*ethdev)->queues(), to_string((*ethdev)->mac()),
              (*ethdev)->mtu());
    if ((*ethdev)->queues() < config.workers.count)
      log::warning("port {}: has {} queue(s), so only the first {} of {} workers poll it", name,
                   (*ethdev)->queues(), (*ethdev)->queues(), config.workers.count);
    ethdevs.push_back(std::move(*ethdev));
  }
  return ethdevs;
}

Result<void> steer(const config::Config& config, const Drivers& drivers) {
  std::set<IpAddress> unique;
  for (const config::Service& service : config.services) unique.insert(service.address);
  const std::vector<IpAddress> vips(unique.begin(), unique.end());
  for (const auto& driver : drivers)
    if (auto steered = driver->steer(vips); !steered) return steered;
  return {};
}

}  // namespace

Result<void> run_daemon(const config::Config& config) {
  if (auto checked = check_privileges(); !checked) return checked;
  if (auto checked = check_vips_are_not_local(config); !checked) return checked;
  if (auto checked = check_own_addresses(config); !checked) return checked;
  const auto cores = choose_cores(config.workers, allowed_cores());
  if (!cores) return tl::unexpected(cores.error());

  // Goes in the reverse order: the workers first, then who reads their counters, the ports, their
  // drivers, the memory of them all.
  std::unique_ptr<Eal> eal;
  Mempool mempool;
  Drivers drivers;
  Ethdevs ethdevs;
  std::unique_ptr<control::ControlLoop> loop;
  datapath::SnapshotStore snapshots(config.workers.count);
  std::unique_ptr<WorkerPool> workers;

  if (auto checked = check_ports(config); checked)
    drivers = std::move(*checked);
  else
    return tl::unexpected(checked.error());
  control::block_stop_signals();
  if (auto opened = control::ControlLoop::open(config); opened)
    loop = std::move(*opened);
  else
    return tl::unexpected(opened.error());
  if (auto started = start_eal(config, drivers, *cores); started)
    eal = std::move(*started);
  else
    return tl::unexpected(started.error());
  const bool hugepages = !eal->runs_without_hugepages();
  if (auto made = make_mempool(mempool_settings(config, hugepages)); made)
    mempool = std::move(*made);
  else
    return tl::unexpected(made.error());
  if (auto started = start_ports(config, drivers, mempool.get()); started)
    ethdevs = std::move(*started);
  else
    return tl::unexpected(started.error());

  WorkerPool::Settings settings{.config = config,
                                .ports = {},
                                .cores = cores->workers,
                                .snapshots = snapshots,
                                .control = loop->doorbell(),
                                .mempool = mempool.get()};
  for (const auto& ethdev : ethdevs) settings.ports.push_back(ethdev.get());
  if (auto made = WorkerPool::make(settings); made)
    workers = std::move(*made);
  else
    return tl::unexpected(made.error());
  control::Plant plant{.ports = {},
                       .workers = workers->handles(),
                       .snapshots = &snapshots,
                       .mempool = mempool.get(),
                       .table_capacity = workers->table_capacity(),
                       .hugepages = hugepages};
  for (std::size_t i = 0; i < ethdevs.size(); ++i)
    plant.ports.push_back({&config.ports[i], drivers[i].get(), ethdevs[i].get()});
  if (auto attached = loop->attach(plant); !attached) return attached;
  workers->launch();
  if (auto steered = steer(config, drivers); !steered) return steered;

  log::info("droverd {} is ready", version);
  loop->run();
  return {};
}

}  // namespace drover
