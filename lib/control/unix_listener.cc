// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/unix_listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace drover::control {
namespace {

namespace fs = std::filesystem;

constexpr mode_t socket_mode = 0660;
constexpr int backlog = 64;

tl::unexpected<Error> refused(const std::string& path, int error) {
  const char* remedy = error == EACCES || error == EPERM || error == EROFS
                           ? "run droverd as root, or set api.socket"
                           : "";
  return failure(path, errno_text(error), remedy);
}

Result<sockaddr_un> socket_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return failure(path,
                   fmt::format("a socket's path has 1 to {} bytes, this one {}",
                               sizeof address.sun_path - 1, path.size()),
                   "choose another api.socket");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Result<FileDescriptor> new_socket(const std::string& path) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return failure(path, errno_text(errno));
  return socket;
}

// Makes the directory if it is missing and opens it.
Result<FileDescriptor> open_directory(const fs::path& directory) {
  std::error_code error;
  if (fs::create_directories(directory, error))
    fs::permissions(directory, fs::perms(0755), error);  // whatever the umask
  if (error) return refused(directory.string(), error.value());
  FileDescriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open()) return refused(directory.string(), errno);
  return opened;
}

// Succeeds when nothing stands at the path any more.
Result<void> clear(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0)
    return errno == ENOENT ? Result<void>() : Result<void>(refused(path, errno));
  if (!S_ISSOCK(status.st_mode))
    return failure(path, "there is a file of another kind in the socket's place",
                   "remove it, or choose another api.socket");
  const auto probe = new_socket(path);
  if (!probe) return tl::unexpected(probe.error());
  const int connected =
      ::connect(probe->get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  // EAGAIN: its backlog is full, so somebody is there.
  if (connected == 0 || errno == EAGAIN)
    return failure(path, fmt::format("another droverd answers on {}", path),
                   "stop it, or choose another api.socket");
  if (errno != ECONNREFUSED) return refused(path, errno);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return refused(path, errno);
  return {};
}

}  // namespace

Result<UnixListener> UnixListener::listen(const std::string& path) {
  const auto address = socket_address(path);
  if (!address) return tl::unexpected(address.error());
  const fs::path absolute = fs::absolute(path);
  auto directory = open_directory(absolute.parent_path());
  if (!directory) return tl::unexpected(directory.error());
  // Two daemons that start at once must not remove each other's fresh socket.
  ::flock(directory->get(), LOCK_EX);
  if (const auto cleared = clear(path, *address); !cleared) return tl::unexpected(cleared.error());
  auto socket = new_socket(path);
  if (!socket) return tl::unexpected(socket.error());
  // bind(2) gives the file the socket's mode less the umask: never more than this, not for a
  // moment.
  if (::fchmod(socket->get(), socket_mode) != 0 ||
      ::bind(socket->get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
    return refused(path, errno);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return refused(path, errno);
  UnixListener listener(std::move(*socket), absolute.string(), status.st_dev, status.st_ino);
  if (::chmod(path.c_str(), socket_mode) != 0 || ::listen(listener.get(), backlog) != 0)
    return refused(path, errno);
  return listener;
}

UnixListener::UnixListener(FileDescriptor socket, std::string path, dev_t device, ino_t inode)
    : socket_(std::move(socket)), path_(std::move(path)), device_(device), inode_(inode) {}

UnixListener::UnixListener(UnixListener&& other) noexcept
    : socket_(std::move(other.socket_)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

UnixListener::~UnixListener() {
  struct stat status {};
  if (!path_.empty() && ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
      status.st_ino == inode_)
    ::unlink(path_.c_str());
}

}  // namespace drover::control
