// SPDX-License-Identifier: BSD-3-Clause
#include "lib/metrics/exposition.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>

#include "lib/metrics/families.h"

namespace drover::metrics {
namespace {

constexpr std::size_t lines_a_piece = 300;

std::size_t lines_of(const prometheus::MetricFamily& family) {
  if (family.type != prometheus::MetricType::Histogram || family.metric.empty()) return 1;
  return family.metric.front().histogram.bucket.size() + 2;
}

// A family's head, which the serializer writes before each part of it.
std::string_view without_head(std::string_view text) {
  while (text.starts_with('#')) text.remove_prefix(text.find('\n') + 1);
  return text;
}

}  // namespace

bool Exposition::begin_next_family() {
  const auto makers = family_makers();
  while (maker_ < makers.size()) {
    family_ = makers[maker_++](facts_);
    written_ = 0;
    at_once_ = std::max<std::size_t>(1, lines_a_piece / lines_of(family_));
    if (!family_.metric.empty()) return true;  // without a metric a head would say nothing
  }
  return false;
}

std::optional<std::string> Exposition::next() {
  if (written_ == family_.metric.size() && !begin_next_family()) return std::nullopt;
  const std::size_t count = std::min(at_once_, family_.metric.size() - written_);
  const auto from = family_.metric.begin() + static_cast<std::ptrdiff_t>(written_);
  prometheus::MetricFamily part{family_.name, family_.help, family_.type, {}};
  part.metric.assign(std::make_move_iterator(from),
                     std::make_move_iterator(from + static_cast<std::ptrdiff_t>(count)));
  const std::string text = prometheus::TextSerializer().Serialize({part});
  const bool first = written_ == 0;
  written_ += count;
  return first ? text : std::string(without_head(text));
}

}  // namespace drover::metrics
