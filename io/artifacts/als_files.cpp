#include "core/models/als/als.hpp"
#include "io/artifacts/checked_arrays.hpp"
#include "io/artifacts/factor_files.hpp"
#include "io/artifacts/family_files.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/files/npy.hpp"

namespace freshet {
namespace {

constexpr std::string_view scale_file = "item_confidence_scale.npy";

/// What the fold-in needs: without it the same factors would give other numbers.
result<als_options> read_options(const model_layout& layout, const loaded_model& model) {
  if (model.params.empty()) {
    return error{error_code::not_found, layout.params().string() +
                                            " is missing; write the training's factors, regularization, alpha and "
                                            "confidence there as JSON"};
  }
  const auto options = [&]() -> result<als_options> {
    FRESHET_ASSIGN(const auto given, known_parameters_from_json(model.params, to_parameters(als_options{})));
    return als_options_from(given);
  }();
  if (!options) return in_context(layout.params().string(), options.failure());
  return options;
}

status load(const model_layout& layout, loaded_model& into) {
  FRESHET_ASSIGN(const als_options options, read_options(layout, into));
  FRESHET_ASSIGN(auto items, read_finite_matrix(layout.file("V.npy")));
  FRESHET_ASSIGN(into.user_factors, read_finite_matrix(layout.file("U.npy")));
  if (items.columns() == 0 || items.columns() > 1024) {
    return error{error_code::corrupted, layout.file("V.npy").string() + " has " + std::to_string(items.columns()) +
                                            " factors; expected 1 to 1024"};
  }
  if (into.user_factors.columns() != items.columns()) {
    return error{error_code::corrupted, layout.file("U.npy").string() + " has " +
                                            std::to_string(into.user_factors.columns()) + " factors where " +
                                            layout.file("V.npy").filename().string() + " has " +
                                            std::to_string(items.columns())};
  }
  std::vector<float> scales;
  if (options.confidence_item_exponent != 0) {
    FRESHET_ASSIGN(scales, read_finite_vector_of(layout.file(scale_file), items.rows(), "items"));
  }
  into.served = std::make_shared<als_model>(std::move(items), options, layout.type, std::move(scales));
  return success{};
}

status save(const model_layout& layout, const loaded_model& trained) {
  const auto* served = dynamic_cast<const als_model*>(trained.served.get());
  FRESHET_CHECK(served != nullptr && trained.user_factors.columns() == served->factors());
  FRESHET_TRY(write_npy(layout.file("U.npy"), trained.user_factors.view()));
  FRESHET_TRY(write_npy(layout.file("V.npy"), served->item_factors().view()));
  if (served->item_confidence_scales().empty()) return success{};
  return write_npy(layout.file(scale_file), served->item_confidence_scales());
}

}  // namespace

model_family als_files() {
  return {"als", "V.npy", true, load, save};
}

model_family bert_als_files() {
  return {"bert_als", "V.npy", true, load, save};
}

}  // namespace freshet
