// SPDX-License-Identifier: BSD-3-Clause
// A small hash table of fixed size for what a worker remembers besides its connections. A key lives
// in one bucket of eight rows; when those are in use, the one of the least worth gives way.
//
// A Row has a `key` with == and a bool `used`; `hash(key, seed)` is found by its type.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/flow/connection_hash.h"

namespace drover::flow {

template <class RowType>
class BoundedTable {
 public:
  using Row = RowType;
  using Key = decltype(Row::key);
  static constexpr std::size_t rows_a_bucket = 8;
  // Of a row that never gives way.
  static constexpr std::uint32_t priceless = UINT32_MAX;

  // At least `rows`, a power of two. Allocates all that it will ever need.
  BoundedTable(std::size_t rows, HashSeed seed)
      : rows_(std::bit_ceil(rows < rows_a_bucket ? rows_a_bucket : rows)), seed_(seed) {}

  Row* find(const Key& key) {
    if (size_ == 0) return nullptr;
    for (Row *row = bucket_of(key), *end = row + rows_a_bucket; row != end; ++row)
      if (row->used && row->key == key) return row;
    return nullptr;
  }

  // For a key that find() does not know. A row in use that gives way is handed to
  // `on_removed(Row&)`; `worth(const Row&)` says how dear it is. Null: all are priceless.
  template <class Worth, class OnRemoved>
  Row* insert(Row row, Worth&& worth, OnRemoved&& on_removed) {
    Row* place = nullptr;
    std::uint32_t least = priceless;
    for (Row *each = bucket_of(row.key), *end = each + rows_a_bucket; each != end; ++each) {
      if (!each->used) {
        place = each;
        break;
      }
      if (const std::uint32_t its = worth(*each); its < least) {
        least = its;
        place = each;
      }
    }
    if (place == nullptr) return nullptr;
    if (place->used) {
      on_removed(*place);
      remove(*place);
    }
    *place = row;
    place->used = true;
    ++size_;
    return place;
  }

  void remove(Row& row) {
    row = {};
    --size_;
  }

  // Calls `on_row(Row&)` for those in use of the next `count` rows; goes round for ever. It may
  // remove that row.
  template <class OnRow>
  void sweep(std::size_t count, OnRow&& on_row) {
    if (size_ == 0) return;
    for (count = count < rows_.size() ? count : rows_.size(); count > 0; --count) {
      if (rows_[cursor_].used) on_row(rows_[cursor_]);
      cursor_ = (cursor_ + 1) & (rows_.size() - 1);
    }
  }
  const std::vector<Row>& rows() const { return rows_; }
  std::size_t size() const { return size_; }  // rows in use

 private:
  Row* bucket_of(const Key& key) {
    return &rows_[hash(key, seed_) & (rows_.size() - 1) & ~(rows_a_bucket - 1)];
  }

  std::vector<Row> rows_;
  HashSeed seed_;
  std::size_t size_ = 0;
  std::size_t cursor_ = 0;
};

}  // namespace drover::flow
