// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>

namespace drover::health {
namespace {

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

std::string take_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason != nullptr ? reason : "the connection was closed";
}

int socket_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool is_temporary() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE.
int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && is_temporary()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(socket_of(bio), bytes, static_cast<std::size_t>(size), 0);
  if (got < 0 && is_temporary()) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* socket_method() {
  static const Owned<BIO_METHOD> method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "check socket");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return Owned<BIO_METHOD>(made);
  }();
  return method.get();
}

}  // namespace

struct TlsContext::Shared {
  Settings settings;
  Owned<SSL_CTX> context;
  Owned<SSL_SESSION> session;  // to resume
};

namespace {

class Tls final : public Channel {
 public:
  Tls(Owned<SSL> session, std::shared_ptr<void> context, Owned<SSL_SESSION>& resumed)
      : context_(std::move(context)), session_(std::move(session)), resumed_(resumed) {}

  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;
  ~Tls() override {
    // Else OpenSSL takes the lack of a closing alert for a reason not to resume the session.
    SSL_set_shutdown(session_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }

  Step establish() override { return step(SSL_connect(session_.get()), 0); }
  Step send(std::string_view bytes) override {
    std::size_t moved = 0;
    const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &moved);
    return step(result, moved);
  }
  Step receive(std::span<char> room) override {
    std::size_t moved = 0;
    const int result = SSL_read_ex(session_.get(), room.data(), room.size(), &moved);
    if (moved > 0 && !resumable_) remember();
    return step(result, moved);
  }

 private:
  // A ticket has come by the time that the first byte has (TLS 1.3).
  void remember() {
    resumable_ = true;
    resumed_.reset(SSL_get1_session(session_.get()));
  }

  Step step(int result, std::size_t moved) {
    if (result > 0) return {.bytes = moved, .error = {}};
    switch (SSL_get_error(session_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return {.want = Want::readable, .error = {}};
      case SSL_ERROR_WANT_WRITE:
        return {.want = Want::writable, .error = {}};
      case SSL_ERROR_ZERO_RETURN:
        return {.ended = true, .error = {}};
      default:
        break;
    }
    const long verified = SSL_get_verify_result(session_.get());
    if (verified != X509_V_OK && SSL_get_verify_mode(session_.get()) != SSL_VERIFY_NONE) {
      ERR_clear_error();
      return {.error = std::string("certificate: ") + X509_verify_cert_error_string(verified)};
    }
    return {.error = take_error()};
  }

  std::shared_ptr<void> context_;  // outlives the session
  Owned<SSL> session_;
  Owned<SSL_SESSION>& resumed_;
  bool resumable_ = false;
};

}  // namespace

Result<TlsContext> TlsContext::make(Settings settings) {
  auto shared = std::make_shared<Shared>();
  shared->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = shared->context.get();
  if (context == nullptr) return failure("https", "OpenSSL: " + take_error());
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A server that closes without a TLS alert has still answered.
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
  if (settings.verify) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    const bool loaded =
        settings.ca_file.empty()
            ? SSL_CTX_set_default_verify_paths(context) == 1
            : SSL_CTX_load_verify_locations(context, settings.ca_file.c_str(), nullptr) == 1;
    if (!loaded)
      return failure(settings.ca_file, "holds no certificate authority: " + take_error());
  }
  shared->settings = std::move(settings);
  return TlsContext(std::move(shared));
}

std::unique_ptr<Channel> TlsContext::channel(int socket) const {
  const Settings& settings = shared_->settings;
  Owned<SSL> session(SSL_new(shared_->context.get()));
  BIO* bio = BIO_new(socket_method());
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  SSL_set_bio(session.get(), bio, bio);
  if (!settings.sni.empty()) SSL_set_tlsext_host_name(session.get(), settings.sni.c_str());
  if (settings.verify) SSL_set1_host(session.get(), settings.name.c_str());
  if (shared_->session) SSL_set_session(session.get(), shared_->session.get());
  return std::make_unique<Tls>(std::move(session), shared_, shared_->session);
}

}  // namespace drover::health
