// SPDX-License-Identifier: BSD-3-Clause
#include "lib/metrics/family.h"

#include <limits>
#include <utility>

namespace drover::metrics {

using prometheus::ClientMetric;
using prometheus::MetricType;

Family::Family(MetricType type, std::string name, std::string help) {
  family_.type = type;
  family_.name = std::move(name);
  family_.help = std::move(help);
}

Family& Family::add(Labels labels, double value) {
  ClientMetric& metric = family_.metric.emplace_back();
  metric.label = std::move(labels);
  if (family_.type == MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  return *this;
}

Family& Family::add(Labels labels, std::uint64_t value) {
  return add(std::move(labels), static_cast<double>(value));
}

Family& Family::add(Labels labels, std::span<const double> bounds,
                    std::span<const std::uint64_t> counts, std::uint64_t count, double sum) {
  ClientMetric& metric = family_.metric.emplace_back();
  metric.label = std::move(labels);
  ClientMetric::Histogram& histogram = metric.histogram;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    cumulative += counts[i];
    histogram.bucket.push_back({cumulative, bounds[i]});
  }
  histogram.bucket.push_back({count, std::numeric_limits<double>::infinity()});
  histogram.sample_count = count;
  histogram.sample_sum = sum;
  return *this;
}

Family counter(std::string name, std::string help) {
  return {MetricType::Counter, std::move(name), std::move(help)};
}

Family gauge(std::string name, std::string help) {
  return {MetricType::Gauge, std::move(name), std::move(help)};
}

Family histogram(std::string name, std::string help) {
  return {MetricType::Histogram, std::move(name), std::move(help)};
}

}  // namespace drover::metrics
