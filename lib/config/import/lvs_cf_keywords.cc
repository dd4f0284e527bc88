// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/import/lvs_cf_keywords.h"

namespace drover::config {
namespace {

constexpr LvsKeyword global_keywords[] = {
    {"serial_no", "no daemon read it"},
    {"primary", ""},
    {"primary_private", "a second path is `second_path` of failover.vrrp, which names a port",
     true},
    {"primary_shared", "for failover services on shared disks"},
    {"backup", ""},
    {"backup_private", "a second path is `second_path` of failover.vrrp, which names a port", true},
    {"backup_shared", "for failover services on shared disks"},
    {"backup_active", ""},
    {"heartbeat", "Piranha never read it: backup_active said whether there was a pair", true},
    {"heartbeat_port", "VRRP is an IP protocol and has no port"},
    {"keepalive", ""},
    {"deadtime", ""},
    {"sync", "no daemon read it; both balancers of drover can have the very same file"},
    {"rsh_command", "was for load_monitor"},
    {"debug_level", "no daemon read it; droverd has --log-level"},
    {"ipvsadm", "no ipvsadm is needed"},
    {"service", ""},
    {"network", ""},
    {"nat_router", "there is direct routing only", true, true},
    {"nat_nmask", "there is direct routing only", true},
    {"reservation_conflict_action", "for failover services on shared disks"},
    {"monitor_links", "a port's link is always watched"},
    {"syncdaemon", ""},
    {"syncd_iface", "connections are handed over on the way of VRRP"},
    {"syncd_id", "the VRRP instance's id does its work"},
    {"tcp_timeout", ""},
    {"tcpfin_timeout", ""},
    {"udp_timeout", ""},
    {"active_cmd", ""},
    {"inactive_cmd", ""},
    {"hard_shutdown", "a check that fails to run takes nothing else with it"},
};

constexpr LvsKeyword virtual_keywords[] = {
    {"active", ""},
    {"address", "", false, true},
    {"vip_nmask", "the virtual address is on no interface"},
    {"sorry_server", ""},
    {"fwmark", "there are no firewall marks; the address and the port are used", true},
    {"port", ""},
    {"persistent", ""},
    {"pmask", ""},
    {"protocol", ""},
    {"scheduler", ""},
    {"client_monitor", "the checks are droverd's own"},
    {"send", ""},
    {"expect", ""},
    {"send_program", ""},
    {"use_regex", ""},
    {"load_monitor", ""},
    {"timeout", ""},
    {"reentry", ""},
    {"quiesce_server", ""},
    {"start_cmd", "for failover services"},
    {"stop_cmd", "for failover services"},
};

constexpr LvsKeyword server_keywords[] = {
    {"address", ""},
    {"active", ""},
    {"port", ""},
    {"weight", ""},
};

}  // namespace

std::span<const LvsKeyword> lvs_global_keywords() {
  return global_keywords;
}
std::span<const LvsKeyword> lvs_virtual_keywords() {
  return virtual_keywords;
}
std::span<const LvsKeyword> lvs_server_keywords() {
  return server_keywords;
}

}  // namespace drover::config
