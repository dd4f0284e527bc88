// SPDX-License-Identifier: BSD-3-Clause
// The answer to a scrape in Prometheus's text format, in pieces, so that whoever makes them can do
// other things in between: with a thousand servers the whole takes tens of milliseconds.
#pragma once

#include <prometheus/metric_family.h>

#include <cstddef>
#include <optional>
#include <string>

#include "lib/metrics/facts.h"

namespace drover::metrics {

inline constexpr const char* exposition_content_type = "text/plain; version=0.0.4; charset=utf-8";

class Exposition {
 public:
  explicit Exposition(Facts facts) : facts_(std::move(facts)) {}

  // The next few hundred lines; none after the last.
  std::optional<std::string> next();

 private:
  bool begin_next_family();

  Facts facts_;
  std::size_t maker_ = 0;
  prometheus::MetricFamily family_;
  std::size_t written_ = 0;  // metrics of `family_`
  std::size_t at_once_ = 1;
};

}  // namespace drover::metrics
