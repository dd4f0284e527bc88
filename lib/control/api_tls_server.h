// SPDX-License-Identifier: BSD-3-Clause
// The same API over TCP with TLS, for those who bear a token. Control thread only.
#pragma once

#include <memory>

#include "lib/config/config.h"
#include "lib/control/api_reply.h"

namespace boost::asio {
class io_context;
}

namespace drover::control {

class ApiTlsServer {
 public:
  // Listens at once, with the limits of ApiServer. TLS 1.2 or newer. `settings.listen` is set.
  // Errors: the address, the certificate or its key, a token file that others may read (its mode
  // must be 0600 or less) or that has no token of at least 16 characters.
  static Result<ApiTlsServer> listen(boost::asio::io_context& loop, const config::Api& settings,
                                     ApiHandler handler);

  ApiTlsServer(ApiTlsServer&&) noexcept;
  ApiTlsServer& operator=(ApiTlsServer&&) noexcept;
  ~ApiTlsServer();

 private:
  class Listener;
  explicit ApiTlsServer(std::shared_ptr<Listener> listener);
  std::shared_ptr<Listener> listener_;
};

}  // namespace drover::control
