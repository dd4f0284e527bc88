// SPDX-License-Identifier: BSD-3-Clause
#include "apps/droverd/daemon.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "apps/droverd/core_choice.h"
#include "apps/droverd/numa_placement.h"
#include "apps/droverd/worker_pool.h"
#include "drivers/eal.h"
#include "drivers/ethdev.h"
#include "drivers/mempool.h"
#include "drivers/numa_node.h"
#include "drivers/port_driver.h"
#include "lib/base/log.h"
#include "lib/base/service_manager.h"
#include "lib/config/networks.h"
#include "lib/control/control_loop.h"
#include "lib/control/far_workers.h"
#include "lib/control/host_checks.h"
#include "lib/control/signals.h"
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

bool uses_pci(const config::Config& config) {
  return std::ranges::any_of(config.ports, [](const config::Port& port) {
    return port.driver == config::PortDriver::pci;
  });
}

MempoolSettings mempool_settings(const config::Config& config, bool hugepages) {
  unsigned frames = 0;
  for (const config::Port& port : config.ports) frames += port.frames * config.workers.count;
  return {.frames = frames, .hugepages = hugepages, .pci = uses_pci(config)};
}

// Puts what `made` holds in its place, or gives the error on.
template <class T>
Result<void> keep(Result<T> made, T& place) {
  if (!made) return tl::unexpected(std::move(made.error()));
  place = std::move(*made);
  return {};
}

class Daemon {
 public:
  explicit Daemon(const config::Running& running)
      : running_(running), config_(running.config()), snapshots_(config_.workers.count) {}

  Result<void> run() {
    control::raise_descriptor_limit();
    for (const auto step :
         {&Daemon::check_host, &Daemon::check_ports, &Daemon::open_control, &Daemon::start_eal,
          &Daemon::make_pool, &Daemon::start_ports, &Daemon::make_workers, &Daemon::attach_control,
          &Daemon::start_forwarding})
      if (auto done = (this->*step)(); !done) return done;
    log::info("droverd {} is ready", version);
    ServiceManager::from_environment().ready("forwarding");
    loop_->run();
    return {};
  }

 private:
  Result<void> check_host() {
    return control::check_privileges()
        .and_then([this] { return control::check_vips_are_not_local(config_); })
        .and_then([this] { return control::check_own_addresses(config_); })
        .and_then([this] {
          return keep(choose_cores(config_.workers, allowed_cores(), placement_), cores_);
        });
  }

  Result<void> check_ports() {
    for (std::size_t i = 0; i < config_.ports.size(); ++i) {
      const config::Port& port = config_.ports[i];
      drivers_.push_back(make_port_driver({.name = port.name,
                                           .driver = driver_of(port.driver),
                                           .device = port.device,
                                           .host_addresses = config::addresses_of_port(config_, i),
                                           .queues_wanted = config_.workers.count}));
      if (auto checked = drivers_.back()->check(); !checked) return checked;
    }
    return {};
  }

  Result<void> open_control() {
    control::block_signals();
    return keep(control::ControlLoop::open(running_), loop_);
  }

  Result<void> start_eal() {
    // What the kernel gives, such as snapshots, and tables without hugepages.
    if (const auto node = placement_.memory()) prefer_memory_of_node(*node);
    EalSettings settings{.worker_cpus = cores_.workers,
                         .main_cpus = cores_.control,
                         .table_megabytes = WorkerPool::table_megabytes(config_),
                         .numa_node = placement_.memory(),
                         .pci = uses_pci(config_),
                         .port_arguments = {}};
    // The larger of the two sizes that the pool may have.
    settings.megabytes = std::max(mempool_megabytes(mempool_settings(config_, true)),
                                  mempool_megabytes(mempool_settings(config_, false))) +
                         std::uint64_t{2} * config_.workers.count + 16;
    for (const auto& driver : drivers_)
      for (std::string& argument : driver->eal_arguments())
        settings.port_arguments.push_back(std::move(argument));
    return keep(Eal::start(settings), eal_);
  }

  Result<void> make_pool() {
    MempoolSettings settings = mempool_settings(config_, !eal_->runs_without_hugepages());
    settings.socket = eal_->memory_socket();
    return keep(make_mempool(settings), mempool_);
  }

  Result<void> start_ports() {
    for (std::size_t i = 0; i < drivers_.size(); ++i) {
      if (auto probed = drivers_[i]->probe(); !probed) return probed;
      auto ethdev = Ethdev::start({.port = drivers_[i]->ethdev_port(),
                                   .queues = config_.workers.count,
                                   .mempool = mempool_.get()});
      if (!ethdev) return tl::unexpected(ethdev.error());
      announce(config_.ports[i], **ethdev);
      ethdevs_.push_back(std::move(*ethdev));
    }
    return {};
  }

  void announce(const config::Port& port, const Ethdev& ethdev) const {
    log::info("port {}: {} on {}, {} queue(s), MAC address {}, MTU {}", port.name, ethdev.driver(),
              port.device, ethdev.queues(), to_string(ethdev.mac()), ethdev.mtu());
    if (ethdev.queues() < config_.workers.count)
      log::warning("port {}: has {} queue(s), so only the first {} of {} workers poll it",
                   port.name, ethdev.queues(), ethdev.queues(), config_.workers.count);
  }

  Result<void> make_workers() {
    WorkerPool::Settings settings{.config = config_,
                                  .ports = {},
                                  .cores = cores_.workers,
                                  .eal = *eal_,
                                  .snapshots = snapshots_,
                                  .control = loop_->doorbell(),
                                  .mempool = mempool_.get()};
    for (const auto& ethdev : ethdevs_) settings.ports.push_back(ethdev.get());
    return keep(WorkerPool::make(settings), workers_);
  }

  Result<void> attach_control() {
    plant_ = {.ports = {},
              .workers = workers_->handles(),
              .snapshots = &snapshots_,
              .mempool = mempool_.get(),
              .table_capacity = workers_->table_capacity(),
              .hugepages = !eal_->runs_without_hugepages(),
              .table_pages = workers_->table_pages()};
    for (std::size_t i = 0; i < ethdevs_.size(); ++i)
      plant_.ports.push_back(
          {&config_.ports[i], drivers_[i].get(), ethdevs_[i].get(), placement_.ports[i]});
    for (control::PlantWorker& worker : plant_.workers)
      worker.numa_node = placement_.node_of_core(worker.core);
    for (const std::string& far : control::far_workers(plant_)) log::warning("{}", far);
    return loop_->attach(plant_);
  }

  Result<void> start_forwarding() {
    workers_->launch();
    return loop_->start_steering();
  }

  // Destroyed from the last to the first: the workers go before what they use, the control loop
  // before the ports, these before their drivers, all before their memory.
  const config::Running& running_;
  const config::Config config_;  // as of the start; what runs is the loop's
  const NumaPlacement placement_ = NumaPlacement::find(config_);
  CoreChoice cores_;
  std::unique_ptr<Eal> eal_;
  Mempool mempool_;
  std::vector<std::unique_ptr<PortDriver>> drivers_;
  std::vector<std::unique_ptr<Ethdev>> ethdevs_;
  control::Plant plant_;
  std::unique_ptr<control::ControlLoop> loop_;
  datapath::SnapshotStore snapshots_;
  std::unique_ptr<WorkerPool> workers_;
};

}  // namespace

Result<void> run_daemon(const config::Running& running) {
  return Daemon(running).run();
}

}  // namespace drover
