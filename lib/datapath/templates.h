// SPDX-License-Identifier: BSD-3-Clause
// A worker's templates: those that it owns, and those of whose clients it has connections.
//
// The client's hash says which worker owns a template and decides for the client. A template lives
// as long as it has connections, whichever worker's, as in IPVS: whenever it would expire it gets
// another minute. Workers with connections tell its owner twice a minute; so nothing has to be
// counted across workers, and a word that is lost does no harm.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "lib/datapath/peers.h"
#include "lib/datapath/snapshot.h"
#include "lib/flow/bounded_table.h"
#include "lib/flow/client_template.h"

namespace drover::datapath {

class Templates {
 public:
  // Room for `capacity`, which is allocated at the first snapshot that has persistence.
  Templates(std::size_t capacity, flow::HashSeed seed, WorkerId self, Peers& peers)
      : capacity_(capacity), seed_(seed), self_(self), peers_(peers) {}

  void adopt_snapshot(const Snapshot& snapshot);

  WorkerId owner_of(const flow::TemplateKey& key) const {
    return peers_.owner_of(hash(key, seed_));
  }
  // The owner only: the candidate that the client's template names.
  std::optional<std::uint32_t> find(const flow::TemplateKey& key, const Persistence& persistence,
                                    flow::Tick now);
  // The same, and changes nothing.
  std::optional<std::uint32_t> peek(const flow::TemplateKey& key, const Persistence& persistence,
                                    flow::Tick now);
  // The owner only: the client's next connection is scheduled anew, even if the server that its
  // template names comes back.
  void give_up(const flow::TemplateKey& key);
  // The owner only: the client's template, if it has one.
  const flow::ClientTemplate* own(const flow::TemplateKey& key);
  // The owner only: from now on the client's connections go there; `for_other`: the first of them
  // is another worker's. False when there is no room.
  bool enter(const flow::TemplateKey& key, DestinationId destination,
             const Persistence& persistence, flow::Tick now, bool for_other);

  // The owner only: as the other balancer has it, unless the client has connections here. False
  // when there is no room.
  bool receive(const flow::TemplateKey& key, DestinationId destination, bool assured,
               flow::Tick now, flow::Ticks left);

  // A connection has come into, or has left, this worker's table.
  void add_connection(const flow::TemplateKey& key, DestinationId destination, flow::Tick now);
  void remove_connection(const flow::TemplateKey& key);
  // One that goes there is established.
  void assure(const flow::TemplateKey& key, DestinationId destination);
  // Another worker's word to the owner.
  void hear(const Handover& word, flow::Tick now);

  // Looks after some of them; the worker's sweep.
  void sweep(std::size_t rows, flow::Tick now);
  std::size_t rows() const { return table_ ? table_->rows().size() : 0; }
  // Calls `on_template(const ClientTemplate&)` for those of `count` rows from `from` on that are
  // this worker's own. Returns where to go on; rows() at the end.
  template <class OnTemplate>
  std::size_t walk(std::size_t from, std::size_t count, OnTemplate&& on_template) const {
    const std::size_t end = from + std::min(count, rows() - from);
    for (; from < end; ++from)
      if (const Row& row = table_->rows()[from]; row.used && row.owned && !row.given_up)
        on_template(row);
    return end;
  }

 private:
  using Row = flow::ClientTemplate;
  Row* insert(const Row& row, flow::Tick now);
  // False: it was removed.
  bool attend(Row& row, flow::Tick now);
  bool tell_owner(const Row& row);
  void count(const Row& row, bool there);

  std::size_t capacity_;
  flow::HashSeed seed_;
  WorkerId self_;
  Peers& peers_;
  const Snapshot* snapshot_ = nullptr;
  std::optional<flow::BoundedTable<Row>> table_;
};

}  // namespace drover::datapath
