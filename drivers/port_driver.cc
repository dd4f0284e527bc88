// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/port_driver.h"

#include <utility>

#include "drivers/af_xdp/af_xdp_driver.h"
#include "drivers/pci/pci_driver.h"
#include "drivers/vdev/vdev_driver.h"

namespace drover {

std::unique_ptr<PortDriver> make_port_driver(PortSettings settings) {
  switch (settings.driver) {
    case PortSettings::pci:
      return std::make_unique<PciDriver>(std::move(settings));
    case PortSettings::vdev:
      return std::make_unique<VdevDriver>(std::move(settings));
    case PortSettings::af_xdp:
      break;
  }
  return std::make_unique<AfXdpDriver>(std::move(settings));
}

}  // namespace drover
