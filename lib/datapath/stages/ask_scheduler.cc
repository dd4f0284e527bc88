// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/ask_scheduler.h"

#include "lib/datapath/stages/warm_up.h"

namespace drover::datapath::stages {

ServerRequest request_of(const Packet& packet, WorkerState& state, const VirtualService& service) {
  return {.state = state,
          .service = service,
          .client = packet.client(),
          .vip = packet.ip_destination(),
          .client_port = packet.key.client_port,
          .virtual_port = packet.key.virtual_port,
          .is_tcp = service.protocol == ip_protocol::tcp,  // the packet may be an ICMP error
          .memory = *(*service.memory)[state.id.value()],
          .random = state.random};
}

std::optional<std::uint32_t> ask_scheduler(const ServerRequest& request,
                                           const balance::Loads& loads) {
  const auto picked = request.service.scheduler->pick(
      request.memory, {.client = request.client,
                       .vip = request.vip,
                       .client_port = request.client_port,
                       .virtual_port = request.virtual_port,
                       .is_tcp = request.is_tcp,
                       .random = WorkerState::next_draw(request.random),
                       .now = request.state.now,
                       .loads = loads});
  return picked ? std::optional(request.service.scheduled[*picked]) : std::nullopt;
}

std::optional<std::uint32_t> pick(const ServerRequest& request) {
  const auto picked = ask_scheduler(request, request.state.loads());
  if (picked && request.state.destination(request.service.candidates[*picked]).warming) [[unlikely]]
    return pass_over_warming(request, *picked);
  return picked;
}

}  // namespace drover::datapath::stages
