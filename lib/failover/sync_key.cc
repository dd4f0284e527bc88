// SPDX-License-Identifier: BSD-3-Clause
// OpenSSL 3 deprecates SHA-256's own functions in favour of EVP, whose HMAC takes locks and memory
// for each message and seven times as long.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "lib/failover/sync_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace drover::failover {
namespace {

constexpr std::size_t most_bytes = 4'096;

SHA256_CTX state_behind(std::array<std::uint8_t, SHA256_CBLOCK> key, std::uint8_t pad) {
  for (std::uint8_t& byte : key) byte = static_cast<std::uint8_t>(byte ^ pad);
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, key.data(), key.size());
  OPENSSL_cleanse(key.data(), key.size());
  return state;
}

// A descriptor that closes itself.
struct OpenFile {
  int descriptor;
  ~OpenFile() {
    if (descriptor >= 0) close(descriptor);
  }
};

Result<void> judge(const std::string& path, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return failure(path, "is no ordinary file");
  if (status.st_uid != 0 && status.st_uid != geteuid())
    return failure(path, "belongs to another user, who could change the key",
                   fmt::format("chown root '{}'", path));
  if ((status.st_mode & 077U) != 0)
    return failure(path, "others than its owner have access to the key",
                   fmt::format("chmod 600 '{}'", path));
  return {};
}

}  // namespace

Result<SyncKey> SyncKey::read(const std::string& path) {
  const OpenFile file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status {};
  if (file.descriptor < 0 || fstat(file.descriptor, &status) != 0)
    return failure(path, fmt::format("cannot read the key: {}", errno_text(errno)),
                   fmt::format("make one: (umask 077; openssl rand -hex 32 > '{}')", path));
  if (auto judged = judge(path, status); !judged) return tl::unexpected(judged.error());

  std::vector<std::uint8_t> secret(most_bytes + 1);
  const ssize_t length = ::read(file.descriptor, secret.data(), secret.size());
  if (length < 0) return failure(path, fmt::format("cannot read the key: {}", errno_text(errno)));
  secret.resize(static_cast<std::size_t>(length));
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (secret.size() < least_bytes || secret.size() > most_bytes)
    return failure(path,
                   fmt::format("the key has {} bytes, expected {} to {}", secret.size(),
                               least_bytes, most_bytes),
                   fmt::format("make one: (umask 077; openssl rand -hex 32 > '{}')", path));
  SyncKey key(secret);
  OPENSSL_cleanse(secret.data(), secret.size());
  return key;
}

SyncKey::SyncKey(std::span<const std::uint8_t> secret) {
  std::array<std::uint8_t, SHA256_CBLOCK> key{};
  if (secret.size() > key.size())
    SHA256(secret.data(), secret.size(), key.data());
  else
    std::ranges::copy(secret, key.begin());
  inner_ = state_behind(key, 0x36);
  outer_ = state_behind(key, 0x5c);
  OPENSSL_cleanse(key.data(), key.size());
}

SyncKey::Digest SyncKey::sign(std::span<const std::uint8_t> message) const {
  Digest digest{};
  SHA256_CTX state = inner_;
  SHA256_Update(&state, message.data(), message.size());
  SHA256_Final(digest.data(), &state);
  state = outer_;
  SHA256_Update(&state, digest.data(), digest.size());
  SHA256_Final(digest.data(), &state);
  return digest;
}

bool SyncKey::verify(std::span<const std::uint8_t> message,
                     std::span<const std::uint8_t> digest) const {
  const Digest right = sign(message);
  return digest.size() == right.size() &&
         CRYPTO_memcmp(right.data(), digest.data(), right.size()) == 0;
}

}  // namespace drover::failover
