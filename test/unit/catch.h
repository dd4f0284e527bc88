// SPDX-License-Identifier: BSD-3-Clause
// Catch2 of either major version.
#pragma once

#ifdef DROVER_CATCH2_V2
#include <catch2/catch.hpp>
#else
#include <catch2/catch_all.hpp>
#endif
