// What:   DELETE /v1/users/{id} and POST /v1/users/erase: users are forgotten, and the receipt of it.
// Bodies: of the latter {"user_ids": ["u1", 42, ...]}, 1 to 100,000 ids. Receipt: {user_id (of DELETE alone), users,
//         known, events, dead_letters, log_records, models, model_rows, log_mentions, erased_at unix seconds,
//         erased_date}: distinct ids asked for; how many of them had events; what was removed of them: events, waiting
//         dead letters, records of the embedded log that had not been trimmed, models that knew one and rows in them,
//         mentions in log files. Everything is done when it is given out.
// Errors: 422 for a body that is no such object. An id that nobody knows is no error: its events may still lie in the
//         log, and whoever repeats a request whose answer got lost gets a receipt, too.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

inline constexpr std::size_t erased_users_max = 100'000;

/// The distinct ids, or the finished answer.
[[nodiscard]] std::variant<std::vector<std::string>, response> parse_erasure(const request& in);

struct erasure_receipt {
  /// Empty = several were asked for.
  std::string user_id;
  std::uint64_t users{};
  std::uint64_t known{};
  std::uint64_t events{};
  std::uint64_t dead_letters{};
  std::uint64_t log_records{};
  std::uint64_t models{};
  std::uint64_t model_rows{};
  std::uint64_t log_mentions{};
  unix_seconds erased_at{};
};
[[nodiscard]] std::string to_json(const erasure_receipt& receipt);
[[nodiscard]] response render_erasure(const erasure_receipt& receipt);

}  // namespace freshet::http
