// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/sync_session.h"

#include <algorithm>
#include <utility>

namespace drover::failover {

SyncHeader SyncSession::next(SyncKind kind, std::uint64_t services) {
  return {.kind = kind,
          .wants_table = kind == SyncKind::hello && !complete_,
          .boot = boot_,
          .echo = peer_boot_,
          .sequence = ++sent_,
          .services = services};
}

SyncSession::Heard SyncSession::hear(const SyncHeader& header, TimePoint now,
                                     std::span<const std::uint64_t> streams) {
  if (header.boot == boot_) return {.fault = SessionFault::own};
  if (is_retired(header.boot)) return {.fault = SessionFault::replayed};
  const bool is_hello = header.kind == SyncKind::hello;
  const bool knows_us = header.echo == boot_;
  if (!knows_us && !is_hello) {
    // Sealed before it knew of this start: not taken, but not lost either.
    if (header.boot == peer_boot_ && header.stream < streams_.size() &&
        streams_[header.stream].window.has_begun())
      streams_[header.stream].window.take(header.sequence);
    return {.fault = SessionFault::stranger};
  }

  Heard heard;
  if (header.boot != peer_boot_) {
    // A hello that was recorded before this start could be replayed to end the session with a live
    // peer: another start of it counts only when it knows this node's, as it will with its next
    // hello.
    if (alive(now) && !knows_us) return {.fault = SessionFault::none, .answer = true};
    meet(header.boot);
    heard.is_new = true;
    heard.answer = true;
  }
  streams_.resize(std::max<std::size_t>(streams_.size(), header.stream + 1U));
  if (!streams_[header.stream].window.take(header.sequence))
    return {.fault = SessionFault::replayed};
  judge_losses(header, streams, now);
  last_heard_ = now;
  knows_us_ = knows_us;
  peer_services_ = header.services;
  heard.answer |= is_hello && !knows_us;
  heard.send_table = is_hello && header.wants_table && knows_us;
  if (header.kind == SyncKind::table_end) {
    complete_ = !has_lost_;
    has_lost_ = false;
    heard.complete = complete_;
  }
  return heard;
}

bool SyncSession::is_retired(std::uint64_t boot) const {
  return std::ranges::find(retired_, boot) != retired_.end();
}

void SyncSession::meet(std::uint64_t boot) {
  if (peer_boot_ != 0) retired_.push_back(peer_boot_);
  peer_boot_ = boot;
  lost_before_ = lost();
  streams_.clear();
  has_said_hello_ = false;
  complete_ = false;
  has_lost_ = false;
  last_loss_.reset();
}

std::uint64_t SyncSession::lost() const {
  std::uint64_t lost = lost_before_;
  for (const Stream& stream : streams_) lost += stream.window.lost();
  return lost;
}

// What was sent before the hello before this one has come by now, or it never will. A hello that
// overtook another says nothing new.
void SyncSession::judge_at_hello(const SyncHeader& header, std::span<const std::uint64_t> streams) {
  if (has_said_hello_ && header.sequence <= streams_.front().at_last_hello) return;
  streams_.resize(std::max(streams_.size(), streams.size() + 1));
  for (std::size_t i = 0; i <= streams.size(); ++i) {
    Stream& stream = streams_[i];
    const std::uint64_t so_far = i == 0 ? header.sequence : streams[i - 1];
    if (!stream.window.has_begun())
      stream.window.begin(so_far);
    else if (has_said_hello_)
      stream.window.miss_up_to(stream.at_last_hello);
    stream.at_last_hello = so_far;
  }
  has_said_hello_ = true;
}

// Datagrams overtake each other by less than the time between two hellos, and none should overtake
// the end of a table.
void SyncSession::judge_losses(const SyncHeader& header, std::span<const std::uint64_t> streams,
                               TimePoint now) {
  if (header.kind == SyncKind::table_end)
    streams_[header.stream].window.miss_up_to(header.sequence);
  else if (header.kind == SyncKind::hello)
    judge_at_hello(header, streams);
  has_lost_ |= lost() > std::exchange(lost_judged_, lost());
  if (!complete_ || !has_lost_ || (last_loss_ && now - *last_loss_ < resync_pause)) return;
  complete_ = false;  // the next hello asks for the table
  has_lost_ = false;
  last_loss_ = now;
}

bool SyncSession::hello_due(TimePoint now) {
  if (now < next_hello_) return false;
  next_hello_ = now + hello_interval;
  return true;
}

std::string_view name(SessionFault fault) {
  switch (fault) {
    case SessionFault::none:
      return "none";
    case SessionFault::own:
      return "own";
    case SessionFault::replayed:
      return "replayed";
    case SessionFault::stranger:
      break;
  }
  return "stranger";
}

}  // namespace drover::failover
