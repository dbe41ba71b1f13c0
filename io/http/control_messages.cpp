#include "io/http/control_messages.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "core/base/hmac.hpp"
#include "core/base/text.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/http/api_keys.hpp"
#include "io/http/control_commands.hpp"

namespace freshet::http {
namespace {

constexpr std::size_t id_bytes_max = 128;
constexpr std::size_t answer_bytes_max = 64 << 10;
constexpr std::size_t remembered_max = 10'000;
/// A clock that runs ahead by more is no clock.
constexpr unix_seconds ahead_max = 60;

/// Members sorted at every level; elements stay where they are.
json_tree canonical(const json_tree& tree) {
  if (tree.type() == json_tree::kind::array) {
    json_tree list = json_tree::of_array();
    for (const auto& each : tree.elements()) list.append(canonical(each));
    return list;
  }
  if (!tree.is_object()) return tree;
  std::vector<const std::pair<std::string, json_tree>*> sorted;
  for (const auto& each : tree.members()) sorted.push_back(&each);
  std::ranges::sort(sorted, {}, [](const auto* each) -> const std::string& { return each->first; });
  json_tree object = json_tree::of_object();
  for (const auto* each : sorted) object.set(each->first, canonical(each->second));
  return object;
}

std::string signed_text(const json_tree& record) {
  json_tree bare = json_tree::of_object();
  for (const auto& [name, value] : record.members()) {
    if (name != "signature" && name != "key") bare.set(name, value);
  }
  return canonical(bare).compact();
}

std::string signature_of(const sha256_digest& key, const json_tree& record) {
  return to_hex(hmac_sha256({reinterpret_cast<const char*>(key.data()), key.size()}, signed_text(record)));
}

/// The name of the key with the scope admin that the record proves, or nothing.
std::optional<std::string> proven_key(const json_tree& record, const security_options& security) {
  const json_tree* signature = record.find("signature");
  const json_tree* key = record.find("key");
  std::optional<sha256_digest> given;
  if (signature != nullptr) given = parse_sha256(signature->text().value_or(""));
  std::optional<std::string> found;
  for (const auto& [name, each] : security.api_keys) {
    if (!each.digest || !allows(each, access_scope::admin)) continue;
    const bool is_signed = given && equal_in_constant_time(*parse_sha256(signature_of(*each.digest, record)), *given);
    const bool is_named = key != nullptr && equal_in_constant_time(*each.digest, sha256(key->text().value_or("")));
    if (is_signed || is_named) found = name;
  }
  return found;
}

bool is_request_id(std::string_view id) {
  return !id.empty() && id.size() <= id_bytes_max &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c <= '~'; });
}

std::string problem_text(const std::string& detail) {
  std::string out = "{\"detail\":";
  append_json_string(out, detail);
  return out + "}";
}

/// Numbers have been read as this program reads them; what is signed is their digits.
result<boost::json::object> arguments_of(const json_tree& record) {
  const json_tree* args = record.find("args");
  if (args == nullptr || args->type() == json_tree::kind::null) return boost::json::object();
  boost::json::error_code failed;
  auto read = boost::json::parse(args->compact(), failed);
  if (failed || !read.is_object()) return error{error_code::corrupted, "args is no object"};
  return std::move(read.get_object());
}

/// Errors: corrupted for what is no command at all.
result<control_message> parse_message(const json_tree& record) {
  const auto text = [&](std::string_view name) {
    const json_tree* found = record.find(name);
    return found == nullptr ? std::string() : found->text().value_or("");
  };
  control_message message{.request_id = text("request_id"), .command = text("command"), .args = {}, .ts = 0};
  if (!is_request_id(message.request_id)) {
    return error{error_code::corrupted, "request_id is no text of 1 to 128 visible characters"};
  }
  if (message.command.empty()) return error{error_code::corrupted, "command is no text"};
  const json_tree* ts = record.find("ts");
  const auto seconds = ts == nullptr ? std::nullopt : ts->whole_number();
  if (!seconds || *seconds > 1ULL << 40) return error{error_code::corrupted, "ts is no unix time in seconds"};
  message.ts = static_cast<unix_seconds>(*seconds);
  FRESHET_ASSIGN(message.args, arguments_of(record));
  return message;
}

result<json_tree> parse_record(std::string_view record) {
  FRESHET_ASSIGN(json_tree tree, parse_json(record));
  if (!tree.is_object()) return error{error_code::corrupted, "it is no JSON object"};
  return tree;
}

control_gate::refusal refuse(const control_message& message, unsigned status, const std::string& why,
                             const char* result) {
  return {{message.request_id, message.command, status, problem_text(why), false}, result};
}

}  // namespace

