// SPDX-License-Identifier: BSD-3-Clause
// A listening Unix socket and its file.
#pragma once

#include <sys/types.h>

#include <string>

#include "lib/base/result.h"
#include "lib/control/file_descriptor.h"

namespace drover::control {

class UnixListener {
 public:
  // See ApiServer::listen for what it makes and refuses.
  static Result<UnixListener> listen(const std::string& path);

  UnixListener(UnixListener&&) noexcept;
  UnixListener& operator=(UnixListener&&) = delete;
  ~UnixListener();  // removes the file unless another one stands in its place by now

  int get() const { return socket_.get(); }
  int release() { return socket_.release(); }  // the caller closes it; the file stays with this

 private:
  UnixListener(FileDescriptor socket, std::string path, dev_t device, ino_t inode);

  FileDescriptor socket_;
  std::string path_;  // absolute; empty when moved from
  dev_t device_;
  ino_t inode_;
};

}  // namespace drover::control
