// `freshet evaluate-hybrid`: what hybrid reranking does to the quality of a model's lists.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <unordered_set>

#include "core/base/random.hpp"
#include "core/evaluation/hybrid_evaluation.hpp"
#include "core/evaluation/score_distribution.hpp"
#include "io/artifacts/item_content.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/csv_writer.hpp"
#include "io/store/event_store.hpp"
#include "io/store/store_settings.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/evaluation_protocol.hpp"
#include "tools/freshet/model_source.hpp"
#include "tools/freshet/model_training.hpp"

namespace freshet::tools {
namespace {

struct hybrid_flags {
  std::string model_dir;
  std::string model;
  std::string db;
  std::string output;
  parameter_flags given;
  training_flags training;
  std::vector<std::size_t> topk{5, 10, 20};
  std::size_t num_users = 0;
};

/// What to train: of the flags, or what serves now, again but without what is held out.
struct recipe {
  const trainer* family{};
  parameters completed;
};

result<recipe> read_recipe(const hybrid_flags& flags, const options& settings) {
  if (!flags.model.empty()) {
    FRESHET_ASSIGN(const trainer* family, find_trainer(flags.model));
    FRESHET_ASSIGN(auto completed, read_parameters(*family, flags.given, settings.profile));
    return recipe{family, std::move(completed)};
  }
  FRESHET_ASSIGN(const auto loaded, load_model_at(flags.model_dir.empty() ? settings.model.dir : flags.model_dir));
  FRESHET_ASSIGN(const trainer* family, find_trainer(loaded.served->type()));
  FRESHET_ASSIGN(const auto given, parameters_from_json(loaded.params.empty() ? "{}" : loaded.params));
  FRESHET_ASSIGN(auto completed, family->complete(given));
  return recipe{family, std::move(completed)};
}

/// Drawn by the seed; all when `count` is 0.
void draw_cases(evaluation_cases& cases, std::size_t count, std::uint64_t seed) {
  if (count == 0 || count >= cases.size()) return;
  std::vector<std::uint32_t> users;
  for (const auto& each : cases.cases) users.push_back(to_integer(each.user));
  random_source random(seed);
  for (std::size_t i = 0; i < count; ++i) std::swap(users[i], users[i + random.below(users.size() - i)]);
  const std::unordered_set<std::uint32_t> drawn(users.begin(), users.begin() + static_cast<std::ptrdiff_t>(count));
  cases.keep_if([&](const evaluation_case& each) { return drawn.contains(to_integer(each.user)); });
}

/// As the service reranks.
hybrid_evaluation_options as_configured(const reranking_options& settings) {
  const auto& [cf, content, popularity, quality] = settings.weights_trainable;
  return {.candidate_multiplier = settings.candidate_multiplier,
          .rerank = {.weights = {cf, content, popularity, quality},
                     .cf_range = {},
                     .diversity = {.enabled = settings.diversity.enabled,
                                   .penalty = settings.diversity.penalty,
                                   .threshold = settings.diversity.threshold}}};
}

/// Counted without what is held out: the popularity of an item must not tell who will buy it next.
std::vector<float> interactions_of_rows(const training_data& rest, std::size_t items) {
  std::vector<float> counts(items, 0);
  for (const auto& each : rest.sequences.events) ++counts[to_integer(each.item)];
  return counts;
}

result<item_signals> read_signals(const options& settings, const protocol_data& data) {
  FRESHET_ASSIGN(const auto store, event_store::open_reader(settings.store.path, to_store_options(settings)));
  std::vector<std::optional<item>> described(data.item_ids.size());
  for (std::size_t row = 0; row < described.size(); ++row) {
    FRESHET_ASSIGN(const auto index, store->find_item(data.item_ids[row]));
    if (!index) continue;
    FRESHET_ASSIGN(described[row], store->find_metadata(*index));
  }
  std::vector<const item*> items;
  for (const auto& each : described) items.push_back(each ? &*each : nullptr);
  FRESHET_ASSIGN(auto content, item_content::open(items, data.item_ids, settings.content));
  return signals_of(items, interactions_of_rows(*data.train, items.size()), std::move(content.vectors));
}

std::string to_table(std::span<const hybrid_length> lengths) {
  std::string table;
  char line[160];
  std::snprintf(line, sizeof line, "%-10s%14s%14s%10s\n", "", "model alone", "reranked", "ratio");
  table += line;
  const auto add = [&](const char* name, std::size_t k, double alone, double reranked) {
    const std::string label = std::string(name) + "@" + std::to_string(k);
    std::snprintf(line, sizeof line, "%-10s%14.4f%14.4f%10.3f\n", label.c_str(), alone, reranked,
                  alone > 0 ? reranked / alone : 0);
    table += line;
  };
  for (const auto& at : lengths) {
    add("recall", at.k, at.model_alone.recall, at.reranked.recall);
    add("ndcg", at.k, at.model_alone.ndcg, at.reranked.ndcg);
    add("mrr", at.k, at.model_alone.mrr, at.reranked.mrr);
  }
  return table;
}

std::string to_csv(std::string_view model, std::span<const hybrid_length> lengths) {
  std::string text = "method,k,recall,ndcg,mrr,hit_rate\n";
  const auto add = [&](const std::string& method, std::size_t k, const ranking_metrics& mean) {
    std::vector<std::string> record{method, std::to_string(k)};
    for (const double value : {mean.recall, mean.ndcg, mean.mrr, mean.hit_rate}) {
      char number[32];
      std::snprintf(number, sizeof number, "%.6f", value);
      record.emplace_back(number);
    }
    append_csv_record(text, record);
  };
  for (const auto& at : lengths) {
    add(std::string(model), at.k, at.model_alone);
    add(std::string(model) + "+hybrid", at.k, at.reranked);
  }
  return text;
}

status run(const hybrid_flags& flags, const options& settings, stop_request& stop) {
  FRESHET_ASSIGN(const auto chosen, read_recipe(flags, settings));
  FRESHET_ASSIGN(auto data, read_protocol(settings, {}, std::nullopt, stop));
  draw_cases(data.cases, flags.num_users, flags.training.seed);
  FRESHET_ASSIGN(const auto known, read_signals(settings, data));
  FRESHET_ASSIGN(const auto trained,
                 train_with_progress(*chosen.family, *data.train, chosen.completed, flags.training, stop));
  if (stop.is_made()) return error{error_code::cancelled, "stopped while training"};
  const auto scores = sample_scores(*trained.served, *data.train, flags.training.seed);
  auto how = as_configured(settings.reranking);
  how.topk = flags.topk;
  how.threads = flags.training.threads;
  how.rerank.cf_range = {static_cast<float>(scores.p01), static_cast<float>(scores.p99)};
  const auto lengths = evaluate_hybrid(*trained.served, data.cases, known, how);
  if (!flags.output.empty()) {
    const auto directory = std::filesystem::absolute(flags.output).parent_path();
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed) return error{error_code::io_failure, "cannot create " + directory.string() + ": " + failed.message()};
    FRESHET_TRY(write_file_atomically(flags.output, to_csv(chosen.family->name, lengths)));
  }
  std::printf("%s: %zu users, %zu items\n%s", std::string(chosen.family->name).c_str(), data.cases.size(),
              data.item_ids.size(), to_table(lengths).c_str());
  return success{};
}

int evaluate_hybrid_command(const invocation& call, const hybrid_flags& flags) {
  const auto settings =
      load_options(call, flags.db.empty() ? std::map<std::string, std::string>{}
                                          : std::map<std::string, std::string>{{"store.path", flags.db}});
  if (!settings) return fail_configuration("evaluate-hybrid", settings.failure());
  stop_request stop;
  if (const auto done = run(flags, *settings, stop); !done) {
    const int code = fail("evaluate-hybrid", done.failure());
    return stop.is_made() ? stop.exit_code() : code;
  }
  return exit_ok;
}

}  // namespace

