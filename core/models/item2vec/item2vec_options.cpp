#include "core/models/item2vec/item2vec.hpp"

namespace freshet {
namespace {

const std::vector<std::string_view> sentence_words{"session", "user"};

}  // namespace

result<item2vec_options> item2vec_options_from(const parameters& given) {
  item2vec_options options;
  auto context = static_cast<std::size_t>(options.context);
  parameter_reader reader("item2vec", given);
  reader.integer("vector_size", {1, 1024}, options.vector_size);
  reader.integer("window", {1, 1000}, options.window);
  reader.integer("min_count", {1, 1'000'000}, options.min_count);
  reader.integer("negatives", {1, 1000}, options.negatives);
  reader.number("negative_exponent", {-2, 2}, options.negative_exponent);
  reader.integer("epochs", {1, 10'000}, options.epochs);
  reader.number("learning_rate", {1e-6, 10}, options.learning_rate);
  reader.number("subsampling", {0, 1}, options.subsampling);
  reader.choice("context", sentence_words, context);
  reader.number("recency_half_life", {0, 1e6}, options.recency_half_life);
  FRESHET_TRY(reader.finish());
  options.context = static_cast<sentence_kind>(context);
  return options;
}

parameters to_parameters(const item2vec_options& options) {
  return {{"vector_size", double{1} * options.vector_size},
          {"window", double{1} * options.window},
          {"min_count", double{1} * options.min_count},
          {"negatives", double{1} * options.negatives},
          {"negative_exponent", options.negative_exponent},
          {"epochs", double{1} * options.epochs},
          {"learning_rate", options.learning_rate},
          {"subsampling", options.subsampling},
          {"context", std::string(sentence_words[static_cast<std::size_t>(options.context)])},
          {"recency_half_life", options.recency_half_life}};
}

status validate(const item2vec_options& options) {
  const auto read_back = item2vec_options_from(to_parameters(options));
  if (!read_back) return read_back.failure();
  return success{};
}

}  // namespace freshet
