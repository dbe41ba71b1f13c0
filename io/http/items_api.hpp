// What:   POST /v1/items as typed values: one item, an array, or NDJSON (application/x-ndjson, one a line).
// Rule:   one bad item never rejects the others; only a body that is no JSON at all is a problem (400).
#pragma once

#include <string>
#include <vector>

#include "core/data/item.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet::http {

struct items_request {
  struct rejected_item {
    std::size_t index{};
    std::string reason;
  };
  std::vector<item> accepted;
  std::vector<rejected_item> rejected;
};
[[nodiscard]] parsed<items_request> parse_items(const request& in);

/// 200 {accepted, rejected:[{index, reason}]}
[[nodiscard]] response render_items(const items_request& query);

}  // namespace freshet::http
