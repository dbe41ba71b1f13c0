#include "tools/freshet/load_mix.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

#include "core/base/text.hpp"
#include "io/http/target.hpp"
#include "io/store/event_store.hpp"

namespace freshet::tools {
namespace {

constexpr std::size_t ids_max = 100'000;

}  // namespace

result<load_ids> read_load_ids(const std::filesystem::path& database) {
  FRESHET_ASSIGN(const auto store, event_store::open_reader(database));
  load_ids ids;
  FRESHET_ASSIGN(ids.items, store->item_ids());
  if (ids.items.size() > ids_max) ids.items.resize(ids_max);
  std::optional<error> failure;
  FRESHET_TRY(store->for_each_history([&](user_index user, std::span<const interaction>) {
    auto id = store->user_id(user);
    if (!id) {
      failure = std::move(id).failure();
      return false;
    }
    ids.users.push_back(*std::move(id));
    return ids.users.size() < ids_max;
  }));
  if (failure) return *failure;
  if (ids.users.empty() || ids.items.empty()) {
    return error{error_code::invalid_argument, database.string() + " holds no events to draw users and items from"};
  }
  return ids;
}

load_ids numbered_ids(std::uint32_t users, std::uint32_t items) {
  load_ids ids;
  for (std::uint32_t i = 1; i <= users; ++i) ids.users.push_back(std::to_string(i));
  for (std::uint32_t i = 1; i <= items; ++i) ids.items.push_back(std::to_string(i));
  return ids;
}

result<kind_shares> parse_kinds(std::string_view text) {
  const auto refuse = [](std::string_view part) {
    return error{error_code::invalid_argument, in_quotes(part) +
                                                   " is no share of a kind; give them as recommend=8,similar=1 with "
                                                   "recommend, similar, batch, filtered and reranked"};
  };
  kind_shares shares{};
  double sum = 0;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto part = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    const auto equals = part.find('=');
    const auto* const found = std::ranges::find(load_kind_names, part.substr(0, equals));
    if (equals == std::string_view::npos || found == load_kind_names.end()) return refuse(part);
    double share = 0;
    const auto digits = part.substr(equals + 1);
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), share);
    const bool whole = failure == std::errc{} && end == digits.data() + digits.size();
    if (!whole || !(share >= 0) || share > 1e6) return refuse(part);
    shares[static_cast<std::size_t>(found - load_kind_names.begin())] = share;
    sum += share;
  }
  if (sum <= 0) return refuse(text);
  return shares;
}

load_mix::load_mix(load_ids ids, const mix_options& options)
    : ids_(std::move(ids)), options_(options), random_(options.seed) {}

std::string load_mix::draw_user() {
  if (random_.uniform() < options_.cold_share) return "load-test-" + std::to_string(++cold_users_);
  return ids_.users[random_.below(ids_.users.size())];
}

load_kind load_mix::draw_kind() {
  double sum = 0;
  for (const double share : options_.kinds) sum += share;
  double left = random_.uniform() * sum;
  for (std::size_t i = 0; i < options_.kinds.size(); ++i) {
    left -= options_.kinds[i];
    if (left < 0) return static_cast<load_kind>(i);
  }
  return load_kind::recommend;
}

http::load_request load_mix::similar_request() {
  const auto& item = ids_.items[random_.below(ids_.items.size())];
  const std::string k = std::to_string(options_.topk);
  http::load_request made{.verb = http::method::get, .target = {}, .body = {}, .kind = {}};
  if (options_.surface == "lite") {
    made.target = "/similar-items?item_id=" + http::percent_encode(item) + "&k=" + k;
  } else if (options_.surface == "v1") {
    made.target = "/v1/items/" + http::percent_encode(item) + "/similar?k=" + k;
  } else {
    made.verb = http::method::post;
    made.target = "/similar_items";
    made.body = "{\"product_id\":";
    append_json_string(made.body, item);
    made.body += ",\"topk\":" + k + "}";
  }
  return made;
}

http::load_request load_mix::batch_request() {
  std::string body = "{\"user_ids\":[";
  for (std::size_t i = 0; i < options_.batch_size; ++i) {
    if (i > 0) body += ',';
    append_json_string(body, draw_user());
  }
  body += "],\"topk\":" + std::to_string(options_.topk) + "}";
  return {.verb = http::method::post, .target = "/batch_recommend", .body = std::move(body), .kind = {}};
}

http::load_request load_mix::recommend_request(load_kind kind) {
  const std::string user = draw_user();
  const std::string k = std::to_string(options_.topk);
  std::string price;
  if (kind == load_kind::filtered) append_json_number(price, options_.price_max);
  const bool reranked = kind == load_kind::reranked;
  if (options_.surface == "lite") {
    std::string target = "/recommend?user_id=" + http::percent_encode(user) + "&k=" + k;
    if (!price.empty()) target += "&max_price=" + price;
    if (reranked) target += "&rerank=true";
    return {.verb = http::method::get, .target = std::move(target), .body = {}, .kind = {}};
  }
  const bool v1 = options_.surface == "v1";
  std::string body = "{\"user_id\":";
  append_json_string(body, user);
  body += (v1 ? ",\"k\":" : ",\"topk\":") + k;
  if (!price.empty())
    body += v1 ? ",\"filter\":\"price <= " + price + "\"" : ",\"filter_params\":{\"price_max\":" + price + "}";
  if (reranked) body += v1 ? ",\"diversity\":0.3" : ",\"rerank\":true";
  body += '}';
  return {
      .verb = http::method::post, .target = v1 ? "/v1/recommend" : "/recommend", .body = std::move(body), .kind = {}};
}

http::load_request load_mix::next_recommendation() {
  const auto kind = draw_kind();
  auto made = kind == load_kind::similar ? similar_request()
              : kind == load_kind::batch ? batch_request()
                                         : recommend_request(kind);
  made.kind = static_cast<std::uint32_t>(kind);
  return made;
}

http::load_request load_mix::next_event() {
  std::string body = "{\"user_id\":";
  append_json_string(body, ids_.users[random_.below(ids_.users.size())]);
  body += ",\"item_id\":";
  append_json_string(body, ids_.items[random_.below(ids_.items.size())]);
  body += ",\"ts\":" + std::to_string(std::time(nullptr)) + "}";
  return {.verb = http::method::post, .target = "/v1/events", .body = std::move(body), .kind = 0};
}

}  // namespace freshet::tools
