// SPDX-License-Identifier: BSD-3-Clause
// Numbers and durations as they are printed.
#pragma once

#include <cstdint>
#include <string>

namespace drover::client {

// As ipvsadm's print_largenum: nine columns, from a hundred million on in thousands (K), millions
// (M), milliards (G) or billions (T), cut and not rounded.
std::string ipvsadm_number(std::uint64_t number);

// As with ipvsadm --exact: all digits, nine columns or one more than there are digits.
std::string ipvsadm_exact_number(std::uint64_t number);

// At most five columns: "0", "0.4", "12", "999", "12.3k", "1.2M"; powers of 1000.
std::string short_number(double number);

// "1,234,567".
std::string grouped(std::uint64_t number);

// "02:03:04", "3 d 02:03:04".
std::string duration(double seconds);

}  // namespace drover::client
