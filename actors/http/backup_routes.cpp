// The handler of the route by which the service makes a backup of itself: a task as trainings are.
#include <filesystem>
#include <utility>

#include "actors/http/routes.hpp"
#include "io/backup/backups.hpp"
#include "io/http/problem.hpp"
#include "io/http/snapshot_api.hpp"

namespace freshet {
namespace {

http::response refused_backup(const error& why, const http::request& in) {
  const auto status = why.code == error_code::invalid_argument ? 422U : why.code == error_code::conflict ? 409U : 503U;
  return http::problem(status, "There is no backup: " + why.message, in);
}

std::string in_words(const backup_receipt& receipt) {
  return "backup " + receipt.manifest.id + ", " + std::to_string(receipt.manifest.files.size()) + " files, " +
         std::to_string(receipt.new_files) + " of them new";
}

/// What the thread of a backup needs; the frontend waits for its end.
struct backup_run {
  backup_order order;
  std::string task_id;
  const event_store* store;
  const clock* time;
  const health* ready;
  task_list* tasks;
  metrics* measured;

  result<backup_receipt> operator()(const std::stop_token& stop) {
    order.stopped = [this, &stop](const backup_progress& now) {
      tasks->change(task_id, [&](http::task& task) {
        task.progress =
            http::task_progress{.unit = "MiB", .done = now.read_bytes >> 20, .of = now.bytes >> 20, .note = {}};
      });
      return stop.stop_requested() || ready->draining();
    };
    auto made = create_backup(*store, order, *time);
    const auto state = made                                           ? http::task_state::succeeded
                       : made.failure().code == error_code::cancelled ? http::task_state::cancelled
                                                                      : http::task_state::failed;
    const auto reason = made ? in_words(*made) : made.failure().message;
    const auto ended_at = time->now_seconds();
    tasks->change(task_id, [&](http::task& task) {
      task.state = state;
      task.reason = reason;
      task.finished_at = ended_at;
      task.progress.reset();
    });
    measured->backup_done(to_string(state), ended_at);
    return made;
  }
};

}  // namespace

void back_up(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_snapshot(call->in());
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  auto& wanted = std::get<http::snapshot_request>(parsed);
  std::error_code unknown;
  // Whoever asks from afar does not make directories on this machine.
  if (!std::filesystem::is_directory(wanted.to, unknown)) {
    return call->answer(http::problem(422, wanted.to + " is no directory of this machine; create it", call->in()));
  }
  const auto& context = self->state.context;
  if (self->state.backing_up->exchange(true)) {
    return call->answer(http::problem(409, "A backup is being made; try again when it has ended", call->in()));
  }
  backup_run run{.order = {.directory = std::move(wanted.to),
                           .artifacts = context.settings.model.dir,
                           .configuration = std::move(wanted.configuration),
                           .keep_days = wanted.keep_days,
                           .stopped = {}},
                 .task_id = context.tasks->add({.kind = "backup",
                                                .asked_by = "HTTP from " + call->in().peer,
                                                .model = {},
                                                .created_at = context.time->now_seconds()}),
                 .store = context.store,
                 .time = context.time,
                 .ready = context.ready,
                 .tasks = context.tasks,
                 .measured = context.measured};
  // A thread of its own for as long as the disks take; serving, ingestion and erasures go on.
  self->state.backup =
      std::jthread([call, running = self->state.backing_up, run = std::move(run)](const std::stop_token& stop) mutable {
        const auto made = run(stop);
        *running = false;
        call->answer(made ? http::response{.body = to_json(*made)} : refused_backup(made.failure(), call->in()));
      });
}

}  // namespace freshet
