// SPDX-License-Identifier: BSD-3-Clause
// Reads configuration files on a thread of its own: a file system that hangs must not hold up what
// the control thread does besides. Control thread only, the callbacks too.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "lib/config/load.h"
#include "lib/control/event_source.h"

namespace drover::control {

class FileReader {
 public:
  using Loaded = ResultOrErrors<config::Loaded>;
  using Load = std::function<Loaded()>;  // called on the other thread
  using Done = std::function<void(Loaded)>;

  explicit FileReader(boost::asio::io_context& loop) : loop_(loop) {}
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  // Calls nobody back any more. Waits a second at most for the thread, which else ends by itself.
  ~FileReader();

  // One after the other, in their order, and never from within this call.
  void read(Load load, Done done);

 private:
  struct Reading;  // what both threads see
  struct Request {
    Load load;
    Done done;
  };
  void start();
  void finish();

  boost::asio::io_context& loop_;
  std::deque<Request> requests_;  // the first is being read
  std::shared_ptr<Reading> reading_;
  std::optional<Readable> ready_;
};

}  // namespace drover::control