void add_evaluate_hybrid(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "evaluate-hybrid",
                              "Measures a model alone against its lists after hybrid reranking, on each user's last "
                              "item.",
                              "freshet evaluate-hybrid --num-users 1000 --output reports/hybrid.csv");
  auto flags = std::make_shared<hybrid_flags>();
  auto* directory = command.add_option("--model-dir", flags->model_dir,
                                       "Model directory or artifacts root whose family and parameters are trained "
                                       "inside the protocol (model.dir)");
  auto* name = command.add_option("--model", flags->model, "Family to train instead")
                   ->check(CLI::IsMember(trainer_names()))
                   ->excludes(directory);
  command.add_option("--params", flags->given.json, "Parameters for --model as JSON")->needs(name);
  command.add_option("--params-file", flags->given.file, "Parameters for --model in a JSON file")->needs(name);
  command.add_option("--db", flags->db, "Database directory (store.path)");
  command.add_option("--num-users", flags->num_users, "Users drawn by the seed; 0 = all")->capture_default_str();
  command.add_option("--topk", flags->topk, "Lengths of list")->check(CLI::Range(1, 200))->capture_default_str();
  command.add_option("--seed", flags->training.seed, "Seed of the training and of the draw")->capture_default_str();
  command.add_option("--threads", flags->training.threads, "Threads; 0 = as many as the machine has")
      ->capture_default_str();
  command.add_option("--output", flags->output, "Also write to F.csv");
  command.callback([&call, flags] { call.run = [&call, flags] { return evaluate_hybrid_command(call, *flags); }; });
}

}  // namespace freshet::tools
