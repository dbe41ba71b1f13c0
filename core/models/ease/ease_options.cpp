#include "core/models/ease/ease.hpp"

namespace freshet {
namespace {

const std::vector<std::string_view> entries_words{"binary", "weighted"};
const std::vector<std::string_view> diagonal_words{"zero", "free"};

}  // namespace

result<ease_options> ease_options_from(const parameters& given) {
  ease_options options;
  auto entries = static_cast<std::size_t>(options.entries);
  auto diagonal = static_cast<std::size_t>(options.diagonal);
  parameter_reader reader("ease", given);
  reader.number("lambda", {0, 1e9}, options.lambda);
  reader.integer("top_k_per_row", {0, 1e6}, options.top_k_per_row);
  reader.choice("entries", entries_words, entries);
  reader.number("sequence_share", {0, 1}, options.sequence_share);
  reader.number("training_decay", {0.01, 100}, options.training_decay);
  reader.number("history_decay", {0, 1e6}, options.history_decay);
  reader.choice("diagonal", diagonal_words, diagonal);
  reader.number("self_penalty", {0, 1}, options.self_penalty);
  FRESHET_TRY(reader.finish());
  options.entries = static_cast<ease_entries>(entries);
  options.diagonal = static_cast<ease_diagonal>(diagonal);
  return options;
}

parameters to_parameters(const ease_options& options) {
  return {{"lambda", options.lambda},
          {"top_k_per_row", double{1} * options.top_k_per_row},
          {"entries", std::string(entries_words[static_cast<std::size_t>(options.entries)])},
          {"sequence_share", options.sequence_share},
          {"training_decay", options.training_decay},
          {"history_decay", options.history_decay},
          {"diagonal", std::string(diagonal_words[static_cast<std::size_t>(options.diagonal)])},
          {"self_penalty", options.self_penalty}};
}

status validate(const ease_options& options) {
  const auto read_back = ease_options_from(to_parameters(options));
  if (!read_back) return read_back.failure();
  return success{};
}

}  // namespace freshet
