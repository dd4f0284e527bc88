// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/sync_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace drover::failover {
namespace {

constexpr std::size_t most_bytes = 4'096;

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
  return SyncKey(std::move(secret));
}

SyncKey::Digest SyncKey::sign(std::span<const std::uint8_t> message) const {
  Digest digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), message.data(),
       message.size(), digest.data(), &length);
  return digest;
}

bool SyncKey::verify(std::span<const std::uint8_t> message,
                     std::span<const std::uint8_t> digest) const {
  const Digest right = sign(message);
  return digest.size() == right.size() &&
         CRYPTO_memcmp(right.data(), digest.data(), right.size()) == 0;
}

}  // namespace drover::failover
