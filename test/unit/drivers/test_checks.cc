// SPDX-License-Identifier: BSD-3-Clause
// What is decided without a device: from sysfs, from names, from facts.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "drivers/af_xdp/mtu.h"
#include "drivers/available_memory.h"
#include "drivers/eal.h"
#include "drivers/host_interface.h"
#include "drivers/hugepages.h"
#include "drivers/interface_fitness.h"
#include "drivers/kernel_interface.h"
#include "drivers/mempool.h"
#include "drivers/numa_node.h"
#include "drivers/pci/pci_device.h"
#include "drivers/port_driver.h"
#include "drivers/port_lock.h"
#include "drivers/vdev/vdev_driver.h"
#include "test/unit/catch.h"

namespace drover {
namespace {

namespace fs = std::filesystem;

// A tree like /sys.
class FakeSysfs {
 public:
  FakeSysfs() {
    char name[] = "/tmp/drover-sysfs-XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    root_ = name;
  }
  FakeSysfs(const FakeSysfs&) = delete;
  FakeSysfs& operator=(const FakeSysfs&) = delete;
  ~FakeSysfs() { fs::remove_all(root_); }

  std::string root() const { return root_.string(); }
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << "\n";
  }
  void link(const std::string& path, const std::string& target) const {
    fs::create_directories((root_ / path).parent_path());
    fs::remove(root_ / path);
    fs::create_directory_symlink(target, root_ / path);
  }
  void hugepages(unsigned size_kilobytes, unsigned total, unsigned free, unsigned promised) const {
    const std::string pages = fmt::format("kernel/mm/hugepages/hugepages-{}kB/", size_kilobytes);
    write(pages + "nr_hugepages", std::to_string(total));
    write(pages + "free_hugepages", std::to_string(free));
    write(pages + "resv_hugepages", std::to_string(promised));
  }

