#include "tools/freshet/trained_output.hpp"

#include <cstdio>

#include "core/evaluation/score_distribution.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/artifacts/registry.hpp"
#include "io/artifacts/user_erasure.hpp"
#include "io/store/forgotten.hpp"
#include "io/store/store_settings.hpp"
#include "tools/freshet/interaction_data.hpp"

namespace freshet::tools {
namespace {

/// What is saved of a model, and of each part of a blend.
loaded_model to_save(const training_dataset& read, trained_model trained, const training_record& record) {
  const auto scores = sample_scores(*trained.served, read.data, record.seed);
  loaded_model saved{.served = std::move(trained.served),
                     .item_ids = read.item_ids,
                     .user_ids = {},
                     .user_factors = std::move(trained.user_factors),
                     .metadata = {.model_type = record.family,
                                  .created_at = system_clock().now_seconds(),
                                  .trained_until = read.data.trained_until,
                                  .scores = {scores.min, scores.max, scores.mean, scores.std, scores.p01, scores.p99},
                                  .seed = record.seed,
                                  .data_hash = to_hex(read.data.strengths.hash())},
                     .params = to_json(record.completed),
                     .parts = {}};
  if (saved.user_factors.rows() > 0) saved.user_ids = read.user_ids;
  for (auto& part : trained.parts) {
    saved.parts.push_back(to_save(read, std::move(part.trained),
                                  {.family = part.family, .completed = part.completed, .seed = record.seed}));
  }
  return saved;
}

/// Takes out who was erased while the training ran. In this order nobody slips through: an erasure that looks through
/// the models before this one is in its place has told the database before.
status forget_erased(const options& settings, const std::filesystem::path& model) {
  std::error_code unknown;
  // A blend may be made where no database is.
  if (!std::filesystem::exists(settings.store.path, unknown)) return success{};
  // Again after a change: it may have put back what another erasure had taken out meanwhile.
  for (;;) {
    FRESHET_ASSIGN(const auto store, event_store::open_reader(settings.store.path, to_store_options(settings)));
    FRESHET_ASSIGN(const auto erased, erase_users_from_models(model, [&](std::string_view user_id) {
                     return is_forgotten(*store, user_id);
                   }));
    if (erased.rows == 0) return success{};
  }
}

}  // namespace

result<saved_model> save_trained(const training_dataset& read, trained_model trained, const training_record& record,
                                 const options& settings, const output_flags& flags) {
  registration entry{.activate = record.complete, .failure = record.refusal, .gate = record.gate};
  if (read.events > 0) entry.trained_events = read.events;
  if (record.gate && record.gate->current) entry.metrics[record.gate->metric] = record.gate->candidate;
  return save(to_save(read, std::move(trained), record), std::move(entry), settings, flags);
}

result<saved_model> save(const loaded_model& model, registration entry, const options& settings,
                         const output_flags& flags) {
  const std::string& type = model.metadata.model_type;
  const std::filesystem::path output = flags.directory.empty() ? settings.model.dir : flags.directory;
  if (!flags.registered) {
    FRESHET_TRY(save_model(output, model));
    FRESHET_TRY(forget_erased(settings, output));
    return saved_model{output.string(), ""};
  }
  const system_clock time;
  FRESHET_ASSIGN(const auto reserved, reserve_version(output, type, time));
  FRESHET_TRY(save_model(reserved.directory, model));
  FRESHET_TRY(forget_erased(settings, reserved.directory));
  entry.model_type = type;
  entry.hyperparameters = model.params;
  entry.activate = entry.activate && flags.activated;
  entry.audit_log = std::filesystem::path(settings.logging.dir) / "registry_audit.log";
  FRESHET_TRY(register_model(output, reserved, entry, time));
  return saved_model{reserved.directory.string(), reserved.model_id};
}

void print_saved(const saved_model& done) {
  std::printf("saved in %s%s\n", done.directory.c_str(),
              done.model_id.empty() ? "" : (", registered as " + done.model_id).c_str());
}

}  // namespace freshet::tools
