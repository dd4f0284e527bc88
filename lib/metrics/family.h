// SPDX-License-Identifier: BSD-3-Clause
// Fills one metric family, so that a list of them reads as a table.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace drover::metrics {

using Labels = std::vector<prometheus::ClientMetric::Label>;

class Family {
 public:
  Family(prometheus::MetricType type, std::string name, std::string help);

  // Of a counter or a gauge. A double: counts above 2^53 lose their last digits.
  Family& add(Labels labels, double value);
  Family& add(Labels labels, std::uint64_t value);

  // Of a histogram: bucket i holds what is above bounds[i - 1] and at most bounds[i]; `count` is of
  // all, those beyond the last bound included.
  Family& add(Labels labels, std::span<const double> bounds, std::span<const std::uint64_t> counts,
              std::uint64_t count, double sum);

  prometheus::MetricFamily take() { return std::move(family_); }

 private:
  prometheus::MetricFamily family_;
};

Family counter(std::string name, std::string help);
Family gauge(std::string name, std::string help);
Family histogram(std::string name, std::string help);

}  // namespace drover::metrics
