// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/bearer_token.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "lib/control/file_descriptor.h"

namespace drover::control {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest digest_of(std::string_view text) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace

Result<BearerToken> BearerToken::read(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0)
    return failure(path, "cannot be read: " + errno_text(errno));
  if (!S_ISREG(status.st_mode) || (status.st_mode & 077) != 0)
    return failure(path, "others than its owner may read or write the token's file",
                   fmt::format("chmod 600 {}", path));
  std::array<char, 1024> bytes{};
  const ssize_t got = ::read(file.get(), bytes.data(), bytes.size());
  if (got < 0) return failure(path, "cannot be read: " + errno_text(errno));
  std::string token(bytes.data(), static_cast<std::size_t>(got));
  token = token.substr(0, token.find_first_of("\r\n"));
  if (token.size() < fewest_characters || token.find_first_of(" \t") != std::string::npos)
    return failure(path,
                   fmt::format("its first line is no token: at least {} characters, no blanks",
                               fewest_characters),
                   fmt::format("openssl rand -hex 32 > {}", path));
  return BearerToken(std::move(token));
}

bool BearerToken::matches(std::string_view authorization) const {
  constexpr std::string_view scheme = "Bearer ";
  const bool has_scheme = authorization.starts_with(scheme);
  const Digest given = digest_of(has_scheme ? authorization.substr(scheme.size()) : "");
  const Digest wanted = digest_of(token_);
  return CRYPTO_memcmp(given.data(), wanted.data(), given.size()) == 0 && has_scheme;
}

}  // namespace drover::control
