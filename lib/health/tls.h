// SPDX-License-Identifier: BSD-3-Clause
// TLS as a client of a real server (OpenSSL).
#pragma once

#include <memory>
#include <string>

#include "lib/base/result.h"
#include "lib/health/channel.h"

namespace drover::health {

// Shared by checks with the same settings.
class TlsContext {
 public:
  struct Settings {
    std::string sni;      // empty: none is sent
    bool verify = false;  // the chain, and that the certificate is for `name`
    std::string name;
    std::string ca_file;  // empty: the system's
  };

  // Reads `ca_file`; an error names it.
  static Result<TlsContext> make(Settings settings);

  // Sessions are resumed from one connection to the next of the same context.
  std::unique_ptr<Channel> channel(int socket) const;

 private:
  struct Shared;
  explicit TlsContext(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  std::shared_ptr<Shared> shared_;
};

}  // namespace drover::health
