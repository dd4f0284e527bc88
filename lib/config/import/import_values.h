// SPDX-License-Identifier: BSD-3-Clause
// Values as LVS's files write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace drover::config {

// As strtol(3) with base 0: 010 is 8, 0x10 is 16.
std::optional<std::uint64_t> number_of_any_base(const std::string& text);

// A number from 1 to 65535 or a name of /etc/services.
std::optional<std::uint16_t> port_of_service(const std::string& text, const char* protocol);

// Of "255.255.255.0"; none if its ones are not in a row.
std::optional<std::uint8_t> prefix_length_of_mask(std::string_view mask);

// Those of Linux 6.1, all of which drover has, too.
bool is_ipvs_scheduler(std::string_view name);

// The same with what no name of drover's may have replaced by "-", and a number behind it if it is
// among `taken`, to which it is added.
std::string name_from(std::string_view text, std::vector<std::string>& taken);

}  // namespace drover::config
