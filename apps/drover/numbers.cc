// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/numbers.h"

#include <fmt/format.h>

#include <cmath>

namespace drover::client {

std::string ipvsadm_number(std::uint64_t number) {
  if (number < 100'000'000) return fmt::format("{:9}", number);
  if (number < 1'000'000'000) return fmt::format("{:8}K", number / 1'000);
  if (number < 100'000'000'000) return fmt::format("{:8}M", number / 1'000'000);
  if (number < 100'000'000'000'000) return fmt::format("{:8}G", number / 1'000'000'000);
  return fmt::format("{:8}T", number / 1'000'000'000'000);
}

std::string ipvsadm_exact_number(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return fmt::format("{:>{}}", digits, digits.size() <= 8 ? 9 : digits.size() + 1);
}

std::string short_number(double number) {
  if (number < 0.05) return "0";
  // The bounds are where the next shorter text would round up to one digit too many.
  if (number < 9.95) return fmt::format("{:.1f}", number);
  if (number < 999.5) return fmt::format("{:.0f}", number);
  for (const char unit : {'k', 'M', 'G', 'T'}) {
    number /= 1000;
    if (number < 99.95) return fmt::format("{:.1f}{}", number, unit);
    if (number < 999.5) return fmt::format("{:.0f}{}", number, unit);
  }
  return fmt::format("{:.0f}T", number);
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::max(seconds, 0.0));
  const std::uint64_t days = whole / 86'400;
  const std::string days_text = days > 0 ? fmt::format("{} d ", days) : "";
  return fmt::format("{}{:02}:{:02}:{:02}", days_text, whole / 3600 % 24, whole / 60 % 60,
                     whole % 60);
}

}  // namespace drover::client
