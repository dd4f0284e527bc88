// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/verdict.h"

#include <algorithm>
#include <set>
#include <string>

#include "test/unit/catch.h"

namespace drover::datapath {

TEST_CASE("every verdict has a name of its own, fit for a label", "[datapath]") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < verdict_count; ++i) {
    const std::string_view each = name(static_cast<Verdict>(i));
    CHECK_FALSE(each.empty());
    CHECK(std::ranges::all_of(each, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }));
    names.insert(each);
  }
  CHECK(names.size() == verdict_count);
}

TEST_CASE("names stand beside their verdicts", "[datapath]") {
  CHECK(name(Verdict::forwarded) == "forwarded");
  CHECK(name(Verdict::refused_unreachable) == "refused_unreachable");
  CHECK(name(Verdict::to_kernel) == "to_kernel");
  CHECK(name(Verdict::bad_ip_checksum) == "bad_ip_checksum");
  CHECK(name(Verdict::land) == "land");
  CHECK(name(Verdict::own_source) == "own_source");
  CHECK(name(Verdict::fragment_orphaned) == "fragment_orphaned");
  CHECK(name(Verdict::fragment_expired) == "fragment_expired");
  CHECK(name(Verdict::refusal_limit) == "refusal_limit");
  CHECK(name(Verdict::no_mbuf) == "no_mbuf");
}

TEST_CASE("each fault of a frame has its verdict", "[datapath]") {
  CHECK(name(verdict_of(FrameFault::truncated)) == "truncated");
  CHECK(name(verdict_of(FrameFault::bad_ip_version)) == "bad_ip_version");
  CHECK(name(verdict_of(FrameFault::bad_ip_header_length)) == "bad_ip_header_length");
  CHECK(name(verdict_of(FrameFault::bad_ip_length)) == "bad_ip_length");
  CHECK(name(verdict_of(FrameFault::bad_ip_checksum)) == "bad_ip_checksum");
  CHECK(name(verdict_of(FrameFault::bad_transport_header)) == "bad_transport_header");
  CHECK(name(verdict_of(FrameFault::fragment_tiny)) == "fragment_tiny");
  CHECK(name(verdict_of(FrameFault::bad_extension_header)) == "bad_extension_header");
}

TEST_CASE("verdicts are forwarded, answered or neither", "[datapath]") {
  for (std::size_t i = 0; i < verdict_count; ++i) {
    const auto verdict = static_cast<Verdict>(i);
    const std::string_view each = name(verdict);
    CHECK(is_forwarded(verdict) == each.starts_with("forwarded"));
    CHECK(is_answered(verdict) == (each.starts_with("answered") || each.starts_with("refused")));
  }
}

}  // namespace drover::datapath
