#include "actors/model_loader.hpp"

#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "io/artifacts/registry.hpp"

namespace freshet {
namespace {

/// Names, sizes and times of a directory's files: a copy over a live model changes it.
result<std::string> fingerprint_of(const std::filesystem::path& directory) {
  std::vector<std::string> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    std::error_code vanished;
    const auto size = entry.file_size(vanished);
    const auto time = entry.last_write_time(vanished).time_since_epoch().count();
    if (!vanished) {
      files.push_back(entry.path().filename().string() + ":" + std::to_string(size) + ":" + std::to_string(time));
    }
  }
  if (failed) return error{error_code::io_failure, directory.string() + " cannot be read: " + failed.message()};
  std::sort(files.begin(), files.end());
  std::string joined;
  for (const auto& file : files) joined += file + "\n";
  return joined;
}

/// Differs between models with the same files.
result<std::string> fingerprint_of(const registered_model& registered) {
  FRESHET_ASSIGN(const auto print, fingerprint_of(registered.path));
  return registered.model_id + "\n" + print;
}

}  // namespace

bool holds_a_model(const std::filesystem::path& directory) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    if (entry.path().extension() == ".npy") return true;
  }
  return false;
}

status model_loader::recover(const std::string& serving_model_id) const {
  constexpr auto until_nobody_writes = std::chrono::milliseconds(2'100);
  auto recovered = recover_registry(
      artifacts_, {.serving = serving_model_id, .by = "the running service", .audit_log = audit_log_}, *context_.time);
  if (!recovered) {
    if (recovered.failure().code == error_code::unavailable && watch_ != nullptr) {
      watch_->look_again_in(until_nobody_writes);
    }
    return std::move(recovered).failure();
  }
  if (*recovered) journal_->failure(**recovered);
  return success{};
}

result<std::optional<model_loader::target>> model_loader::find_target(const std::string& serving_model_id) const {
  // First, so that what changes from now on is noticed.
  if (watch_ != nullptr) watch_->cover();
  std::error_code failed;
  if (!std::filesystem::exists(artifacts_ / "registry.json", failed)) {
    if (!holds_a_model(artifacts_)) return std::optional<target>{};
    FRESHET_ASSIGN(auto print, fingerprint_of(artifacts_));
    return std::optional<target>(
        {std::filesystem::absolute(artifacts_).filename().string(), artifacts_, std::move(print)});
  }
  FRESHET_TRY(recover(serving_model_id));
  FRESHET_ASSIGN(const auto models, registry::read(artifacts_));
  const auto current = models.current();
  if (!current) return std::optional<target>{};
  if (watch_ != nullptr) watch_->cover(current->path);
  FRESHET_ASSIGN(auto print, fingerprint_of(*current));
  return std::optional<target>({current->model_id, current->path, std::move(print)});
}

result<std::optional<model_loader::target>> model_loader::find_candidate(const std::string& model_id) const {
  FRESHET_ASSIGN(const auto models, registry::read(artifacts_));
  const auto found = models.find(model_id);
  if (!found) return error{error_code::not_found, "no model " + in_quotes(model_id) + " is registered"};
  if (found->status == "failed") {
    return error{error_code::conflict, model_id + " is marked as failed; choose another model"};
  }
  FRESHET_ASSIGN(auto print, fingerprint_of(*found));
  return std::optional<target>({model_id, found->path, std::move(print)});
}

load_outcome model_loader::load(const load_order& order) {
  // Whatever becomes of the order, a whole model is not kept for longer.
  auto checked = std::exchange(checked_, std::nullopt);
  const auto wanted =
      order.candidate_id.empty() ? find_target(order.serving_model_id) : find_candidate(order.candidate_id);
  if (!wanted) return {nullptr, order.serving_fingerprint, wanted.failure().message, wanted.failure().code};
  if (!*wanted) return load_popularity(order);
  if ((*wanted)->fingerprint == order.serving_fingerprint) return {nullptr, order.serving_fingerprint, ""};
  if (order.at_hand && (*wanted)->fingerprint == order.at_hand_fingerprint) {
    return {extend_by_newcomers(order.at_hand), (*wanted)->fingerprint, ""};
  }
  const auto loaded = [&]() -> result<generation_ptr> {
    const bool was_read = checked && checked->fingerprint == (*wanted)->fingerprint;
    FRESHET_ASSIGN(auto read_in, was_read ? std::move(checked->model) : load_model((*wanted)->directory));
    return make_generation(std::move(read_in), (*wanted)->model_id, order.number, context_);
  }();
  if (!loaded) return {nullptr, order.serving_fingerprint, (*wanted)->model_id + ": " + loaded.failure().message};
  // A candidate leaves the audience of new items to the model that serves.
  if (!order.candidate_id.empty()) return {extend(*loaded, context_), (*wanted)->fingerprint, ""};
  if (order.number == 1) {
    // A start waits for no pass over all histories: the extension that follows makes it.
    begin_audience(*loaded);
    return {extend(*loaded, context_), (*wanted)->fingerprint, ""};
  }
  // From its first answer on it knows the items that the one before it had taken in.
  return {extend_by_newcomers(*loaded), (*wanted)->fingerprint, ""};
}

void model_loader::begin_audience(const generation_ptr& base) const {
  const bool by_users = base->knowledge && base->knowledge->by_users;
  if (!by_users) {
    context_.audience->end();
  } else if (context_.audience->model() != base->number) {
    context_.audience->begin(base->number, base->row_of_index);
  }
}

generation_ptr model_loader::extend_by_newcomers(const generation_ptr& base) const {
  begin_audience(base);
  const auto goes_on = [this] { return ready_ == nullptr || !ready_->draining(); };
  if (const auto read = context_.audience->read(*context_.store, goes_on); !read) {
    if (journal_ != nullptr && read.failure().code != error_code::cancelled) {
      journal_->failure("new items get no factors until the next model: " + read.failure().message);
    }
    // Half an audience would be taken for all of it.
    context_.audience->end();
  }
  return extend(base, context_);
}

activation_outcome model_loader::activate(const activation_order& order) {
  std::error_code failed;
  if (!std::filesystem::exists(artifacts_ / "registry.json", failed)) {
    return error{error_code::conflict,
                 "no registry.json lies in model.dir, so there is no model to choose from; "
                 "`freshet train --register` makes one"};
  }
  FRESHET_ASSIGN(const auto models, registry::read(artifacts_));
  std::string id = order.model_id;
  if (id.empty()) {
    FRESHET_ASSIGN(id, rollback_target(artifacts_));
  }
  const auto wanted = models.find(id);
  if (!wanted) return error{error_code::not_found, "no model " + in_quotes(id) + " is registered"};
  auto print = fingerprint_of(*wanted);
  auto loads = load_model(wanted->path);
  if (!loads) {
    return error{error_code::conflict, id + " does not load and is not activated: " + loads.failure().message};
  }
  FRESHET_TRY(order.model_id.empty() ? rollback_model(artifacts_, id, order.selected_by, *context_.time, audit_log_)
                                     : activate_model(artifacts_, id, order.selected_by, *context_.time, audit_log_));
  if (print) checked_ = {.fingerprint = *std::move(print), .model = *std::move(loads)};
  return id;
}

std::string model_loader::named_from_artifacts(std::string sentence) const {
  for (const auto& root : {std::filesystem::absolute(artifacts_), artifacts_}) {
    const std::string place = (root / "").string();
    for (auto at = sentence.find(place); at != std::string::npos; at = sentence.find(place, at)) {
      sentence.erase(at, place.size());
    }
  }
  return sentence;
}

load_outcome model_loader::load_popularity(const load_order& order) const {
  // A model that vanished from the artifacts serves on.
  if (!order.serving_model_id.empty()) return {nullptr, order.serving_fingerprint, ""};
  const auto counts = context_.store->counts();
  if (!counts) return {nullptr, order.serving_fingerprint, counts.failure().message};
  const auto print = std::to_string(counts->items) + " items, " + std::to_string(counts->events) + " events";
  if (print == order.serving_fingerprint) return {nullptr, print, ""};
  auto made = popularity_generation(order.number, context_);
  if (!made) return {nullptr, order.serving_fingerprint, made.failure().message};
  return {std::move(*made), print, ""};
}

model_loader_actor::behavior_type make_model_loader(model_loader_actor::stateful_pointer<model_loader_state> self,
                                                    model_loader_context context) {
  const auto make_way = [rank = context.rank_of_later_loads] {
    if (rank != thread_rank::equal) static_cast<void>(rank_this_thread(rank));
  };
  self->state.logic = std::make_unique<model_loader>(std::move(context));
  return {
      [self, make_way](const load_order_ptr& order) -> load_outcome_ptr {
        if (order->number > 1) make_way();
        auto outcome = self->state.logic->load(*order);
        outcome.refusal = self->state.logic->named_from_artifacts(std::move(outcome.refusal));
        return std::make_shared<load_outcome>(std::move(outcome));
      },
      [self, make_way](extend_atom, const generation_ptr& base, bool serves) {
        make_way();
        return self->state.logic->extend_by_items(base, serves);
      },
      [self, make_way](const activation_order_ptr& order) -> activation_outcome_ptr {
        make_way();
        auto outcome = self->state.logic->activate(*order);
        if (!outcome) {
          outcome = error{outcome.failure().code, self->state.logic->named_from_artifacts(outcome.failure().message)};
        }
        return std::make_shared<activation_outcome>(std::move(outcome));
      },
  };
}

}  // namespace freshet
