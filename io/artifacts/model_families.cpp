#include <algorithm>
#include <cmath>
#include <span>

#include "core/models/als.hpp"
#include "core/models/popularity.hpp"
#include "io/artifacts/model_layout.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/files/npy.hpp"

namespace freshet {

namespace {

status check_finite(std::span<const float> values, const std::filesystem::path& path) {
  const auto bad = std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (bad == values.end()) return success{};
  return error{error_code::corrupted, path.string() + " holds a value that is not finite at element " +
                                          std::to_string(bad - values.begin()) + "; train the model again"};
}

result<matrix<float>> read_finite_matrix(const std::filesystem::path& path) {
  FRESHET_ASSIGN(auto values, read_npy_matrix(path));
  FRESHET_TRY(check_finite(values.values(), path));
  return values;
}

/// What the fold-in needs: without it the same factors would give other numbers.
result<als_options> read_als_options(const model_layout& layout, const loaded_model& model) {
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

status load_als(const model_layout& layout, loaded_model& into) {
  FRESHET_ASSIGN(const als_options options, read_als_options(layout, into));
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
  into.served = std::make_shared<als_model>(std::move(items), options);
  return success{};
}

status save_als(const model_layout& layout, const loaded_model& trained) {
  const auto scores = trained.served->scores();
  const auto* dense = std::get_if<dense_scores>(&scores);
  FRESHET_CHECK(dense != nullptr && trained.user_factors.columns() == dense->factors.columns());
  FRESHET_TRY(write_npy(layout.file("U.npy"), trained.user_factors.view()));
  return write_npy(layout.file("V.npy"), dense->factors);
}

status load_popularity(const model_layout& layout, loaded_model& into) {
  FRESHET_ASSIGN(auto scores, read_npy_vector(layout.file("scores.npy")));
  FRESHET_TRY(check_finite(scores, layout.file("scores.npy")));
  into.served = std::make_shared<popularity_model>(std::move(scores));
  return success{};
}

status save_popularity(const model_layout& layout, const loaded_model& trained) {
  const auto scores = trained.served->scores();
  const auto* constant = std::get_if<constant_scores>(&scores);
  FRESHET_CHECK(constant != nullptr);
  return write_npy(layout.file("scores.npy"), constant->scores);
}

}  // namespace

const std::vector<model_family>& model_families() {
  static const std::vector<model_family> all{
      {"als", "V.npy", true, load_als, save_als},
      // Differs from als in where training starts, not in how it serves.
      {"bert_als", "V.npy", true, load_als, save_als},
      {"popularity", "scores.npy", false, load_popularity, save_popularity},
  };
  return all;
}

const model_family* find_family(std::string_view type) {
  for (const auto& family : model_families()) {
    if (family.type == type) return &family;
  }
  return nullptr;
}

std::string family_names() {
  std::string names;
  for (const auto& family : model_families()) names += (names.empty() ? "" : ", ") + std::string(family.type);
  return names;
}

}  // namespace freshet
