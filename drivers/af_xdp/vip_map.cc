// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/af_xdp/vip_map.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "drivers/af_xdp/steer_key.h"

namespace drover {
namespace {

// This process's file descriptors that stand for a "bpf-map", "bpf-prog" and so on.
std::vector<int> own_bpf_fds(std::string_view kind) {
  const std::string target = fmt::format("anon_inode:{}", kind);
  std::vector<int> fds;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    if (std::filesystem::read_symlink(entry.path(), error) != target) continue;
    const std::string name = entry.path().filename().string();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    fds.push_back(fd);
  }
  return fds;
}

std::vector<std::uint32_t> maps_of_own_program(std::uint32_t program_id) {
  for (const int fd : own_bpf_fds("bpf-prog")) {
    std::array<std::uint32_t, 16> maps{};
    bpf_prog_info info{};
    info.map_ids = reinterpret_cast<std::uint64_t>(maps.data());
    info.nr_map_ids = maps.size();
    std::uint32_t length = sizeof info;
    if (bpf_obj_get_info_by_fd(fd, &info, &length) != 0 || info.id != program_id) continue;
    return {maps.begin(), maps.begin() + std::min<std::size_t>(info.nr_map_ids, maps.size())};
  }
  return {};
}

UniqueFd own_map(std::string_view name, const std::vector<std::uint32_t>& ids) {
  for (const int fd : own_bpf_fds("bpf-map")) {
    bpf_map_info info{};
    std::uint32_t length = sizeof info;
    if (bpf_obj_get_info_by_fd(fd, &info, &length) != 0 || info.name != name) continue;
    if (std::find(ids.begin(), ids.end(), info.id) == ids.end()) continue;
    return UniqueFd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  }
  return {};
}

steer_key key_of(const IpAddress& address) {
  steer_key key{};
  if (address.is_v4()) {
    const Be32 wire = address.v4().wire();
    key.family = STEER_IPV4;
    std::memcpy(key.address, &wire, sizeof wire);
  } else {
    key.family = STEER_IPV6;
    std::memcpy(key.address, address.v6().bytes().data(), sizeof key.address);
  }
  return key;
}

}  // namespace

Result<VipMap> VipMap::open(const std::string& where, std::uint32_t program_id) {
  const auto ids = maps_of_own_program(program_id);
  if (ids.empty())
    return failure(where,
                   fmt::format("the attached XDP program (id {}) is not the one that this "
                               "process has loaded",
                               program_id),
                   fmt::format("ip link set dev {} xdp off, and start again", where));
  UniqueFd map = own_map("vips", ids);
  if (!map) return failure(where, "the XDP program's map of VIPs is not to be found");
  return VipMap(std::move(map));
}

Result<void> VipMap::replace(std::span<const IpAddress> vips) {
  const std::set<IpAddress> wanted(vips.begin(), vips.end());
  for (const IpAddress& vip : wanted) {
    if (present_.contains(vip)) continue;
    const steer_key key = key_of(vip);
    const std::uint8_t value = 1;
    if (bpf_map_update_elem(map_.get(), &key, &value, BPF_ANY) != 0)
      return failure(to_string(vip),
                     "this VIP does not go into the XDP program's map: " + errno_text(errno),
                     fmt::format("it holds {}", STEER_VIPS));
    present_.insert(vip);
  }
  for (auto vip = present_.begin(); vip != present_.end();) {
    if (wanted.contains(*vip)) {
      ++vip;
      continue;
    }
    const steer_key key = key_of(*vip);
    bpf_map_delete_elem(map_.get(), &key);
    vip = present_.erase(vip);
  }
  return {};
}

}  // namespace drover
