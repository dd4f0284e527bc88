// SPDX-License-Identifier: BSD-3-Clause
// Lays a wire struct over the bytes of a frame. The caller has checked that it fits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace drover {

template <class Header, class Byte, std::size_t Extent>
auto& header_at(std::span<Byte, Extent> bytes, std::size_t offset) {
  static_assert(alignof(Header) == 1 && std::is_trivially_copyable_v<Header>);
  using Target = std::conditional_t<std::is_const_v<Byte>, const Header, Header>;
  return *reinterpret_cast<Target*>(bytes.data() + offset);
}

}  // namespace drover
