#include "core/models/als/least_squares_kernels.hpp"
#include "core/models/gru4rec/gru4rec.hpp"

namespace freshet {
namespace {

const std::vector<std::string_view> optimizer_words{"adam", "adagrad"};
const std::vector<std::string_view> loss_words{"cross_entropy", "bpr_max"};
const std::vector<std::string_view> sequence_words{"session", "user"};
const std::vector<std::string_view> truth_words{"false", "true"};

/// `shared_embedding` as JSON has it, true or false, or as a word of the command line.
result<parameters> with_words(const parameters& given) {
  parameters read = given;
  const auto found = read.find("shared_embedding");
  if (found != read.end()) {
    if (const auto* flag = std::get_if<bool>(&found->second)) found->second = std::string(*flag ? "true" : "false");
  }
  return read;
}

}  // namespace

result<gru4rec_options> gru4rec_options_from(const parameters& given) {
  gru4rec_options options;
  auto optimizer = static_cast<std::size_t>(options.optimizer);
  auto loss = static_cast<std::size_t>(options.loss);
  auto sequences = static_cast<std::size_t>(options.sequences);
  std::size_t shared = options.shared_embedding ? 1 : 0;
  FRESHET_ASSIGN(const auto words, with_words(given));
  parameter_reader reader("gru4rec", words);
  reader.integer("hidden_size", {1, 1024}, options.hidden_size);
  reader.integer("layers", {1, 8}, options.layers);
  reader.integer("embedding_size", {0, 1024}, options.embedding_size);
  reader.choice("shared_embedding", truth_words, shared);
  reader.number("dropout", {0, 0.95}, options.dropout);
  reader.number("embedding_dropout", {0, 0.95}, options.embedding_dropout);
  reader.integer("batch_size", {1, 4096}, options.batch_size);
  reader.integer("unroll_steps", {1, 256}, options.unroll_steps);
  reader.number("learning_rate", {1e-9, 10}, options.learning_rate);
  reader.number("final_learning_rate", {0, 1}, options.final_learning_rate);
  reader.number("momentum", {0, 0.99}, options.momentum);
  reader.integer("epochs", {1, 10'000}, options.epochs);
  reader.choice("optimizer", optimizer_words, optimizer);
  reader.choice("loss", loss_words, loss);
  reader.number("bpr_max_regularization", {0, 1000}, options.bpr_max_regularization);
  reader.integer("n_sample", {0, 1'000'000}, options.n_sample);
  reader.number("sample_alpha", {0, 2}, options.sample_alpha);
  reader.number("logq", {0, 2}, options.logq);
  reader.number("score_scale", {0, 1000}, options.score_scale);
  reader.choice("sequences", sequence_words, sequences);
  FRESHET_TRY(reader.finish());
  options.optimizer = static_cast<gru4rec_update>(optimizer);
  options.loss = static_cast<gru4rec_loss>(loss);
  options.sequences = static_cast<gru4rec_sequences>(sequences);
  options.shared_embedding = shared == 1;
  if (options.shared_embedding && options.inputs() != options.hidden_size) {
    return error{error_code::invalid_argument,
                 "gru4rec: embedding_size is " + std::to_string(options.embedding_size) + " where hidden_size is " +
                     std::to_string(options.hidden_size) +
                     "; a shared embedding has one size: leave embedding_size out or set shared_embedding to false"};
  }
  return options;
}

parameters to_parameters(const gru4rec_options& options) {
  const auto number = [](double value) { return parameter(value); };
  return {{"hidden_size", number(options.hidden_size)},
          {"layers", number(options.layers)},
          {"embedding_size", number(options.embedding_size)},
          {"shared_embedding", options.shared_embedding},
          {"dropout", options.dropout},
          {"embedding_dropout", options.embedding_dropout},
          {"batch_size", number(options.batch_size)},
          {"unroll_steps", number(options.unroll_steps)},
          {"learning_rate", options.learning_rate},
          {"final_learning_rate", options.final_learning_rate},
          {"momentum", options.momentum},
          {"epochs", number(options.epochs)},
          {"optimizer", std::string(optimizer_words[static_cast<std::size_t>(options.optimizer)])},
          {"loss", std::string(loss_words[static_cast<std::size_t>(options.loss)])},
          {"bpr_max_regularization", options.bpr_max_regularization},
          {"n_sample", number(options.n_sample)},
          {"sample_alpha", options.sample_alpha},
          {"logq", options.logq},
          {"score_scale", options.score_scale},
          {"sequences", std::string(sequence_words[static_cast<std::size_t>(options.sequences)])}};
}

status validate(const gru4rec_options& options) {
  const auto read_back = gru4rec_options_from(to_parameters(options));
  if (!read_back) return read_back.failure();
  return success{};
}

}  // namespace freshet
