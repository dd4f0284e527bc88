// SPDX-License-Identifier: BSD-3-Clause
// The frames in data/ were sent by Linux's own sync daemon, version 1.
#include "lib/failover/sync_message.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover::failover {
namespace {

using test::from_hex;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t udp_payload = 14 + 20 + 8;

std::vector<std::filesystem::path> recordings() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(FAILOVER_DATA))
    paths.push_back(entry.path());
  return paths;
}

nlohmann::json load(const std::filesystem::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

Bytes payload_of(const nlohmann::json& frame) {
  const Bytes bytes = from_hex(frame.get<std::string>());
  return {bytes.begin() + udp_payload, bytes.end()};
}

std::vector<SyncedConnection> read(const Bytes& message, std::uint8_t sync_id = 0) {
  std::vector<SyncedConnection> connections;
  const auto fault = read_sync_message(
      message, sync_id, [&](const SyncedConnection& one) { connections.push_back(one); });
  REQUIRE(!fault);
  return connections;
}

std::optional<SyncFault> fault_of(const Bytes& message, std::uint8_t sync_id = 0) {
  return read_sync_message(message, sync_id, [](const SyncedConnection&) {});
}

SyncedConnection some_connection(bool is_v6 = false) {
  const auto address = [&](const char* v4, const char* v6) {
    return *IpAddress::parse(is_v6 ? v6 : v4);
  };
  return {.protocol = 6,
          .state = 1,
          .client = address("10.0.1.1", "2001:db8:1::1"),
          .vip = address("10.0.0.100", "2001:db8::100"),
          .server = address("10.0.0.103", "2001:db8::103"),
          .client_port = 2000,
          .virtual_port = 80,
          .server_port = 80,
          .timeout = 900};
}

Bytes message_of(const SyncedConnection& connection, std::uint8_t sync_id = 0) {
  SyncMessageWriter writer(sync_id, 1'400);
  REQUIRE(writer.add(connection));
  return writer.finish();
}

TEST_CASE("the kernel's sync messages are read, and written again to the byte") {
  std::size_t frames = 0;
  for (const auto& path : recordings()) {
    INFO(path.string());
    const auto recording = load(path);
    const auto sync_id = recording["syncid"].get<std::uint8_t>();
    for (const auto& frame : recording["frames"]) {
      const Bytes message = payload_of(frame);
      SyncMessageWriter writer(sync_id, 1'472);
      for (const SyncedConnection& connection : read(message)) REQUIRE(writer.add(connection));
      CHECK(writer.finish() == message);
      ++frames;
    }
  }
  CHECK(frames >= 6);
}

TEST_CASE("a recorded connection says what the kernel's table showed") {
  const auto recording = load(std::filesystem::path(FAILOVER_DATA) / "handshake-data-close.json");
  const auto connections = read(payload_of(recording["frames"][0]));
  REQUIRE(connections.size() == 2);
  CHECK(connections[0] == some_connection());
  SyncedConnection closing = some_connection();
  closing.state = 4;
  closing.inactive = true;
  closing.timeout = 120;
  CHECK(connections[1] == closing);
}

TEST_CASE("a persistence template is told from a connection") {
  const auto recording = load(std::filesystem::path(FAILOVER_DATA) / "persistent.json");
  const auto connections = read(payload_of(recording["frames"][0]));
  REQUIRE(connections.size() > 2);
  CHECK(connections[0].is_template);
  CHECK(connections[0].client_port == 0);
  CHECK(connections[0].state == 0);
  CHECK(connections[1].state == 1);  // assured
  CHECK(!connections[2].is_template);
}

TEST_CASE("IPv6 connections come back as they went") {
  const Bytes message = message_of(some_connection(true));
  CHECK(message.size() == 8 + 72);
  CHECK(read(message) == std::vector{some_connection(true)});
}

TEST_CASE("a message is full at its capacity, and then the next one begins") {
  SyncMessageWriter writer(0, 8 + 36 * 3 + 35);
  CHECK(writer.empty());
  for (int i = 0; i < 3; ++i) CHECK(writer.add(some_connection()));
  CHECK(!writer.add(some_connection()));
  CHECK(read(writer.finish()).size() == 3);
  CHECK(writer.empty());
  CHECK(writer.add(some_connection()));
  CHECK(read(writer.finish()).size() == 1);
}

TEST_CASE("a message counts at most 255 connections") {
  SyncMessageWriter writer(0, 65'000);
  for (int i = 0; i < 255; ++i) REQUIRE(writer.add(some_connection()));
  CHECK(!writer.add(some_connection()));
}

TEST_CASE("only messages of the own group are taken, or all") {
  const Bytes message = message_of(some_connection(), 7);
  CHECK(!fault_of(message, 0));
  CHECK(!fault_of(message, 7));
  CHECK(fault_of(message, 8) == SyncFault::other_id);
}

TEST_CASE("every cut of a sync message is refused") {
  for (const bool is_v6 : {false, true}) {
    const Bytes whole = message_of(some_connection(is_v6));
    for (std::size_t length = 0; length < whole.size(); ++length) {
      Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      CHECK(fault_of(cut) == (length < 8 ? SyncFault::truncated : SyncFault::bad_length));
      if (length < 8) continue;
      cut[2] = 0;  // a length that agrees does not help
      cut[3] = static_cast<std::uint8_t>(length);
      CHECK(fault_of(cut) == SyncFault::truncated);
    }
  }
}

TEST_CASE("a malformed entry ends a message") {
  const auto changed = [](std::size_t at, std::uint8_t value) {
    Bytes message = message_of(some_connection());
    message[at] = value;
    return fault_of(message);
  };
  CHECK(changed(0, 1) == SyncFault::bad_version);
  CHECK(changed(5, 0) == SyncFault::bad_version);
  CHECK(changed(6, 1) == SyncFault::bad_version);
  CHECK(changed(10, 0x10) == SyncFault::bad_entry);  // the entry's version
  CHECK(changed(11, 35) == SyncFault::bad_entry);    // shorter than an entry
  CHECK(changed(11, 37) == SyncFault::truncated);
  CHECK(changed(17, 11) == SyncFault::bad_entry);  // no such TCP state
  CHECK(changed(8, 1) == SyncFault::bad_entry);    // too short for IPv6
}

TEST_CASE("options of an entry are passed over, malformed ones refused") {
  // Sequence numbers, 24 bytes, as masquerading services have them; then the next entry.
  Bytes message = message_of(some_connection());
  const auto with_option = [&](std::uint8_t length_said, std::size_t length) {
    Bytes longer = message;
    longer.push_back(1);
    longer.push_back(length_said);
    longer.resize(longer.size() + length);
    longer[3] = static_cast<std::uint8_t>(longer.size());
    longer[11] = static_cast<std::uint8_t>(36 + 2 + length);
    return longer;
  };
  CHECK(read(with_option(24, 24)) == std::vector{some_connection()});
  CHECK(fault_of(with_option(25, 24)) == SyncFault::bad_entry);
  CHECK(fault_of(with_option(0, 24)) == SyncFault::bad_entry);
}

TEST_CASE("connections of other ways of forwarding are passed over") {
  Bytes message = message_of(some_connection());
  message[15] = 0x80;  // masquerading
  CHECK(read(message).empty());
}

}  // namespace
}  // namespace drover::failover
