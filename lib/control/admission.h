// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>

#include "lib/config/config.h"
#include "lib/datapath/admission.h"

namespace drover::control {

// Null: everybody may open as many connections as there is room for.
std::shared_ptr<const datapath::Admission> make_admission(const config::Service& service,
                                                          std::uint16_t workers);

}  // namespace drover::control
