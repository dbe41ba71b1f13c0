// What:    commands to the service as records of a Kafka topic, and the answers to them.
// Record:  {"request_id": "...", "command": "activate", "args": {"id": "als_20261123_v1"}, "ts": 1762615800,
//          "signature": "..." or "key": "..."}; command and args as in io/http/control_commands.hpp, ts in unix
//          seconds.
// Signature: HMAC-SHA256, 64 hex digits, of the record without "signature" and "key" in canonical form: members sorted
//          by name at every level, no white space, strings with the shortest escapes, numbers in the digits that were
//          sent (Python: json.dumps(x, sort_keys=True, separators=(",", ":"), ensure_ascii=False)). The key of the HMAC
//          is the SHA-256 of an API key with the scope admin, 32 bytes: the service keeps no more of a key than that.
//          "key" is such an API key itself, for topics that nobody else reads.
// Safety:  unsigned commands are obeyed only where there are no keys and `open` allows it. An old command (ts) is
//          refused, so a record that somebody stored cannot be played again later; a request_id is done once within
//          that time.
// Reply:   {"request_id", "command", "status": the route's HTTP status, "answer": its JSON body, "repeated"?: true}.
// Threads: one at a time.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "config/options.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace freshet::http {

struct control_message {
  std::string request_id;
  std::string command;
  boost::json::object args;
  unix_seconds ts{};
};

/// The record of a command, signed with an API key; unsigned with an empty one.
[[nodiscard]] std::string render_command(const control_message& message, std::string_view api_key);

struct control_reply {
  std::string request_id;
  std::string command;
  unsigned status{};
  /// JSON.
  std::string answer;
  bool repeated = false;
};
[[nodiscard]] std::string render_reply(const control_reply& reply);
/// Errors: corrupted for what is none.
[[nodiscard]] result<control_reply> parse_reply(std::string_view record);

/// Decides on each record whether it is to be done, and remembers the answers.
class control_gate {
 public:
  struct settings {
    security_options security;
    seconds expiry{300};
    /// Whether commands without a key are obeyed where no key is configured.
    bool open = false;
  };
  explicit control_gate(settings how) : how_(std::move(how)) {}
  void reconfigure(const security_options& security) { how_.security = security; }

  /// No command at all: nobody can be answered.
  struct garbage {
    std::string why;
  };
  /// Answered without being done; `result` for the metric: unauthorized, expired, repeated, unknown.
  struct refusal {
    control_reply reply;
    const char* result = "";
  };
  /// To be done; `by` is the name of the key, "" where there are none.
  struct order {
    control_message message;
    std::string by;
  };
  using verdict = std::variant<garbage, refusal, order>;
  verdict judge(std::string_view record, unix_seconds now);
  /// What became of an order: the answer to every repetition.
  void done(const control_reply& reply, unix_seconds ts);
  /// An order of before this process: was it done? Nobody knows, so it is not done again.
  void remember(std::string_view record, unix_seconds now);
  std::size_t remembered() const { return answers_.size(); }

 private:
  void forget(unix_seconds now);

  settings how_;
  /// By request id.
  std::map<std::string, control_reply, std::less<>> answers_;
  std::deque<std::pair<unix_seconds, std::string>> by_age_;
};

}  // namespace freshet::http
