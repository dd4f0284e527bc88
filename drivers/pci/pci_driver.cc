// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/pci/pci_driver.h"

#include "drivers/pci/pci_device.h"

namespace drover {

Result<void> PciDriver::check() {
  const auto address = pci_address(settings().device);
  if (!address) return tl::unexpected(address.error());
  set_device(*address);
  if (auto fit = check_pci_device(*address); !fit) return fit;
  if (auto locked = lock(*address); !locked) return locked;
  return check_host_interface();
}

// EAL leaves every other card alone.
std::vector<std::string> PciDriver::eal_arguments() const {
  return {"-a", settings().device};
}

}  // namespace drover
