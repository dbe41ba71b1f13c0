// What: the requests of a load test: who asks for what, on which surface.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "io/http/load_generator.hpp"

namespace freshet::tools {

struct load_ids {
  std::vector<std::string> users;
  std::vector<std::string> items;
};

/// Users and items of a database, at most 100,000 of each.
[[nodiscard]] result<load_ids> read_load_ids(const std::filesystem::path& database);
/// Whole numbers from 1 on, for a service whose database is elsewhere.
[[nodiscard]] load_ids numbered_ids(std::uint32_t users, std::uint32_t items);

/// What a request asks for; comes back with its outcome.
enum class load_kind : std::uint32_t { recommend, similar, batch, filtered, reranked };
inline constexpr std::array<std::string_view, 5> load_kind_names{"recommend", "similar", "batch", "filtered",
                                                                 "reranked"};
/// Share of each kind.
using kind_shares = std::array<double, load_kind_names.size()>;
/// "recommend=8,similar=1"; what is not named has no share.
[[nodiscard]] result<kind_shares> parse_kinds(std::string_view text);

struct mix_options {
  /// Share of the requests from users that nobody knows.
  double cold_share = 0;
  /// "lite", "guide" or "v1".
  std::string surface = "guide";
  std::uint32_t topk = 10;
  kind_shares kinds{1, 0, 0, 0, 0};
  /// Of filtered requests.
  double price_max = 20;
  /// Users of a batch, which the guide's surface alone has.
  std::size_t batch_size = 100;
  std::uint64_t seed = 42;
};

/// Draws one request after the other; the same seed gives the same requests.
class load_mix {
 public:
  load_mix(load_ids ids, const mix_options& options);

  http::load_request next_recommendation();
  http::load_request next_event();

 private:
  std::string draw_user();
  load_kind draw_kind();
  http::load_request similar_request();
  http::load_request batch_request();
  http::load_request recommend_request(load_kind kind);

  load_ids ids_;
  mix_options options_;
  random_source random_;
  std::uint64_t cold_users_ = 0;
};

}  // namespace freshet::tools
