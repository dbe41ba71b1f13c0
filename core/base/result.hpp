// What:   result<T>, the value of an operation or the error that prevented it.
// Why:    expected failures (bad input, full disk, broker away) are values; only programmer mistakes abort (check.hpp).
// Errors: a code for programs and a sentence for people, which names the value and the remedy.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/base/check.hpp"

namespace freshet {

enum class error_code {
  invalid_argument,  // the caller gave something that cannot be used
  not_found,
  conflict,      // somebody else owns it, or it exists already
  corrupted,     // bytes that do not check out
  unsupported,   // a newer format, or a feature that is not built in
  io_failure,    // the operating system or a disk refused
  unavailable,   // a peer does not answer; trying again may help
  out_of_range,  // an offset or number outside what exists
  exhausted,     // memory, disk or another resource ran out
  cancelled,
  not_positive_definite,
};

/// The code in words, for logs and messages: "invalid_argument".
[[nodiscard]] std::string_view to_string(error_code code);

struct error {
  error_code code{};
  std::string message;

  friend bool operator==(const error&, const error&) = default;
};

/// Puts where it happened in front: `in_context("events.csv", e)` reads "events.csv: line 3 has no column ts".
[[nodiscard]] error in_context(std::string_view context, error cause);

struct [[nodiscard]] success {
  friend bool operator==(success, success) = default;
};

template <class T>
class [[nodiscard]] result {
 public:
  using value_type = T;

  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}          // NOLINT: implicit on purpose
  result(error failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT: implicit on purpose

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }

  const T& value() const& {
    FRESHET_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T& value() & {
    FRESHET_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    FRESHET_CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const error& failure() const& {
    FRESHET_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  error&& failure() && {
    FRESHET_CHECK(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, error> state_;
};

/// An operation that yields nothing but may fail.
using status = result<success>;

}  // namespace freshet

#define FRESHET_CONCATENATE_INNER(a, b) a##b
#define FRESHET_CONCATENATE(a, b) FRESHET_CONCATENATE_INNER(a, b)

/// Leaves the function with the error of `expression`, a status or result whose value is not needed.
#define FRESHET_TRY(expression)                                        \
  do {                                                                 \
    if (auto freshet_try_result = (expression); !freshet_try_result) { \
      return std::move(freshet_try_result).failure();                  \
    }                                                                  \
  } while (false)

/// `FRESHET_ASSIGN(auto rows, read_rows(path));` declares rows, or leaves the function with the error.
#define FRESHET_ASSIGN(declaration, expression) \
  FRESHET_ASSIGN_INNER(FRESHET_CONCATENATE(freshet_result_, __LINE__), declaration, expression)
#define FRESHET_ASSIGN_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                                 \
  if (!temporary) return std::move(temporary).failure();         \
  declaration = std::move(temporary).value()
