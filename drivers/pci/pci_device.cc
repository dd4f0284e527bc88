// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/pci/pci_device.h"

#include <fmt/format.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "drivers/hugepages.h"

namespace drover {
namespace {

namespace fs = std::filesystem;

// "0000:05:00.0": domain, bus, device, function, all hexadecimal.
bool is_full_address(const std::string& text) {
  constexpr std::string_view form = "xxxx:xx:xx.x";
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (form[i] == 'x' ? std::isxdigit(byte) == 0 : text[i] != form[i]) return false;
  }
  return true;
}

// What a symbolic link's target is called; empty without one.
std::string link_name(const fs::path& link) {
  std::error_code error;
  return fs::read_symlink(link, error).filename().string();
}

std::string read_line(const fs::path& file) {
  std::string line;
  std::ifstream stream(file);
  std::getline(stream, line);
  return line;
}

std::string bind_command(const std::string& address) {
  return fmt::format("drover-bind-nic {}", address);
}

// The kernel's interfaces on this card: "eth1"; empty without one. virtio has a device of its own
// in between.
std::string kernel_interfaces(const fs::path& device) {
  std::string names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(device / "net", error))
    names += (names.empty() ? "" : ", ") + entry.path().filename().string();
  for (const auto& entry : fs::directory_iterator(device, error)) {
    if (entry.path().filename().string().starts_with("virtio")) names += kernel_interfaces(entry);
  }
  return names;
}

bool is_uio(const std::string& driver) {
  return driver == "uio_pci_generic" || driver == "igb_uio";
}

Result<void> check_driver(const std::string& address, const fs::path& device,
                          const std::string& driver) {
  if (driver.empty())
    return failure(address, "this card is bound to no driver", bind_command(address));
  if (driver == "vfio-pci" || is_uio(driver)) return {};
  // These DPDK drivers work through the kernel's, which stays bound.
  if (driver == "mlx4_core" || driver == "mlx5_core" || driver == "mana") return {};
  const std::string interfaces = kernel_interfaces(device);
  return failure(address,
                 fmt::format("this card belongs to the kernel's driver {}{}", driver,
                             interfaces.empty() ? "" : " as " + interfaces),
                 bind_command(address));
}

// An IOMMU that translates lets a card reach what vfio has told it of, and nothing else.
Result<void> check_no_translation(const std::string& address, const fs::path& device,
                                  const std::string& driver) {
  if (!read_line(device / "iommu_group/type").starts_with("DMA")) return {};
  return failure(address,
                 fmt::format("with {} this card does not get past the IOMMU, which is on", driver),
                 bind_command(address) + ", or boot with iommu=pt");
}

Result<void> check_iommu(const std::string& address, const fs::path& device,
                         const fs::path& sysfs) {
  if (!link_name(device / "iommu_group").empty()) return {};
  const std::string without =
      read_line(sysfs / "module/vfio/parameters/enable_unsafe_noiommu_mode");
  if (without == "Y" || without == "1") return {};
  return failure(address, "vfio-pci needs an IOMMU, and there is none for this card",
                 "boot with intel_iommu=on or amd_iommu=on, or do without its protection: echo 1 > "
                 "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
}

}  // namespace

Result<std::string> pci_address(const std::string& text) {
  std::string full = text.size() == 7 ? "0000:" + text : text;
  if (!is_full_address(full))
    return failure(text, "this is no PCI address",
                   "write it as lspci -D does, such as 0000:05:00.0");
  for (char& digit : full)
    digit = static_cast<char>(std::tolower(static_cast<unsigned char>(digit)));
  return full;
}

Result<void> check_pci_device(const std::string& address, const std::string& sysfs) {
  const fs::path device = fs::path(sysfs) / "bus/pci/devices" / address;
  std::error_code error;
  if (!fs::exists(device, error))
    return failure(address, "there is no such PCI device", "`lspci -D` lists them");
  if (!read_line(device / "class").starts_with("0x02"))
    return failure(address, "this PCI device is no network card", "`lspci -D` lists them");
  const std::string driver = link_name(device / "driver");
  if (auto fit = check_driver(address, device, driver); !fit) return fit;
  if (driver == "vfio-pci") {
    if (auto fit = check_iommu(address, device, sysfs); !fit) return fit;
  }
  if (is_uio(driver)) {
    if (auto fit = check_no_translation(address, device, driver); !fit) return fit;
  }
  if (read_hugepages(sysfs).free_megabytes == 0)
    return failure(address, "a PCI card needs hugepages, and none are free",
                   "drover-hugepages persist 256");
  return {};
}

}  // namespace drover
