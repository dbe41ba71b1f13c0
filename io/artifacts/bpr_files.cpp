#include "core/models/pairwise/bpr.hpp"
#include "io/artifacts/factor_files.hpp"
#include "io/artifacts/family_files.hpp"
#include "io/artifacts/parameters_json.hpp"

namespace freshet {
namespace {

/// Without the file the defaults serve: the fold-in depends on them but little.
result<bpr_options> read_options(const model_layout& layout, const loaded_model& model) {
  if (model.params.empty()) return bpr_options{};
  const auto options = [&]() -> result<bpr_options> {
    FRESHET_ASSIGN(const auto given, known_parameters_from_json(model.params, to_parameters(bpr_options{})));
    return bpr_options_from(given);
  }();
  if (!options) return in_context(layout.params().string(), options.failure());
  return options;
}

status load(const model_layout& layout, loaded_model& into) {
  FRESHET_ASSIGN(const bpr_options options, read_options(layout, into));
  FRESHET_ASSIGN(auto arrays, read_factors(layout));
  into.user_factors = std::move(arrays.users);
  into.served = std::make_shared<bpr_model>(std::move(arrays.items), std::move(arrays.item_bias), options);
  return success{};
}

status save(const model_layout& layout, const loaded_model& trained) {
  return write_factors(layout, trained);
}

}  // namespace

model_family bpr_files() {
  return {"bpr", "V.npy", true, load, save};
}

}  // namespace freshet
