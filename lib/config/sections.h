// SPDX-License-Identifier: BSD-3-Clause
// The sections of the file: a reader each (table.h says what a reader is), and the file's own shape
// where it differs from Config's.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/config/config.h"
#include "lib/config/context.h"

namespace drover::config {

template <class T>
using ByName = std::vector<std::pair<std::string, T>>;

// One device on every node, or one for each.
struct DeviceInFile {
  std::string everywhere;
  ByName<std::string> by_node;
};

// Addresses of the only node, or for each.
struct AddressesInFile {
  std::vector<IpInterface> everywhere;
  ByName<std::vector<IpInterface>> by_node;
};

struct PortInFile : Port {
  DeviceInFile device_in_file;
  AddressesInFile addresses_in_file;
};

struct ServiceInFile : Service, ServiceHealth {
  std::vector<Server> servers;  // in place of a pool
  std::vector<Check> checks;
};

// assemble.h makes a Config of it.
struct File : Config {
  ByName<Node> nodes_in_file;
  std::vector<PortInFile> ports_in_file;
  ByName<Pool> pools_in_file;
  std::vector<ServiceInFile> services_in_file;
};

std::optional<File> read_root(Context& context, const YamlNode& node);

// A balancer's own on one network: one address, or one of each family in a list.
std::optional<std::vector<IpInterface>> own_addresses(Context& context, const YamlNode& node);

std::optional<ByName<Node>> read_nodes(Context& context, const YamlNode& node);
std::optional<Workers> read_workers(Context& context, const YamlNode& node);
std::optional<std::vector<PortInFile>> read_ports(Context& context, const YamlNode& node);
std::optional<ByName<Pool>> read_pools(Context& context, const YamlNode& node);
std::optional<std::vector<Server>> read_servers(Context& context, const YamlNode& node);
std::optional<std::vector<Check>> read_checks(Context& context, const YamlNode& node);
std::optional<std::vector<ServiceInFile>> read_services(Context& context, const YamlNode& node);
std::optional<Timeouts> read_timeouts(Context& context, const YamlNode& node);
std::optional<VrrpInstance> read_vrrp_instance(Context& context, const YamlNode& node);
std::optional<Failover> read_failover(Context& context, const YamlNode& node);
std::optional<Sync> read_sync(Context& context, const YamlNode& node);
std::optional<Api> read_api(Context& context, const YamlNode& node);
std::optional<Metrics> read_metrics(Context& context, const YamlNode& node);

}  // namespace drover::config
