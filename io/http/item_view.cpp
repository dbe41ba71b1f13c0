#include <charconv>

#include "core/base/text.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet::http {
namespace {

bool is_canonical_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size() && std::to_string(number) == text;
}

void append_member(std::string& out, std::string_view name, const std::optional<std::string>& text) {
  out += name;
  if (text) {
    append_json_string(out, *text);
  } else {
    out += "null";
  }
}

void append_member(std::string& out, std::string_view name, const std::optional<double>& number) {
  out += name;
  if (number) {
    append_json_number(out, *number);
  } else {
    out += "null";
  }
}

}  // namespace

item_view::item_view(item metadata)
    : metadata_(std::move(metadata)), has_integer_id_(is_canonical_integer(metadata_.item_id)) {
  append_json_string(quoted_id_, metadata_.item_id);

  append_member(lite_fields_, "\"title\":", metadata_.title);
  append_member(lite_fields_, ",\"category\":", metadata_.category);
  append_member(lite_fields_, ",\"brand\":", metadata_.brand);
  append_member(lite_fields_, ",\"price\":", metadata_.price);
  append_member(lite_fields_, ",\"img_url\":", metadata_.img_url);
  append_member(lite_fields_, ",\"image_url\":", metadata_.img_url);

  append_member(guide_fields_, "\"product_name\":", metadata_.title);
  append_member(guide_fields_, ",\"brand\":", metadata_.brand);
  append_member(guide_fields_, ",\"price\":", metadata_.price);
  append_member(guide_fields_, ",\"avg_star\":", metadata_.avg_star);
  append_member(guide_fields_, ",\"num_sold_time\":", metadata_.num_sold_time);
}

}  // namespace freshet::http
