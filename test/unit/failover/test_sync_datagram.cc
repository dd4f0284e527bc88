// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/sync_datagram.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"
#include "test/unit/temporary_directory.h"

namespace drover::failover {
namespace {

using Bytes = std::vector<std::uint8_t>;

const SyncKey key(Bytes(32, 0x5a));
const SyncHeader header{.kind = SyncKind::changes,
                        .wants_table = false,
                        .stream = 3,
                        .boot = 0x0102030405060708,
                        .echo = 0x1112131415161718,
                        .sequence = 42,
                        .services = 0xfeedfacecafebeef};
const Bytes body{1, 2, 3, 4, 5};

TEST_CASE("a key signs as RFC 4231 says (test case 6)") {
  // 131 bytes of aa; "Test Using Larger Than Block-Size Key - Hash Key First".
  const SyncKey large(Bytes(131, 0xaa));
  const std::string_view text = "Test Using Larger Than Block-Size Key - Hash Key First";
  const auto digest = large.sign({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  CHECK(Bytes(digest.begin(), digest.end()) ==
        test::from_hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

TEST_CASE("a datagram comes back as it was sealed") {
  const Bytes datagram = seal(header, body, key);
  CHECK(datagram.size() == body.size() + sync_overhead);
  const auto opened = unseal(datagram, key);
  REQUIRE(opened);
  CHECK(opened->header == header);
  CHECK(Bytes(opened->body.begin(), opened->body.end()) == body);
  SyncHeader hello{.kind = SyncKind::hello, .wants_table = true, .boot = 1};
  CHECK(unseal(seal(hello, {}, key), key)->header == hello);
}

TEST_CASE("another key, and each flipped bit, is noticed") {
  const Bytes datagram = seal(header, body, key);
  CHECK(unseal(datagram, SyncKey(Bytes(32, 0x5b))).error() == SealFault::not_authentic);
  for (std::size_t bit = 0; bit < datagram.size() * 8; ++bit) {
    Bytes damaged = datagram;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << bit % 8));
    CHECK(!unseal(damaged, key));
  }
}

TEST_CASE("every cut of a datagram is refused") {
  const Bytes datagram = seal(header, body, key);
  for (std::size_t length = 0; length < datagram.size(); ++length)
    CHECK(!unseal(std::span(datagram).first(length), key));
}

TEST_CASE("a start without an id, or a kind that is not known, is malformed") {
  SyncHeader none = header;
  none.boot = 0;
  CHECK(unseal(seal(none, body, key), key).error() == SealFault::malformed);
  SyncHeader strange = header;
  strange.kind = static_cast<SyncKind>(9);
  CHECK(unseal(seal(strange, body, key), key).error() == SealFault::malformed);
}

TEST_CASE("a datagram sealed in place is the same") {
  Bytes room(sync_overhead + body.size() + 10);
  std::ranges::copy(body, room.begin() + sync_header_length);
  room.resize(seal_in_place(header, room, body.size(), key));
  CHECK(room == seal(header, body, key));
}

TEST_CASE("a hello tells how far the streams are") {
  const std::vector<std::uint64_t> sequences{0, 7, 0x0102030405060708};
  CHECK(read_streams(write_streams(sequences)) == sequences);
  CHECK(read_streams({})->empty());
  CHECK(!read_streams(Bytes(7)));
  CHECK(!read_streams(Bytes(8 * most_streams)));
  CHECK(read_streams(Bytes(8 * (most_streams - 1))));
}

class KeyFile {
 public:
  explicit KeyFile(std::string_view text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    chmod(path_.c_str(), mode);
  }
  Result<SyncKey> read() const { return SyncKey::read(path_); }

 private:
  TemporaryDirectory directory_;
  std::string path_ = directory_.path() / "sync.key";
};

TEST_CASE("a key file's line break is not part of the key") {
  const auto with = KeyFile("0123456789abcdef\n").read();
  const auto without = KeyFile("0123456789abcdef").read();
  REQUIRE(with);
  REQUIRE(without);
  CHECK(with->sign(body) == without->sign(body));
}

TEST_CASE("a key file that others can read, a short one and none are refused") {
  for (const mode_t mode : {0640, 0604, 0660}) {
    const auto read = KeyFile("0123456789abcdef", mode).read();
    REQUIRE(!read);
    CHECK(read.error().remedy.find("chmod 600") != std::string::npos);
  }
  CHECK(KeyFile("0123456789abcde\n").read().error().what ==
        "the key has 15 bytes, expected 16 to 4096");
  CHECK(!KeyFile(std::string(4'097, 'x')).read());
  CHECK(!SyncKey::read("/nowhere/sync.key"));
  CHECK(SyncKey::read("/").error().what == "is no ordinary file");
}

}  // namespace
}  // namespace drover::failover
