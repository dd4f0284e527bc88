// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/packet_stream.h"

#include <chrono>
#include <utility>

namespace drover::control {
namespace {

using datapath::FrameRecord;

constexpr std::size_t most_waiting = std::size_t{1} << 20U;  // bytes
constexpr std::size_t piece = std::size_t{64} << 10U;        // bytes
constexpr std::chrono::seconds sign_of_life_interval{5};

}  // namespace

PacketStream::PacketStream(boost::asio::io_context& loop, Observations& observations,
                           std::unique_ptr<PacketEncoder> encoder)
    : observations_(observations),
      encoder_(std::move(encoder)),
      life_(loop, [this] { show_life(); }) {}

void PacketStream::begin(const Observations::Wanted& wanted, ApiReply reply) {
  const auto number = observations_.begin(wanted, shared_from_this());
  if (!number) return reply.error(409, number.error());
  number_ = *number;
  left_ = wanted.count;
  stream_.emplace(reply.stream(encoder_->content_type()));
  waiting_ = encoder_->begin();
  show_life();
}

void PacketStream::end() {
  if (!stream_ || ending_) return;
  ending_ = true;
  waiting_ += encoder_->end(std::exchange(unseen_, 0) + observations_.unseen(number_));
  observations_.end(number_);
  pump();
}

void PacketStream::take(const FrameRecord& record, std::span<const std::uint8_t> bytes,
                        std::uint32_t worker, std::uint64_t unseen) {
  unseen_ += unseen;
  const bool has_room = waiting_.size() < most_waiting;
  if (!accepts(record, worker)) return;
  if (has_room) {
    waiting_ += encoder_->packet(record, bytes, worker, std::exchange(unseen_, 0));
    return;
  }
  ++unseen_;
  if (record.kind == FrameRecord::Kind::sent) return;
  ++left_;
  lost_ = true;
}

// A worker may send as many packets as are wanted of all of them.
bool PacketStream::accepts(const FrameRecord& record, std::uint32_t worker) {
  if (worker >= last_.size()) last_.resize(worker + 1);
  if (record.kind == FrameRecord::Kind::sent) {
    if (record.number > last_[worker]) return false;
    --awaited_;
    return true;
  }
  if (left_ == 0) return false;
  --left_;
  last_[worker] = record.number;
  if (record.leaves) ++awaited_;
  return true;
}

void PacketStream::taken() {
  if (left_ == 0 && awaited_ == 0) return end();
  if (std::exchange(lost_, false)) observations_.renew(number_, left_);
  pump();
}

void PacketStream::pump() {
  if (writing_ || !stream_) return;
  if (waiting_.empty()) {
    if (!ending_) return;
    stream_->end();
    stream_.reset();
    return;
  }
  writing_ = true;
  std::string now = std::move(waiting_);
  waiting_ = now.size() > piece ? now.substr(piece) : std::string();
  now.resize(std::min(now.size(), piece));
  stream_->write(std::move(now),
                 [self = shared_from_this()](bool goes_on) { self->written(goes_on); });
}

void PacketStream::written(bool goes_on) {
  writing_ = false;
  if (goes_on)
    pump();
  else
    stop();
}

void PacketStream::stop() {
  stream_.reset();
  observations_.end(number_);
}

void PacketStream::show_life() {
  if (!stream_ || ending_) return;
  if (!writing_ && waiting_.empty())
    waiting_ = encoder_->sign_of_life(unseen_ + observations_.unseen(number_));
  pump();
  life_.set(std::chrono::steady_clock::now() + sign_of_life_interval);
}

}  // namespace drover::control
