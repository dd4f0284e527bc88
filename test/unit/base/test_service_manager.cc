// SPDX-License-Identifier: BSD-3-Clause
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <string>

#include "lib/base/service_manager.h"
#include "test/unit/catch.h"
#include "test/unit/temporary_directory.h"

namespace drover {
namespace {

// The manager's side of a socket with this name.
class Manager {
 public:
  explicit Manager(std::string name) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), length) == 0);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() { ::close(socket_); }

  // "" when there is nothing.
  std::string hear() const {
    char text[256];
    const ssize_t length = ::recv(socket_, text, sizeof text, 0);
    return length < 0 ? "" : std::string(text, static_cast<std::size_t>(length));
  }

 private:
  int socket_;
};

TEST_CASE("the service manager hears what it is told") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "notify";
  for (const std::string& name : {path, "@drover-test-" + std::to_string(::getpid())}) {
    const Manager manager(name);
    const ServiceManager to(name);
    to.ready("forwarding");
    CHECK(manager.hear() == "READY=1\nSTATUS=forwarding");
    to.reloading();
    CHECK(manager.hear().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    to.status("worker 0 has not moved for 3 s");
    CHECK(manager.hear() == "STATUS=worker 0 has not moved for 3 s");
    to.alive();
    CHECK(manager.hear() == "WATCHDOG=1");
    to.stopping();
    CHECK(manager.hear() == "STOPPING=1");
    CHECK(manager.hear().empty());
  }
}

TEST_CASE("without a manager, or with one that has gone, nothing happens") {
  ServiceManager().ready("forwarding");
  ServiceManager("/nowhere/notify").alive();
  ServiceManager("/" + std::string(200, 'x')).alive();
}

}  // namespace
}  // namespace drover
