// SPDX-License-Identifier: BSD-3-Clause
// Any bytes that a server may send to a check, in pieces of any size, give an outcome: the same
// however they are cut, with a reason that is fit for a log.
//
// The first byte chooses the reader, the second the pieces' size, the rest is the answer.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/health/icmp_echo.h"
#include "lib/health/reply_reader.h"

namespace {

using namespace drover;
using namespace drover::health;

std::unique_ptr<ReplyReader> make_reader(std::uint8_t choice) {
  config::HttpCheck http;
  config::ExpectCheck expect;
  switch (choice) {
    case 'H':
      http.body = "well";
      http.body_regex = "w.*l";
      return make_http_reader(http);
    case 'R':
      expect.regex = "^2[0-9]+ (a|b)*ready";
      return make_expect_reader(expect);
    case 'P':
      expect.receive = "+PONG";
      return make_expect_reader(expect);
    case 'A':
      return make_agent_reader();
    default:
      return make_echo_reader({0x1234, 7}, choice % 2 == 0);
  }
}

Outcome judge(std::uint8_t choice, std::string_view answer, std::size_t piece) {
  const auto reader = make_reader(choice);
  for (; !answer.empty(); answer.remove_prefix(std::min(piece, answer.size())))
    if (auto outcome = reader->take(answer.substr(0, piece))) return *outcome;
  return reader->end();
}

bool is_fit_for_a_log(std::string_view text) {
  for (const char c : text)
    if (c < 0x20 || c > 0x7e) return false;
  return text.size() < 400;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view answer(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Outcome pieces = judge(data[0], answer, std::size_t{data[1]} + 1);
  if (pieces.is_good() != pieces.reason.empty()) std::abort();
  if (!is_fit_for_a_log(pieces.reason)) std::abort();
  // A packet is a whole, a segment is not. Beyond its bounds a reader decides on what it has.
  const bool is_stream = data[0] == 'H' || data[0] == 'P' || data[0] == 'A';
  if (is_stream && answer.size() < 8'192 &&
      pieces.is_good() != judge(data[0], answer, answer.size()).is_good())
    std::abort();
  return 0;
}
