#include "io/http/popularity_api.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"
#include "io/http/parameters.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {
namespace {

constexpr integer_range k_range{1, 1000};
constexpr std::int64_t hours_max = 366 * 24;

refusal read_window(const request& in, popularity_request& out) {
  std::optional<std::string> given;
  if (auto refused = read_text(in, "window", given)) return refused;
  if (!given) return std::nullopt;
  out.window_text = *given;
  if (*given == "all") {
    out.window.reset();
    return std::nullopt;
  }
  std::int64_t number = 0;
  const auto* const last = given->data() + given->size();
  const auto [end, failed] = std::from_chars(given->data(), last, number);
  const bool too_large = failed == std::errc::result_out_of_range;
  if ((failed != std::errc() && !too_large) || end + 1 != last || (*end != 'h' && *end != 'd')) {
    return problem(422, "window: " + in_quotes(*given) + " is no window; give hours as 24h, days as 7d, or all", in);
  }
  const std::int64_t unit = *end == 'd' ? 24 : 1;
  if (too_large || number < 1 || number > hours_max / unit) {
    return problem(400, "window: " + in_quotes(*given) + " is out of range; give 1h to 8784h, 1d to 366d, or all", in);
  }
  out.window = std::chrono::hours(number * unit);
  return std::nullopt;
}

refusal refuse_unknown_parameters(const request& in, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : in.query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string list;
    for (const auto each : known) list.append(list.empty() ? "" : ", ").append(each);
    return problem(400, in_quotes(name) + " is unknown here; there are " + list, in);
  }
  return std::nullopt;
}

refusal read_common(const request& in, popularity_request& out) {
  if (auto refused = read_integer(in, "k", k_range, out.k)) return refused;
  std::optional<std::string> filter;
  if (auto refused = read_text(in, "filter", filter)) return refused;
  if (filter) out.filter = *std::move(filter);
  return std::nullopt;
}

void append_time(std::string& out, std::string_view name, std::optional<unix_seconds> time) {
  out += name;
  if (time) {
    append_json_integer(out, *time);
  } else {
    out += "null";
  }
}

void append_figures(std::string& out, const item_trends::counted& figures) {
  out += ",\"events\":";
  append_json_unsigned(out, figures.events);
}

void append_figures(std::string& out, const item_trends::rising& figures) {
  out += ",\"score\":";
  append_json_number(out, figures.score);
  out += ",\"recent\":";
  append_json_number(out, figures.recent);
  out += ",\"expected\":";
  append_json_number(out, figures.expected);
}

template <class Figures>
void append_items(std::string& out, const std::vector<listed_item<Figures>>& items) {
  out += ",\"items\":[";
  std::size_t rank = 0;
  for (const auto& [view, figures] : items) {
    out += rank == 0 ? "{\"rank\":" : ",{\"rank\":";
    append_json_unsigned(out, ++rank);
    out.append(",\"item_id\":").append(view->quoted_id());
    append_figures(out, figures);
    out.append(",").append(view->lite_fields()).append("}");
  }
  out += "],\"count\":";
  append_json_unsigned(out, items.size());
  out += '}';
}

}  // namespace

parsed<popularity_request> parse_popular(const request& in) {
  popularity_request out;
  if (auto refused = refuse_unknown_parameters(in, {"window", "k", "filter"})) return *std::move(refused);
  if (auto refused = read_window(in, out)) return *std::move(refused);
  if (auto refused = read_common(in, out)) return *std::move(refused);
  return out;
}

parsed<popularity_request> parse_trending(const request& in) {
  popularity_request out;
  out.trending = true;
  if (auto refused = refuse_unknown_parameters(in, {"k", "filter"})) return *std::move(refused);
  if (auto refused = read_common(in, out)) return *std::move(refused);
  return out;
}

response render_popular(const popularity_request& asked, std::optional<counted_span> span,
                        const std::vector<popular_item>& items) {
  response answer;
  auto& out = answer.body;
  out += "{\"window\":";
  append_json_string(out, asked.window_text);
  append_time(out, ",\"from\":", span ? std::optional(span->from) : std::nullopt);
  append_time(out, ",\"to\":", span ? std::optional(span->to) : std::nullopt);
  append_items(out, items);
  return answer;
}

response render_trending(std::optional<unix_seconds> newest, const std::vector<trending_item>& items) {
  response answer;
  auto& out = answer.body;
  out += "{\"half_life_hours\":";
  append_json_integer(out, item_trends::half_life_recent.count());
  out += ",\"usual_half_life_hours\":";
  append_json_integer(out, item_trends::half_life_usual.count());
  append_time(out, ",\"to\":", newest);
  append_items(out, items);
  return answer;
}

}  // namespace freshet::http
