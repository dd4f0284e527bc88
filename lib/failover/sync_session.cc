// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/sync_session.h"

#include <algorithm>
#include <bit>

namespace drover::failover {

SyncHeader SyncSession::next(SyncKind kind, std::uint64_t services) {
  return {.kind = kind,
          .wants_table = kind == SyncKind::hello && !complete_,
          .boot = boot_,
          .echo = peer_boot_,
          .sequence = ++sent_,
          .services = services};
}

SyncSession::Heard SyncSession::hear(const SyncHeader& header, TimePoint now) {
  if (header.boot == boot_) return {.fault = SessionFault::own};
  if (is_retired(header.boot)) return {.fault = SessionFault::replayed};
  const bool is_hello = header.kind == SyncKind::hello;
  const bool knows_us = header.echo == boot_;
  if (!knows_us && !is_hello) return {.fault = SessionFault::stranger};

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
  if (!take_sequence(header.sequence)) return {.fault = SessionFault::replayed};
  judge_losses(header, now);
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
  highest_ = 0;
  seen_ = 0;
  last_hello_ = 0;
  complete_ = false;
  has_lost_ = false;
  last_loss_.reset();
}

// A window as that of IPsec (RFC 4303, 3.4.3). What leaves it unseen is lost.
bool SyncSession::take_sequence(std::uint64_t sequence) {
  if (sequence == 0) return false;
  if (highest_ == 0) {  // the first of this start; what came before it is none of our business
    highest_ = sequence;
    seen_ = ~std::uint64_t{0};
    return true;
  }
  if (sequence <= highest_) {
    const std::uint64_t age = highest_ - sequence;
    if (age >= window || (seen_ >> age & 1U) != 0) return false;
    seen_ |= std::uint64_t{1} << age;
    return true;
  }
  const std::uint64_t step = sequence - highest_;
  if (step >= window) {
    count_lost(window - static_cast<unsigned>(std::popcount(seen_)) + step - window);
    seen_ = 1;
  } else {
    count_lost(step - static_cast<unsigned>(std::popcount(seen_ >> (window - step))));
    seen_ = seen_ << step | 1U;
  }
  highest_ = sequence;
  return true;
}

// Those up to `sequence` that have not come are taken for lost, and count as replayed if they come.
void SyncSession::miss_up_to(std::uint64_t sequence) {
  if (highest_ - sequence >= window) return;
  const std::uint64_t given_up = ~std::uint64_t{0} << (highest_ - sequence);
  count_lost(static_cast<unsigned>(std::popcount(~seen_ & given_up)));
  seen_ |= given_up;
}

void SyncSession::count_lost(std::uint64_t count) {
  lost_ += count;
  has_lost_ |= count > 0;
}

// Datagrams overtake each other by less than the time between two hellos, and none should overtake
// the end of a table.
void SyncSession::judge_losses(const SyncHeader& header, TimePoint now) {
  if (header.kind == SyncKind::table_end) {
    miss_up_to(header.sequence);
  } else if (header.kind == SyncKind::hello && header.sequence > last_hello_) {
    if (last_hello_ != 0) miss_up_to(last_hello_);
    last_hello_ = header.sequence;
  }
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
