// What: clients of a simulated service: they report events and ask for lists, and check every answer. And other
//       producers of the log, who are not always right.
// Rule: a list must be what one model says of the user's events up to some point of the log, no earlier than what was
//       visible when it was asked for.
#pragma once

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "io/events/event_source.hpp"
#include "tests/simulation/expected_state.hpp"
#include "tests/support/recording_exchange.hpp"

namespace freshet::testing {

inline constexpr std::size_t simulated_models = 3;
inline constexpr std::size_t simulated_users = 4;

inline std::string simulated_model_id(std::size_t number) {
  return "ease_20200101_v" + std::to_string(number + 1);
}

/// What a client asked and what became of it.
struct question {
  enum class kind { recommend, events, other } what{};
  std::string user;
  /// Of the events that were sent.
  std::vector<std::uint64_t> marks;
  bool wait_visible = false;
  /// How many of the user's events were visible when it was asked.
  std::size_t visible_from = 0;

  bool closed = false;
  /// Nothing where it was lost with an actor: a session answers 500 then.
  std::optional<http::response> answer;
};

class simulated_clients {
 public:
  /// Hands a request to the service.
  using door = std::function<void(http::exchange_ptr)>;

  simulated_clients(random_source dice, door into) : dice_(dice), into_(std::move(into)) {}

  void report_events() {
    std::string body;
    std::vector<std::uint64_t> marks;
    for (auto left = 1 + dice_.below(4); left > 0; --left) {
      const auto made = make_event();
      marks.push_back(made.mark);
      body += made.json() + "\n";
    }
    const bool wait = dice_.below(2) == 0;
    auto in = make_request(http::method::post, wait ? "/v1/events?wait=visible" : "/v1/events", std::move(body));
    in.headers = {{"content-type", "application/x-ndjson"}};
    send(std::move(in), {.what = question::kind::events, .user = "", .marks = std::move(marks), .wait_visible = wait});
  }
  void ask_for_a_list(const std::string& whom) {
    auto in = make_request(http::method::post, "/v1/recommend",
                           R"({"user_id":")" + whom + R"(","k":100,"exclude_seen":false})");
    in.headers = {{"content-type", "application/json"}};
    send(std::move(in), {.what = question::kind::recommend, .user = whom, .visible_from = visible_of_[whom]});
  }
  void ask_for_somebody() { ask_for_a_list(user(dice_.below(simulated_users + 1))); }
  void ask(http::method verb, const std::string& target) {
    send(make_request(verb, target), {.what = question::kind::other});
  }

  /// Key and value of a record of another producer.
  std::pair<std::string, std::string> make_record() {
    if (dice_.below(5) == 0) return {user(dice_.below(simulated_users)), "no event " + std::to_string(++marks_)};
    const auto made = make_event();
    return {made.user_id, made.json()};
  }
  /// The log took this record.
  void on_record(const record& each) {
    static constexpr std::string_view in_front = R"("session_id":"m)";
    const auto at = each.value.find(in_front);
    if (at == std::string::npos) {
      ++poison_;
    } else {
      expected_.take(made_.at(std::stoull(each.value.substr(at + in_front.size()))));
    }
  }

  const expected_state& expected() const { return expected_; }
  std::uint64_t poison() const { return poison_; }
  std::uint64_t answers() const { return answers_; }
  /// Everything in the log is visible from now on.
  void everything_is_visible() {
    for (const auto& each : expected_.users()) visible_of_[each] = expected_.length(each);
  }
  std::size_t waiting() const {
    return static_cast<std::size_t>(
        std::count_if(asked_.begin(), asked_.end(), [](const auto& each) { return !each->closed; }));
  }
  std::shared_ptr<const question> last() const { return asked_.back(); }
  /// What went wrong, in sentences.
  std::vector<std::string> broken;

