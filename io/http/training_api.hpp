// What:   POST /v1/train, GET /v1/tasks, GET /v1/tasks/{id}, DELETE /v1/tasks/{id}; pure parse and render.
// Bodies: train: {model, params, seed}, each optional. 202 with the task and its address in Location.
//         task: {id, kind, state: running | succeeded | refused | failed | cancelled, asked_by, model, created_at,
//         finished_at, progress: {unit, done, of, note} | null, model_id, gate, reason}; tasks: {tasks: [...]}.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "core/base/clock.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

enum class task_state { running, succeeded, refused, failed, cancelled };
[[nodiscard]] std::string_view to_string(task_state state);

struct task_progress {
  /// "iterations", "users read"
  std::string unit;
  std::uint64_t done{};
  /// 0 = not known.
  std::uint64_t of{};
  std::string note;
};

struct task {
  std::string id;
  /// "train", "backup"
  std::string kind;
  task_state state = task_state::running;
  /// Who or what began it: "schedule", "120 new events", "HTTP from 127.0.0.1".
  std::string asked_by;
  /// Family; empty where it is about none.
  std::string model;
  unix_seconds created_at{};
  /// 0 while it runs.
  unix_seconds finished_at{};
  std::optional<task_progress> progress;
  /// What came of it; empty = nothing.
  std::string model_id;
  /// What the quality gate found, in words.
  std::string gate;
  /// Why it did not succeed, or what came of it.
  std::string reason;
};

struct train_request {
  /// Family; empty = as configured.
  std::string model;
  /// JSON object; empty = as configured.
  std::string params;
  std::optional<std::uint64_t> seed;
};
/// The request, or the problem to answer. A body is not needed.
[[nodiscard]] std::variant<train_request, response> parse_train(const request& in);

[[nodiscard]] response render_task(const task& shown, unsigned status = 200);
[[nodiscard]] response render_tasks(std::span<const task> tasks);

}  // namespace freshet::http
