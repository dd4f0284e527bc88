// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/vlan_interface.h"

#include <fstream>

#include "test/unit/catch.h"
#include "test/unit/temporary_directory.h"

namespace drover::control {

TEST_CASE("a VLAN's interface is found by the kernel's list", "[control]") {
  const TemporaryDirectory directory;
  const std::string list = directory.path() / "config";
  std::ofstream(list) << "VLAN Dev name    | VLAN ID\n"
                         "Name-Type: VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD\n"
                         "eth0.10        | 10  | eth0\n"
                         "servers        | 20  | eth0\n"
                         "other20        | 20  | eth1\n";
  CHECK(vlan_interface("eth0", 10, list) == "eth0.10");
  CHECK(vlan_interface("eth0", 20, list) == "servers");
  CHECK(vlan_interface("eth1", 20, list) == "other20");
}

TEST_CASE("a VLAN's interface that is not there yet goes by the usual name", "[control]") {
  CHECK(vlan_interface("eth0", 30, "/nowhere") == "eth0.30");
}

}  // namespace drover::control
