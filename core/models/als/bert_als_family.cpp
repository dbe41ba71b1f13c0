#include "core/models/als/bert_als.hpp"

namespace freshet {
namespace {

/// Longest embedding that the estimate of memory allows for; the data's size does not tell.
constexpr std::uint64_t embedding_size = 1024;

result<parameters> complete(const parameters& given) {
  FRESHET_ASSIGN(const auto options, als_options_from(given, "bert_als"));
  return to_parameters(options);
}

std::uint64_t memory_bytes(const data_size& size, const parameters& completed) {
  const auto options = als_options_from(completed);
  FRESHET_CHECK(options.ok());
  // The embeddings and those of them that are known, and the start twice besides what als needs.
  const std::uint64_t start = size.items * (2 * embedding_size + 2 * std::uint64_t{options->factors}) * sizeof(float);
  return als_memory_bytes({size.users, size.items, size.entries}, *options) + start;
}

result<trained_model> train(const training_data& data, const parameters& completed, const training_context& context) {
  FRESHET_ASSIGN(const auto options, als_options_from(completed, "bert_als"));
  if (!data.embeddings) {
    return error{error_code::invalid_argument,
                 "bert_als: there are no embeddings of items to start from; give them with --embeddings, or train als"};
  }
  FRESHET_CHECK(data.embeddings->known.size() == data.strengths.columns() &&
                    data.embeddings->vectors.rows() == data.strengths.columns(),
                "embeddings are aligned with the items");
  FRESHET_ASSIGN(const auto start, bert_als_start(*data.embeddings, options, context.seed));
  FRESHET_ASSIGN(auto factors, train_als(data.strengths, options, context, {.items = &start, .family = "bert_als"}));
  auto served = std::make_shared<als_model>(std::move(factors.items), options, "bert_als",
                                            std::move(factors.item_confidence_scales));
  return trained_model{std::move(served), std::move(factors.users), std::move(factors.loss)};
}

}  // namespace

trainer bert_als_trainer() {
  return {.name = "bert_als",
          .summary = "als whose item factors start from embeddings of the items",
          .complete = complete,
          .memory_bytes = memory_bytes,
          .train = train,
          .uses_embeddings = true};
}

}  // namespace freshet
