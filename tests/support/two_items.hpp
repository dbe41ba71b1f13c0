// What: an answer with two items: one of which everything is known, and one of which nothing is.
#pragma once

#include <memory>

#include "io/http/recommendation_api.hpp"

namespace freshet::testing {

inline http::recommendation two_items() {
  item known{.item_id = "item789"};
  known.title = "A \"quoted\"\nname";
  known.category = "Electronics";
  known.brand = "BrandName";
  known.img_url = "https://example.com/images/item789.jpg";
  known.price = 99.99;
  known.avg_star = 4.5;
  known.num_sold_time = 1200;
  http::recommendation answer{.model_id = "als_20261101_v1"};
  answer.items.push_back({std::make_shared<const http::item_view>(known), 0.85F});
  answer.items.push_back({std::make_shared<const http::item_view>(item{.item_id = "bare"}), 0.5F});
  return answer;
}

}  // namespace freshet::testing
