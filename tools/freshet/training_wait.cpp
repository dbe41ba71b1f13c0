#include "tools/freshet/training_wait.hpp"

#include <boost/json.hpp>
#include <cstdio>

#include "core/base/check.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/progress.hpp"

namespace freshet::tools {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& of, std::string_view name) {
  const auto* found = of.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

std::uint64_t number_of(const json::object& of, std::string_view name) {
  const auto* found = of.if_contains(name);
  json::error_code unfit;
  return found == nullptr ? 0 : found->to_number<std::uint64_t>(unfit);
}

/// Of whatever the training counts at the moment.
class task_progress {
 public:
  void show(const json::object& task) {
    const auto* done = task.if_contains("progress");
    if (done == nullptr || !done->is_object()) return;
    const auto& figures = done->get_object();
    if (const auto unit = text_of(figures, "unit"); !line_ || unit != unit_) {
      unit_ = unit;
      line_.emplace(unit);
    }
    const auto count = number_of(figures, "done");
    line_->update({.count = count, .part = count, .whole = number_of(figures, "of"), .note = text_of(figures, "note")});
  }

 private:
  std::string unit_;
  std::optional<progress> line_;
};

}  // namespace

result<std::optional<json::object>> await_training(const training_wait& how, json::object task) {
  const auto id = text_of(task, "id");
  if (id.empty()) return error{error_code::corrupted, "what answered names no task"};
  const auto* look = http::find_control_command("task");
  FRESHET_CHECK(look != nullptr, "the table of commands has `task`");
  std::fprintf(stderr, "%s: %s, asked by %s; Ctrl-C stops the waiting, not the training\n", id.c_str(),
               text_of(task, "model").c_str(), text_of(task, "asked_by").c_str());
  task_progress shown;
  for (auto heard = std::chrono::steady_clock::now(); text_of(task, "state") == "running";) {
    shown.show(task);
    how.stop.wait(how.service.pace());
    if (how.stop.is_made()) {
      std::fprintf(stderr, "%s goes on; `freshet ctl cancel %s%s` ends it\n", id.c_str(), id.c_str(), how.way.c_str());
      return std::optional<json::object>();
    }
    const auto answer = how.service.send(*look, {{"task", id}});
    auto body = answer ? body_of(*answer) : result<json::object>(answer.failure());
    const auto now = std::chrono::steady_clock::now();
    if (body) {
      task = *std::move(body);
      heard = now;
    } else if (body.failure().code != error_code::unavailable || now - heard > how.patience) {
      return body.failure();
    }
  }
  return std::optional(std::move(task));
}

int exit_code_of(const json::object& task) {
  const auto state = text_of(task, "state");
  if (state == "succeeded") return exit_ok;
  if (state == "refused") return exit_refused;
  return state == "cancelled" ? exit_cancelled : exit_failed;
}

}  // namespace freshet::tools
