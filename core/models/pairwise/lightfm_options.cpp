#include "core/models/als/least_squares_kernels.hpp"
#include "core/models/pairwise/lightfm.hpp"

namespace freshet {
namespace {

const std::vector<std::string_view> loss_words{"bpr", "logistic", "warp"};
const std::vector<std::string_view> schedule_words{"adagrad"};

}  // namespace

result<lightfm_options> lightfm_options_from(const parameters& given) {
  lightfm_options options;
  auto loss = static_cast<std::size_t>(options.loss);
  std::size_t schedule = 0;
  parameter_reader reader("lightfm", given);
  reader.integer("no_components", {1, least_squares_width_max}, options.no_components);
  reader.choice("loss", loss_words, loss);
  reader.choice("learning_schedule", schedule_words, schedule);
  reader.number("learning_rate", {1e-9, 100}, options.learning_rate);
  reader.integer("epochs", {1, 100'000}, options.epochs);
  reader.number("item_alpha", {0, 100}, options.item_alpha);
  reader.number("user_alpha", {0, 100}, options.user_alpha);
  reader.integer("max_sampled", {1, 256}, options.max_sampled);
  FRESHET_TRY(reader.finish());
  options.loss = static_cast<pairwise_loss>(loss);
  return options;
}

parameters to_parameters(const lightfm_options& options) {
  return {{"no_components", double{1} * options.no_components},
          {"loss", std::string(loss_words[static_cast<std::size_t>(options.loss)])},
          {"learning_schedule", std::string(schedule_words[0])},
          {"learning_rate", options.learning_rate},
          {"epochs", double{1} * options.epochs},
          {"item_alpha", options.item_alpha},
          {"user_alpha", options.user_alpha},
          {"max_sampled", double{1} * options.max_sampled}};
}

std::uint32_t candidates_of(const lightfm_options& options) {
  return options.loss == pairwise_loss::warp ? options.max_sampled : 1;
}

}  // namespace freshet
