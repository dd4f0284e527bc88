// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/import/import_values.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>

#include "lib/balance/scheduler.h"
#include "lib/config/values.h"
#include "lib/net/address.h"

namespace drover::config {

std::optional<std::uint64_t> number_of_any_base(const std::string& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  char* end = nullptr;
  errno = 0;
  const unsigned long long value = std::strtoull(text.c_str(), &end, 0);
  if (errno != 0 || *end != '\0') return std::nullopt;
  return value;
}

std::optional<std::uint16_t> port_of_service(const std::string& text, const char* protocol) {
  if (const auto number = number_of_any_base(text))
    return *number >= 1 && *number <= 65'535 ? std::optional(static_cast<std::uint16_t>(*number))
                                             : std::nullopt;
  const servent* service = ::getservbyname(text.c_str(), protocol);
  if (service == nullptr) return std::nullopt;
  return ntohs(static_cast<std::uint16_t>(service->s_port));
}

std::optional<std::uint8_t> prefix_length_of_mask(std::string_view mask) {
  const auto address = Ipv4Address::parse(mask);
  if (!address) return std::nullopt;
  const int length = std::countl_one(address->value());
  if (std::popcount(address->value()) != length) return std::nullopt;
  return static_cast<std::uint8_t>(length);
}

bool is_ipvs_scheduler(std::string_view name) {
  const auto known = balance::scheduler_names();
  return name != "maglev" && std::ranges::find(known, name) != known.end();
}

std::string name_from(std::string_view text, std::vector<std::string>& taken) {
  std::string name(text.substr(0, 60));
  for (char& c : name)
    if (!is_name(std::string_view(&c, 1))) c = '-';
  if (name.empty()) name = "unnamed";
  const std::string base = name;
  for (int number = 2; std::ranges::find(taken, name) != taken.end(); ++number)
    name = fmt::format("{}-{}", base, number);
  taken.push_back(name);
  return name;
}

}  // namespace drover::config
