// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/trace_text.h"
#include "test/unit/catch.h"
#include "test/unit/drover/sample.h"

namespace drover::client {
namespace {

api::TracedPacket sample() {
  api::TracedPacket packet;
  packet.port = "front";
  packet.packet = "TCP 198.51.100.7:40001 > 192.0.2.10:80 [S]";
  packet.length = 74;
  packet.verdict = "forwarded_new";
  packet.server = "nginx1";
  packet.at = api::Endpoint{ip("192.0.2.21"), 80};
  packet.mac = MacAddress::parse("02:00:00:00:00:15");
  return packet;
}

TEST_CASE("a traced packet, a line a stage") {
  CHECK(trace_text(sample(), "12:34:56.789") ==
        "12:34:56.789 worker 0 port front: TCP 198.51.100.7:40001 > 192.0.2.10:80 [S], 74 bytes\n"
        "  look up   no connection\n"
        "  schedule  by the scheduler: a new connection\n"
        "  rewrite   to nginx1 192.0.2.21:80, 02:00:00:00:00:15\n"
        "  verdict   forwarded_new\n");
}

TEST_CASE("a packet that goes to no server, and a verdict of a newer daemon") {
  auto packet = sample();
  packet.server.clear();
  packet.at.reset();
  packet.verdict = "bad_ip_checksum";
  packet.handed_over = true;
  CHECK(trace_text(packet, "1") ==
        "1 worker 0 port front (from another worker): TCP 198.51.100.7:40001 > 192.0.2.10:80 [S], "
        "74 bytes\n"
        "  verdict   bad_ip_checksum\n");
}

TEST_CASE("a traced packet comes through JSON as it was") {
  const auto decoded = api::decode_traced_packet(api::encode(sample()));
  REQUIRE(decoded);
  CHECK(*decoded == sample());
  auto nowhere = sample();
  nowhere.at.reset();
  nowhere.mac.reset();
  CHECK(*api::decode_traced_packet(api::encode(nowhere)) == nowhere);
}

}  // namespace
}  // namespace drover::client
