// SPDX-License-Identifier: BSD-3-Clause
// Orders the workers to tell of packets, for several readers at once, and hands each what is for
// it. Control thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/control/plant.h"
#include "lib/datapath/observation.h"

namespace drover::control {

class ObservationReader {
 public:
  virtual ~ObservationReader() = default;
  // `record`: a TraceRecord if its kind says so. `unseen`: how many records it should have got
  // from this worker since the last one, but there was no room.
  virtual void take(const datapath::FrameRecord& record, std::span<const std::uint8_t> bytes,
                    std::uint32_t worker, std::uint64_t unseen) = 0;
  // Behind some take().
  virtual void taken() = 0;
};

class Observations {
 public:
  explicit Observations(const Plant& plant) : plant_(plant) {}
  Observations(const Observations&) = delete;
  Observations& operator=(const Observations&) = delete;

  struct Wanted {
    PacketFilter filter;
    datapath::ObservationOrder::Kind kind = datapath::ObservationOrder::Kind::trace;
    std::uint64_t count = 0;  // packets, of each worker
    std::uint32_t most_bytes = 0;
    std::string who;  // "a trace of uid 0, pid 4711"; for those who find no room any more
  };
  // Gives the number of the observation, which is one of its reader's records. Errors: there are
  // as many as there may be; who has them.
  Result<std::uint32_t> begin(const Wanted& wanted,
                              const std::shared_ptr<ObservationReader>& reader);
  // So many packets more, of each worker.
  void renew(std::uint32_t number, std::uint64_t count);
  void end(std::uint32_t number);
  // Records that found no room and of which no take() has told yet.
  std::uint64_t unseen(std::uint32_t number) const;

  // The doorbell rang. True: there may be more, so ring it again.
  bool records_arrived();

 private:
  struct Observation {
    std::uint32_t number = 0;  // 0: the slot is free
    Wanted wanted;
    std::shared_ptr<ObservationReader> reader;
    std::vector<std::uint64_t> told;  // by worker: of its count of records without room
    bool has_taken = false;
  };
  Observation* find(std::uint32_t number);
  bool take_from(std::uint32_t worker);
  void order(std::uint32_t number, const datapath::ObservationOrder& order) const;
  static datapath::ObservationOrder order_of(const Wanted& wanted, std::size_t slot);

  const Plant& plant_;
  std::array<Observation, datapath::most_observations> observations_;
  std::size_t last_slot_ = 0;
  std::uint32_t last_number_ = 0;
};

}  // namespace drover::control
