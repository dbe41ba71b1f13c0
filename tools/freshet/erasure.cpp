#include "tools/freshet/erasure.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/base/text.hpp"
#include "io/artifacts/user_erasure.hpp"
#include "io/http/client.hpp"
#include "io/http/erasure_api.hpp"
#include "io/store/forgotten.hpp"
#include "io/store/store_settings.hpp"
#include "io/telemetry/audit_log.hpp"
#include "io/telemetry/log_erasure.hpp"
#include "tools/freshet/owner.hpp"

namespace freshet::tools {
namespace {

/// A compaction of a large database takes its time.
constexpr std::chrono::hours patience{2};

result<std::string> by_service(const std::filesystem::path& socket, const std::vector<std::string>& user_ids) {
  if (user_ids.size() > http::erased_users_max) {
    return error{error_code::invalid_argument,
                 "a running service erases at most " + std::to_string(http::erased_users_max) + " users in one go"};
  }
  std::string body = "{\"user_ids\":[";
  const char* separator = "";
  for (const auto& id : user_ids) append_json_string(body.append(std::exchange(separator, ",")), id);
  body += "]}";
  FRESHET_ASSIGN(const auto service, http::client::connect("unix:" + socket.string(), patience));
  FRESHET_ASSIGN(auto answer, service->send(http::method::post, "/v1/users/erase",
                                            {{"content-type", "application/json"}}, std::move(body)));
  if (answer.status == 200) return std::move(answer.body);
  return error{error_code::unavailable,
               "the running service answered " + std::to_string(answer.status) + ": " + answer.body};
}

result<http::erasure_receipt> by_hand(const options& settings, const std::vector<std::string>& user_ids,
                                      const clock& time) {
  auto store_settings = to_store_options(settings);
  store_settings.create_if_missing = false;
  FRESHET_ASSIGN(const auto store, event_store::open(settings.store.path, store_settings));
  http::erasure_receipt receipt{.user_id = user_ids.size() == 1 ? user_ids.front() : "", .users = user_ids.size()};
  receipt.erased_at = time.now_seconds();
  FRESHET_ASSIGN(const auto erased, store->erase_users({user_ids, receipt.erased_at, {}}));
  receipt.known = erased.users;
  receipt.events = erased.events;
  receipt.dead_letters = erased.dead_letters;
  receipt.log_records = erased.log_records;
  const std::unordered_set<std::string_view> gone(user_ids.begin(), user_ids.end());
  FRESHET_ASSIGN(const auto models,
                 erase_users_from_models(settings.model.dir, [&](std::string_view id) -> result<bool> {
                   if (gone.contains(id)) return true;
                   return is_forgotten(*store, id);
                 }));
  receipt.models = models.models;
  receipt.model_rows = models.rows;
  FRESHET_ASSIGN(receipt.log_mentions, erase_users_from_logs(settings.logging.dir, user_ids));
  return receipt;
}

}  // namespace

result<std::string> erase_users(const options& settings, const std::vector<std::string>& user_ids) {
  if (const auto socket = service_of(settings.store.path)) return by_service(*socket, user_ids);
  const system_clock time;
  const auto receipt = by_hand(settings, user_ids, time);
  const audit_log audit(settings.logging.dir, time);
  FRESHET_TRY(audit.record("DATA_DELETION", user_ids, receipt ? "" : receipt.failure().message));
  if (!receipt) return receipt.failure();
  return http::to_json(*receipt);
}

}  // namespace freshet::tools
