// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/file_reader.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "lib/base/doorbell.h"

namespace drover::control {

struct FileReader::Reading {
  std::mutex mutex;
  std::condition_variable is_there;
  std::optional<Loaded> loaded;
  Doorbell doorbell;
};

FileReader::~FileReader() {
  if (!reading_) return;
  std::unique_lock lock(reading_->mutex);
  reading_->is_there.wait_for(lock, std::chrono::seconds(1),
                              [this] { return reading_->loaded.has_value(); });
}

void FileReader::read(Load load, Done done) {
  requests_.push_back({std::move(load), std::move(done)});
  if (!reading_) start();
}

void FileReader::start() {
  reading_ = std::make_shared<Reading>();
  ready_.emplace(loop_, FileDescriptor(dup(reading_->doorbell.descriptor())), [this] { finish(); });
  std::thread([reading = reading_, load = requests_.front().load] {
    Loaded loaded = load();
    const std::lock_guard lock(reading->mutex);
    reading->loaded = std::move(loaded);
    reading->is_there.notify_one();
    reading->doorbell.ring();
  }).detach();
}

void FileReader::finish() {
  std::optional<Loaded> loaded;
  {
    const std::lock_guard lock(reading_->mutex);
    loaded = std::move(reading_->loaded);
  }
  ready_.reset();
  reading_.reset();
  const Done done = std::move(requests_.front().done);
  requests_.pop_front();
  done(std::move(*loaded));
  if (!reading_ && !requests_.empty()) start();
}

}  // namespace drover::control
