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
  packet.stages = {
      {.stage = "parse", .found = "ipv4", .entry = {}, .server = "", .verdict = ""},
      {.stage = "classify", .found = "flow", .entry = {}, .server = "", .verdict = ""},
      {.stage = "look_up", .found = "", .entry = {}, .server = "", .verdict = ""},
      {.stage = "schedule",
       .found = "",
       .entry = api::TracedEntry{"SYN_RECV", 60, "nginx1"},
       .server = "nginx1",
       .verdict = "forwarded_new"},
      {.stage = "rewrite", .found = "addressed", .entry = {}, .server = "nginx1", .verdict = ""},
      {.stage = "settle", .found = "sent", .entry = {}, .server = "nginx1", .verdict = ""},
  };
  return packet;
}

TEST_CASE("a traced packet, a line a stage") {
  CHECK(trace_text(sample(), "12:34:56.789") ==
        "12:34:56.789 worker 0 port front: TCP 198.51.100.7:40001 > 192.0.2.10:80 [S], 74 bytes\n"
        "  parse           ipv4\n"
        "  classify        of a flow to a virtual address\n"
        "  look_up         no connection\n"
        "  schedule        connection SYN_RECV, 60 s left, to nginx1; forwarded_new\n"
        "  rewrite         to nginx1 192.0.2.21:80, 02:00:00:00:00:15\n"
        "  settle          sent\n"
        "  verdict         forwarded_new\n");
}

TEST_CASE("a packet that goes to no server, and some that were not told of") {
  auto packet = sample();
  packet.server.clear();
  packet.at.reset();
  packet.verdict = "bad_ip_checksum";
  packet.handed_over = true;
  packet.unseen = 3;
  packet.stages = {
      {.stage = "parse", .found = "bad_ip_checksum", .entry = {}, .server = "", .verdict = ""},
      {.stage = "classify", .found = "", .entry = {}, .server = "", .verdict = "bad_ip_checksum"},
      {.stage = "rewrite", .found = "", .entry = {}, .server = "", .verdict = ""},
      {.stage = "settle", .found = "dropped", .entry = {}, .server = "", .verdict = ""},
  };
  CHECK(trace_text(packet, "1") ==
        "(3 packets in between: no room to tell of)\n"
        "1 worker 0 port front (from another worker): TCP 198.51.100.7:40001 > 192.0.2.10:80 [S], "
        "74 bytes\n"
        "  parse           bad_ip_checksum\n"
        "  classify        bad_ip_checksum\n"
        "  settle          dropped\n"
        "  verdict         bad_ip_checksum\n");
}

TEST_CASE("a traced packet comes through JSON as it was") {
  const auto decoded = api::decode_traced_packet(api::encode(sample()));
  REQUIRE(decoded);
  CHECK(*decoded == sample());
  auto nowhere = sample();
  nowhere.at.reset();
  nowhere.mac.reset();
  nowhere.stages.clear();
  CHECK(*api::decode_traced_packet(api::encode(nowhere)) == nowhere);
}

}  // namespace
}  // namespace drover::client
