// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/grown_tables.h"

#include <fmt/format.h>

#include <iterator>

namespace drover::control {

Result<void> GrownTables::fit(const config::Config& config) {
  const TableSizes wanted = table_sizes(config, workers_);
  const auto grow = [&](std::size_t& size, std::size_t bytes, const char* family,
                        std::span<std::byte> datapath::TableMemory::*part) -> Result<void> {
    if (bytes <= size) return {};
    auto pages = get(bytes, family);
    if (!pages) return tl::unexpected(pages.error());
    for (std::size_t i = 0; i < memory_.size(); ++i)
      memory_[i].*part = (*pages)[i]->bytes().first(bytes);
    std::ranges::move(*pages, std::back_inserter(pages_));
    size = bytes;
    return {};
  };
  if (auto grown = grow(sizes_.v4, wanted.v4, "IPv4", &datapath::TableMemory::v4); !grown)
    return grown;
  return grow(sizes_.v6, wanted.v6, "IPv6", &datapath::TableMemory::v6);
}

Result<GrownTables::Pages> GrownTables::get(std::size_t bytes, const char* family) const {
  Pages pages;
  for (std::uint16_t i = 0; i < workers_; ++i) {
    pages.push_back(PageMemory::make(bytes));
    if (pages.back()) continue;
    return failure("connections",
                   fmt::format("no {} MB of memory for the tables of {} connections",
                               (bytes * workers_) >> 20U, family),
                   "lower connections and start droverd anew");
  }
  return pages;
}

}  // namespace drover::control