 private:
  fs::path root_;
};

const std::string card = "bus/pci/devices/0000:05:00.0/";

std::string check(const FakeSysfs& sysfs) {
  const auto fit = check_pci_device("0000:05:00.0", sysfs.root());
  return fit ? "fit" : to_string(fit.error());
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace

TEST_CASE("a PCI address is read in its two forms", "[drivers]") {
  CHECK(pci_address("05:00.0") == "0000:05:00.0");
  CHECK(pci_address("0000:0A:1F.7") == "0000:0a:1f.7");
  for (const char* bad : {"", "eth0", "5:0.0", "0000:05:00", "0000:05:00.x", "0000-05:00.0"})
    CHECK_FALSE(pci_address(bad));
}

TEST_CASE("each want of a PCI card is told with the command that mends it", "[drivers]") {
  const FakeSysfs sysfs;
  CHECK(check(sysfs) == "0000:05:00.0: there is no such PCI device; `lspci -D` lists them");
  sysfs.write(card + "class", "0x010802");
  CHECK(check(sysfs) == "0000:05:00.0: this PCI device is no network card; `lspci -D` lists them");
  sysfs.write(card + "class", "0x020000");
  const std::string bind = "; drover-bind-nic 0000:05:00.0";
  CHECK(check(sysfs) == "0000:05:00.0: this card is bound to no driver" + bind);
  sysfs.link(card + "driver", "../../../bus/pci/drivers/ixgbe");
  CHECK(check(sysfs) == "0000:05:00.0: this card belongs to the kernel's driver ixgbe" + bind);
  sysfs.write(card + "net/eth1/mtu", "1500");
  CHECK(check(sysfs) ==
        "0000:05:00.0: this card belongs to the kernel's driver ixgbe as eth1" + bind);
  fs::remove_all(fs::path(sysfs.root()) / card / "net");
  sysfs.write(card + "virtio3/net/eth2/mtu", "1500");
  CHECK(check(sysfs) ==
        "0000:05:00.0: this card belongs to the kernel's driver ixgbe as eth2" + bind);
  sysfs.link(card + "driver", "../../../bus/pci/drivers/vfio-pci");
  CHECK(check(sysfs).starts_with("0000:05:00.0: vfio-pci needs an IOMMU"));
  sysfs.write("module/vfio/parameters/enable_unsafe_noiommu_mode", "Y");
  CHECK(
      check(sysfs) ==
      "0000:05:00.0: a PCI card needs hugepages, and none are free; drover-hugepages persist 256");
  sysfs.write("module/vfio/parameters/enable_unsafe_noiommu_mode", "N");
  sysfs.link(card + "iommu_group", "../../../kernel/iommu_groups/7");
  sysfs.hugepages(2048, 64, 64, 0);
  CHECK(check(sysfs) == "fit");
  sysfs.link(card + "driver", "../../../bus/pci/drivers/igb_uio");
  CHECK(check(sysfs) == "fit");
  sysfs.link(card + "iommu_group", sysfs.root() + "/kernel/iommu_groups/7");
  sysfs.write("kernel/iommu_groups/7/type", "DMA-FQ");
  CHECK(check(sysfs) ==
        "0000:05:00.0: with igb_uio this card does not get past the IOMMU, which is on" + bind +
            ", or boot with iommu=pt");
  sysfs.write("kernel/iommu_groups/7/type", "identity");
  CHECK(check(sysfs) == "fit");
}

TEST_CASE("free hugepages are counted without those that are promised", "[drivers]") {
  const FakeSysfs sysfs;
  CHECK(read_hugepages(sysfs.root()).free_megabytes == 0);
  sysfs.hugepages(2048, 64, 32, 2);
  sysfs.hugepages(1048576, 2, 1, 0);
  const Hugepages pages = read_hugepages(sysfs.root());
  CHECK(pages.free_megabytes == 60 + 1024);
  CHECK(pages.total_megabytes == 128 + 2048);
}

TEST_CASE("available memory is what the kernel says", "[drivers]") {
  const FakeSysfs procfs;
  CHECK_FALSE(available_megabytes(procfs.root()));
  procfs.write("meminfo", "MemTotal:       24684344 kB\nMemFree:        18117012 kB");
  CHECK_FALSE(available_megabytes(procfs.root()));
  procfs.write("meminfo",
               "MemTotal:       24684344 kB\nMemAvailable:   22824960 kB\nHugePages_Total:  0");
  CHECK(available_megabytes(procfs.root()) == 22290);
}

TEST_CASE("EAL's arguments follow from the settings", "[drivers]") {
  EalSettings settings;
  settings.main_cpus = {0, 1, 2, 3};
  settings.worker_cpus = {2, 3};
  settings.megabytes = 100;
  CHECK(joined(eal_arguments(settings, true)) ==
        "--no-telemetry --lcores 0@(0,1,2,3),1@2,2@3 --main-lcore 0 --no-huge --no-shconf "
        "--log-level *:notice -m 100 --no-pci --iova-mode va");
  settings.pci = true;
  settings.verbose = true;
  settings.port_arguments = {"-a", "0000:05:00.0"};
  CHECK(joined(eal_arguments(settings, false)) ==
        "--no-telemetry --lcores 0@(0,1,2,3),1@2,2@3 --main-lcore 0 --in-memory "
        "--log-level *:info -m 100 -a 0000:05:00.0");
  settings.table_megabytes = 20;
  settings.numa_node = 2;
  CHECK(joined(eal_arguments(settings, false)).ends_with("--socket-mem 0,0,120 -a 0000:05:00.0"));
  CHECK(joined(eal_arguments(settings, true)).ends_with("-m 100 -a 0000:05:00.0"));
}

TEST_CASE("NUMA nodes are what the kernel says", "[drivers]") {
  const FakeSysfs sysfs;
  CHECK(numa_nodes_of_cores(sysfs.root()).empty());
  sysfs.write("class/net/eth0/device/numa_node", "1");
  sysfs.write("class/net/eth1/device/numa_node", "-1");
  sysfs.write("bus/pci/devices/0000:05:00.0/numa_node", "0");
  CHECK(numa_node_of_device("eth0", sysfs.root()) == 1U);
  CHECK(numa_node_of_device("0000:05:00.0", sysfs.root()) == 0U);
  CHECK_FALSE(numa_node_of_device("eth1", sysfs.root()));
  CHECK_FALSE(numa_node_of_device("eth2", sysfs.root()));
  CHECK_FALSE(numa_node_of_device("", sysfs.root()));

  for (const char* core : {"node0/cpu0", "node0/cpu2", "node1/cpu1", "node1/cpu13", "node1/cpumap"})
    sysfs.write(fmt::format("devices/system/node/{}/online", core), "1");
  sysfs.write("devices/system/node/has_cpu", "0-1");
  CHECK(numa_nodes_of_cores(sysfs.root()) ==
        std::map<unsigned, unsigned>{{0, 0}, {1, 1}, {2, 0}, {13, 1}});

  sysfs.write("devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages", "40");
  sysfs.write("devices/system/node/node1/hugepages/hugepages-1048576kB/free_hugepages", "2");
  CHECK(read_hugepages_of_node(1, sysfs.root()).free_megabytes == 80 + 2048);
  CHECK(read_hugepages_of_node(0, sysfs.root()).free_megabytes == 0);
}

TEST_CASE("the longest AF_XDP frame leaves room for the kernel's headroom", "[drivers]") {
  CHECK(longest_af_xdp_frame(false) == 4096 - 64 - 128 - 128 - 256);
  CHECK(longest_af_xdp_frame(true) == 2176 - 128 - 256);
}

TEST_CASE("a vdev's arguments are found by name", "[drivers]") {
  CHECK(vdev_argument("net_af_xdp0,iface=eth0,start_queue=1", "iface") == "eth0");
  CHECK(vdev_argument("net_af_xdp0,start_queue=1,iface=eth0", "iface") == "eth0");
  CHECK(vdev_argument("net_pcap0,rx_iface=eth0", "iface").empty());
  CHECK(vdev_argument("net_ring0", "iface").empty());
}

TEST_CASE("a port's name makes the host interface's", "[drivers]") {
  CHECK(HostInterface::name_for("front") == "drover-front");
  CHECK(HostInterface::name_for("frontend") == "drover-frontend");
  CHECK_FALSE(HostInterface::name_for("frontside"));
  CHECK_FALSE(HostInterface::name_for("a/b"));
}

TEST_CASE("a device has one user", "[drivers]") {
  const std::string device = fmt::format("test{}", getpid());
  {
    const auto first = PortLock::take(device);
    REQUIRE(first);
    const auto second = PortLock::take(device);
    REQUIRE_FALSE(second);
    CHECK(second.error().what == "another droverd uses this device");
    CHECK(PortLock::take(device + "b"));
  }
  CHECK(PortLock::take(device));
  CHECK_FALSE(PortLock::take(std::string(200, 'x')));
}

TEST_CASE("a kernel interface is described", "[drivers]") {
  const auto loopback = read_kernel_interface("lo");
  REQUIRE(loopback);
  CHECK(loopback->index == 1);
  CHECK(loopback->queues == 1);
  CHECK_FALSE(loopback->hardware);
  CHECK_FALSE(loopback->lro);
  CHECK(to_string(read_kernel_interface("missing0").error()) ==
        "missing0: there is no such network interface; `ip link` lists them");
  CHECK_FALSE(read_kernel_interface(""));
  CHECK_FALSE(read_kernel_interface("a-name-that-is-too-long"));
  CHECK_FALSE(has_carrier(0x7fffffff));
}

TEST_CASE("an interface that merges frames or is down is refused", "[drivers]") {
  const auto refusal = [](const KernelInterface& interface) {
    const auto fit = check_interface_fitness("eth0", interface);
    return fit ? "" : to_string(fit.error());
  };
  CHECK(refusal({.mtu = 1500, .up = true}).empty());
  CHECK(refusal({.up = false}) == "eth0: this interface is down; ip link set dev eth0 up");
  CHECK(refusal({.up = true, .lro = true}) ==
        "eth0: its large receive offload (LRO) merges frames; ethtool -K eth0 lro off");
  CHECK(refusal({.up = true, .gro_hardware = true}) ==
        "eth0: its hardware GRO merges frames; ethtool -K eth0 rx-gro-hw off");
}

TEST_CASE("a queue that nobody would poll is refused", "[drivers]") {
  const KernelInterface interface { .up = true, .queues = 4 };
  CHECK(check_every_queue_is_polled("eth0", interface, 4));
  CHECK(check_every_queue_is_polled("eth0", interface, 5));
  const auto fit = check_every_queue_is_polled("eth0", interface, 2);
  REQUIRE_FALSE(fit);
  CHECK(to_string(fit.error()) ==
        "eth0: it spreads frames over 4 queues, but 2 of them would be polled; "
        "ethtool -L eth0 combined 2, or configure 4 workers");
}

TEST_CASE("a device that no driver takes is refused before EAL starts", "[drivers]") {
  const auto refusal = [](PortSettings::Driver driver, const char* device) {
    PortSettings settings;
    settings.name = "front";
    settings.driver = driver;
    settings.device = device;
    const auto fit = make_port_driver(settings)->check();
    return fit ? "" : to_string(fit.error());
  };
  CHECK(refusal(PortSettings::af_xdp, "missing0") ==
        "missing0: there is no such network interface; `ip link` lists them");
  CHECK(refusal(PortSettings::vdev, "eth0").starts_with("eth0: this is no virtual network device"));
  CHECK(refusal(PortSettings::vdev, "net_pcap0,iface=missing0") ==
        "missing0: there is no such network interface; `ip link` lists them");
  CHECK(refusal(PortSettings::pci, "eth0").starts_with("eth0: this is no PCI address"));
  CHECK(refusal(PortSettings::pci, "ffff:ff:1f.7") ==
        "ffff:ff:1f.7: there is no such PCI device; `lspci -D` lists them");
}

TEST_CASE("the largest MTU of af_xdp is the one that is judged by", "[checks]") {
  for (const bool hugepages : {true, false}) {
    CHECK(check_af_xdp_mtu("eth0", largest_af_xdp_mtu(hugepages), hugepages));
    CHECK(!check_af_xdp_mtu("eth0", largest_af_xdp_mtu(hugepages) + 1, hugepages));
  }
}

}  // namespace drover
