// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/templates.h"

#include <chrono>

namespace drover::datapath {
namespace {

using std::chrono::seconds;

// What a template gets that would expire but has connections (IPVS's 60 s).
constexpr flow::Ticks extension = seconds(60);
constexpr flow::Ticks word_interval = seconds(30);
constexpr flow::Ticks word_retry = seconds(1);

// Who gives way to a newcomer: the unassured, whose client's address may be forged, before others,
// those without connections first, then whoever expires first.
std::uint32_t worth(const flow::ClientTemplate& row, flow::Tick now) {
  const bool in_use = row.connections > 0 || row.elsewhere;
  if (in_use && row.assured) return flow::BoundedTable<flow::ClientTemplate>::priceless;
  const std::uint32_t order = (row.assured ? 2U : 0U) + (in_use ? 1U : 0U);
  return order << flow::Tick::bits | flow::remaining(row.expires, now).count();
}

}  // namespace

void Templates::adopt_snapshot(const Snapshot& snapshot) {
  snapshot_ = &snapshot;
  if (!table_ && !snapshot.persistences.empty()) table_.emplace(capacity_, seed_);
}

std::optional<std::uint32_t> Templates::find(const flow::TemplateKey& key,
                                             const Persistence& persistence, flow::Tick now) {
  Row* row = table_->find(key);
  if (row == nullptr || (flow::expired(row->expires, now) && !attend(*row, now)) || !row->owned ||
      row->given_up)
    return std::nullopt;
  return persistence.candidate_of(row->destination);
}

std::optional<std::uint32_t> Templates::peek(const flow::TemplateKey& key,
                                             const Persistence& persistence, flow::Tick now) {
  const Row* row = table_ ? table_->find(key) : nullptr;
  if (row == nullptr || !row->owned || row->given_up) return std::nullopt;
  const bool elsewhere = row->elsewhere && !flow::expired(row->elsewhere_until, now);
  const bool in_use = row->connections > 0 || elsewhere;
  if (flow::expired(row->expires, now) && !in_use) return std::nullopt;
  return persistence.candidate_of(row->destination);
}

void Templates::give_up(const flow::TemplateKey& key) {
  if (Row* row = table_->find(key)) row->given_up = row->owned;
}

const flow::ClientTemplate* Templates::own(const flow::TemplateKey& key) {
  const Row* row = table_->find(key);
  return row != nullptr && row->owned ? row : nullptr;
}

bool Templates::enter(const flow::TemplateKey& key, DestinationId destination,
                      const Persistence& persistence, flow::Tick now, bool for_other) {
  Row* row = table_->find(key);
  if (row == nullptr) row = insert({.key = key, .destination = destination}, now);
  if (row == nullptr) return false;
  if (!row->owned || row->given_up || row->destination != destination) {
    if (row->owned) count(*row, false);
    row->owned = true;
    row->destination = destination;
    row->assured = row->extended = row->given_up = false;
    count(*row, true);
  }
  // As with IPVS, one that has been extended gets no more than that again.
  row->expires = now + (row->extended ? extension : persistence.timeout);
  if (for_other) {
    row->elsewhere = true;
    row->elsewhere_until = now + extension;
  }
  return true;
}

bool Templates::receive(const flow::TemplateKey& key, DestinationId destination, bool assured,
                        flow::Tick now, flow::Ticks left) {
  if (!table_) return false;
  Row* row = table_->find(key);
  if (row == nullptr) row = insert({.key = key, .destination = destination}, now);
  if (row == nullptr) return false;
  const bool is_other = row->destination != destination || row->given_up;
  if (!row->owned || (is_other && row->connections == 0)) {
    count(*row, false);
    row->owned = true;
    row->given_up = false;
    row->destination = destination;
    count(*row, true);
  }
  if (row->destination != destination || row->given_up) return true;
  row->assured |= assured;
  if (flow::remaining(row->expires, now) < left) row->expires = now + left;
  return true;
}

void Templates::add_connection(const flow::TemplateKey& key, DestinationId destination,
                               flow::Tick now) {
  Row* row = table_->find(key);
  if (row == nullptr)
    row = insert({.key = key, .destination = destination, .expires = now + word_interval}, now);
  if (row != nullptr) ++row->connections;
}

void Templates::remove_connection(const flow::TemplateKey& key) {
  Row* row = table_ ? table_->find(key) : nullptr;
  if (row != nullptr && row->connections > 0) --row->connections;
}

void Templates::assure(const flow::TemplateKey& key, DestinationId destination) {
  Row* row = table_ ? table_->find(key) : nullptr;
  if (row == nullptr || row->assured || row->destination != destination) return;
  row->assured = true;
  if (!row->owned) tell_owner(*row);
}

void Templates::hear(const Handover& word, flow::Tick now) {
  if (!table_) return;
  Row* row = table_->find(word.client);
  if (row == nullptr)
    row = insert({.key = word.client, .destination = word.destination, .expires = now + extension},
                 now);
  if (row == nullptr) return;
  if (!row->owned) {
    row->owned = true;
    count(*row, true);
  }
  row->elsewhere = true;
  row->elsewhere_until = now + extension;
  row->assured |= word.assured;
}

void Templates::sweep(std::size_t rows, flow::Tick now) {
  if (table_) table_->sweep(rows, [&](Row& row) { attend(row, now); });
}

Templates::Row* Templates::insert(const Row& row, flow::Tick now) {
  return table_->insert(
      row, [now](const Row& each) { return worth(each, now); },
      [this](const Row& gone) { count(gone, false); });
}

bool Templates::attend(Row& row, flow::Tick now) {
  if (row.elsewhere && flow::expired(row.elsewhere_until, now)) row.elsewhere = false;
  const auto group = row.key.group.value();
  const bool has_group =
      group < snapshot_->persistences.size() && snapshot_->persistences[group] != nullptr;
  if (has_group && !flow::expired(row.expires, now)) return true;
  if (!has_group || (row.connections == 0 && !row.elsewhere)) {
    count(row, false);
    table_->remove(row);
    return false;
  }
  if (!row.owned) {
    row.expires = now + (tell_owner(row) ? word_interval : word_retry);
    return true;
  }
  // From when it was due, however late that was noticed.
  row.extended = true;
  while (flow::expired(row.expires, now)) row.expires = row.expires + extension;
  return true;
}

bool Templates::tell_owner(const Row& row) {
  return peers_.hand(owner_of(row.key), {.kind = Handover::Kind::client_is_here,
                                         .assured = row.assured,
                                         .origin = self_,
                                         .destination = row.destination,
                                         .client = row.key});
}

void Templates::count(const Row& row, bool there) {
  if (!row.owned) return;
  const auto& details = snapshot_->destination_details[row.destination.value()];
  Counter& persistent = (*details.persistent)[self_.value()];
  if (there)
    persistent.add(1);
  else
    persistent.subtract(1);
}

}  // namespace drover::datapath
