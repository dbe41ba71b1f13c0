#include "core/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace freshet {

void check_failed(const char* condition, const char* why, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: check failed: %s%s%s\n", file, line, condition, *why ? ": " : "", why);
  std::abort();
}

}  // namespace freshet