std::string render_command(const control_message& message, std::string_view api_key) {
  json_tree record = json_tree::of_object();
  record.set("request_id", json_tree::of_text(message.request_id));
  record.set("command", json_tree::of_text(message.command));
  auto args = parse_json(boost::json::serialize(message.args));
  record.set("args", args ? std::move(*args) : json_tree::of_object());
  record.set("ts", json_tree::of_integer(static_cast<std::uint64_t>(message.ts)));
  if (!api_key.empty()) record.set("signature", json_tree::of_text(signature_of(sha256(api_key), record)));
  return record.compact();
}

std::string render_reply(const control_reply& reply) {
  std::string out = "{\"request_id\":";
  append_json_string(out, reply.request_id);
  out += ",\"command\":";
  append_json_string(out, reply.command);
  out += ",\"status\":" + std::to_string(reply.status);
  out += ",\"answer\":" + (reply.answer.empty() ? "null" : reply.answer);
  if (reply.repeated) out += ",\"repeated\":true";
  return out + "}";
}

result<control_reply> parse_reply(std::string_view record) {
  boost::json::error_code failed;
  const auto read = boost::json::parse(record, failed);
  const auto* members = failed ? nullptr : read.if_object();
  const auto* id = members == nullptr ? nullptr : members->if_contains("request_id");
  const auto* status = members == nullptr ? nullptr : members->if_contains("status");
  if (id == nullptr || !id->is_string() || status == nullptr || !status->is_int64()) {
    return error{error_code::corrupted, "a record of the reply topic is no reply"};
  }
  control_reply reply{.request_id = std::string(id->get_string()),
                      .command = {},
                      .status = static_cast<unsigned>(status->get_int64()),
                      .answer = {},
                      .repeated = members->contains("repeated")};
  if (const auto* answer = members->if_contains("answer")) reply.answer = boost::json::serialize(*answer);
  return reply;
}

control_gate::verdict control_gate::judge(std::string_view bytes, unix_seconds now) {
  forget(now);
  const auto record = parse_record(bytes);
  if (!record) return garbage{record.failure().message};
  const auto message = parse_message(*record);
  if (!message) return garbage{message.failure().message};
  std::string by;
  if (!how_.security.api_keys.empty()) {
    const auto proven = proven_key(*record, how_.security);
    if (!proven) {
      return refuse(*message, 401, "The command is not signed with an API key of the scope admin", "unauthorized");
    }
    by = *proven;
  } else if (!how_.open) {
    return refuse(*message, 401,
                  "No API key is configured and the brokers are not on this machine: configure security.api_keys, or "
                  "set security.allow_anonymous: true to obey everybody",
                  "unauthorized");
  }
  if (const auto known = answers_.find(message->request_id); known != answers_.end()) {
    refusal again{known->second, "repeated"};
    again.reply.repeated = true;
    return again;
  }
  if (message->ts + how_.expiry.count() < now || message->ts > now + ahead_max) {
    return refuse(*message, 410,
                  "The command is of another time (ts " + std::to_string(message->ts) + ", here it is " +
                      std::to_string(now) + "); send it again, with a new ts",
                  "expired");
  }
  if (find_control_command(message->command) == nullptr) {
    std::string names;
    for (const auto& each : control_commands()) names += (names.empty() ? "" : ", ") + std::string(each.name);
    return refuse(*message, 404, "No command " + in_quotes(message->command) + "; there are " + names, "unknown");
  }
  return order{*message, by};
}

void control_gate::done(const control_reply& reply, unix_seconds ts) {
  auto kept = reply;
  if (kept.answer.size() > answer_bytes_max) kept.answer = "null";
  if (!answers_.insert_or_assign(reply.request_id, std::move(kept)).second) return;
  by_age_.emplace_back(ts, reply.request_id);
  if (by_age_.size() <= remembered_max) return;
  answers_.erase(by_age_.front().second);
  by_age_.pop_front();
}

void control_gate::remember(std::string_view record, unix_seconds now) {
  const auto judged = judge(record, now);
  const auto* was = std::get_if<order>(&judged);
  if (was == nullptr) return;
  done(
      {was->message.request_id, was->message.command, 409,
       problem_text("The command came before the service was restarted and is not done again; see `freshet ctl status` "
                    "for what it did, or send it under another request_id"),
       false},
      was->message.ts);
}

void control_gate::forget(unix_seconds now) {
  // Behind the expiry a repetition is refused by its time.
  const auto oldest = now - how_.expiry.count() - ahead_max;
  while (!by_age_.empty() && by_age_.front().first < oldest) {
    answers_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
}

}  // namespace freshet::http
