// What:   GET /v1/popular and GET /v1/trending as typed values: lists of what all users touch, without a model.
// Query:  window  popular only: "24h" (default), "7d", ... up to 8784h or 366d, or "all"; counted in whole hours up to
//                 a week, in whole days of UTC beyond
//         k       1..1000 (10)
//         filter  in the filter grammar; other items are left out
// Body:   {window, from, to, items: [{rank, item_id, events, title, category, brand, price, img_url, image_url}],
//         count} and for trending {half_life_hours, usual_half_life_hours, to, items: [{..., score, recent, expected}],
//         count}. Times are unix seconds: `to` is the newest event, null before the first.
// Errors: 422 for what is no window or number, 400 for what is out of range.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/data/item_trends.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet::http {

struct popularity_request {
  bool trending = false;
  /// Nothing = all events. Popular only.
  std::optional<std::chrono::hours> window = std::chrono::hours(24);
  /// As the client wrote it.
  std::string window_text = "24h";
  std::size_t k = 10;
  /// Empty = every item.
  std::string filter;
};
[[nodiscard]] parsed<popularity_request> parse_popular(const request& in);
[[nodiscard]] parsed<popularity_request> parse_trending(const request& in);

template <class Figures>
struct listed_item {
  std::shared_ptr<const item_view> view;
  Figures figures;
};
using popular_item = listed_item<item_trends::counted>;
using trending_item = listed_item<item_trends::rising>;

/// The bounds are those of the counted window; nothing when there is no event.
struct counted_span {
  unix_seconds from{};
  unix_seconds to{};
};
[[nodiscard]] response render_popular(const popularity_request& asked, std::optional<counted_span> span,
                                      const std::vector<popular_item>& items);
[[nodiscard]] response render_trending(std::optional<unix_seconds> newest, const std::vector<trending_item>& items);

}  // namespace freshet::http
