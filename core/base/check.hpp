// What: FRESHET_CHECK(condition) and FRESHET_CHECK(condition, "why"): an assertion that is never compiled out.
// Why:  a programmer mistake must stop the process at once, in release builds too; the supervisor of the process
//       (systemd, Kubernetes) restarts it, and the store guarantees that nothing accepted is lost.
#pragma once

namespace freshet {

/// Prints the place and the condition on standard error and aborts.
[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line) noexcept;

}  // namespace freshet

#define FRESHET_CHECK_SELECT(_1, _2, name, ...) name
#define FRESHET_CHECK(...) FRESHET_CHECK_SELECT(__VA_ARGS__, FRESHET_CHECK_2, FRESHET_CHECK_1, )(__VA_ARGS__)
#define FRESHET_CHECK_1(condition) FRESHET_CHECK_2(condition, "")
#define FRESHET_CHECK_2(condition, why)                             \
  do {                                                              \
    if (!(condition)) [[unlikely]]                                  \
      ::freshet::check_failed(#condition, why, __FILE__, __LINE__); \
  } while (false)
