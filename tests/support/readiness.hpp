// What: what a running service says of itself at /readyz?verbose, and waiting for it to say something else.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/support/eventually.hpp"
#include "tests/support/service_process.hpp"

namespace freshet::testing {

inline std::string shown(service_process& service) {
  return service.get("/readyz?verbose").raw.body;
}

inline ::testing::AssertionResult becomes_shown(service_process& service, const std::string& text) {
  const auto outcome = eventually([&] { return shown(service).find(text) != std::string::npos; });
  return outcome ? outcome : ::testing::AssertionFailure() << "not " << text << " but " << shown(service);
}

}  // namespace freshet::testing
