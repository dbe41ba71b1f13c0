#include "tools/freshet/load_mix.hpp"

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

load_mix::load_mix(load_ids ids, const mix_options& options)
    : ids_(std::move(ids)), options_(options), random_(options.seed) {}

std::string load_mix::draw_user() {
  if (random_.uniform() < options_.cold_share) return "load-test-" + std::to_string(++cold_users_);
  return ids_.users[random_.below(ids_.users.size())];
}

http::load_request load_mix::next_recommendation() {
  const std::string user = draw_user();
  const std::string k = std::to_string(options_.topk);
  if (options_.surface == "lite") {
    return {.verb = http::method::get,
            .target = "/recommend?user_id=" + http::percent_encode(user) + "&k=" + k,
            .body = {},
            .kind = 0};
  }
  std::string body = "{\"user_id\":";
  append_json_string(body, user);
  body += (options_.surface == "v1" ? ",\"k\":" : ",\"topk\":") + k + "}";
  return {.verb = http::method::post,
          .target = options_.surface == "v1" ? "/v1/recommend" : "/recommend",
          .body = std::move(body),
          .kind = 0};
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
