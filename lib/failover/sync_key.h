// SPDX-License-Identifier: BSD-3-Clause
// The secret that two balancers share, and the HMAC-SHA256 (RFC 2104) made with it.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "lib/base/result.h"

namespace drover::failover {

class SyncKey {
 public:
  static constexpr std::size_t least_bytes = 16;
  using Digest = std::array<std::uint8_t, 32>;

  // At least `least_bytes` long.
  explicit SyncKey(std::span<const std::uint8_t> secret);
  // The file's bytes but for line breaks at its end. Only its owner may have access to it, and it
  // must be root's or this process's user's. Blocks; not for the loop.
  static Result<SyncKey> read(const std::string& path);

  // Any thread; allocates nothing and waits for nothing.
  Digest sign(std::span<const std::uint8_t> message) const;
  // In a time that does not tell where they differ.
  bool verify(std::span<const std::uint8_t> message, std::span<const std::uint8_t> digest) const;

 private:
  // What the padded key makes of SHA-256's state, within and around the message's digest.
  SHA256_CTX inner_;
  SHA256_CTX outer_;
};

}  // namespace drover::failover