 private:
  /// The service's end of a question.
  class exchange final : public http::exchange {
   public:
    exchange(http::request in, std::shared_ptr<question> asked, simulated_clients& whose)
        : in_(std::move(in)), asked_(std::move(asked)), whose_(whose) {}
    ~exchange() override { asked_->closed = true; }
    const http::request& in() const override { return in_; }
    void answer(http::response out) override {
      if (std::exchange(asked_->closed, true)) return;
      asked_->answer = std::move(out);
      whose_.on_answer(*asked_);
    }

   private:
    http::request in_;
    std::shared_ptr<question> asked_;
    simulated_clients& whose_;
  };

  static std::string user(std::size_t number) { return "user" + std::to_string(number); }

  simulated_event make_event() {
    simulated_event made{.mark = ++marks_,
                         .user_id = user(dice_.below(simulated_users)),
                         .item = dice_.below(simulated_items + 1),
                         .qty = dice_.below(6) == 0 ? -1 : 1 + static_cast<int>(dice_.below(3)),
                         .ts = 1'700'000'000 + static_cast<std::int64_t>(dice_.below(1'000)),
                         .event_id = ""};
    // Some come again, with other content.
    if (dice_.below(4) > 0) made.event_id = "e" + std::to_string(dice_.below(40));
    made_[made.mark] = made;
    return made;
  }

  void send(http::request in, question asked) {
    auto kept = std::make_shared<question>(std::move(asked));
    asked_.push_back(kept);
    into_(std::make_shared<exchange>(std::move(in), std::move(kept), *this));
  }

  void on_answer(const question& asked) {
    ++answers_;
    const auto& [status, type, body, headers] = *asked.answer;
    // A command may meet an actor that dies, or find that it changes nothing.
    if (status == 503 || (asked.what == question::kind::other && (status == 409 || status == 500))) return;
    if (status != (asked.what == question::kind::events ? 202U : 200U)) {
      broken.push_back("answered " + std::to_string(status) + ": " + body);
      return;
    }
    if (asked.what == question::kind::events && asked.wait_visible) {
      for (const auto mark : asked.marks) {
        auto& visible = visible_of_[made_.at(mark).user_id];
        visible = std::max(visible, expected_.place(mark));
      }
    }
    if (asked.what == question::kind::recommend) check_list(asked, boost::json::parse(body).as_object());
  }

  void check_list(const question& asked, const boost::json::object& body) {
    std::map<std::string, int> seen;
    for (const auto& each : body.at("recommendations").as_array()) {
      seen[std::string(each.at("item_id").as_string())] = static_cast<int>(each.at("score").to_number<double>());
    }
    // Of the items that models know.
    seen.erase(simulated_item(simulated_items));
    const std::string id(body.at("model_id").is_string() ? body.at("model_id").as_string() : "");
    std::size_t model = 0;
    while (model < simulated_models && simulated_model_id(model) != id) ++model;
    if (model == simulated_models) {
      broken.push_back("an answer names the model '" + id + "'");
      return;
    }
    const bool fallback = body.at("is_fallback").as_bool();
    for (auto length = asked.visible_from; length <= expected_.length(asked.user); ++length) {
      const auto scores = expected_.scores(asked.user, length, random_weights(model));
      if (fallback ? !scores : scores == seen) return;
    }
    std::string shown;
    for (const auto& [item, score] : seen) shown += " " + item + "=" + std::to_string(score);
    broken.push_back(asked.user + " was answered by " + id + " as follows from no history of " +
                     std::to_string(asked.visible_from) + " to " + std::to_string(expected_.length(asked.user)) +
                     " events:" + (fallback ? " by a fallback" : shown));
  }

  random_source dice_;
  door into_;
  expected_state expected_;
  std::map<std::uint64_t, simulated_event> made_;
  std::map<std::string, std::size_t> visible_of_;
  std::uint64_t marks_ = 0;
  std::uint64_t poison_ = 0;
  std::uint64_t answers_ = 0;
  std::vector<std::shared_ptr<question>> asked_;
};

}  // namespace freshet::testing
