#include "core/models/pairwise/lightfm.hpp"
#include "io/artifacts/checked_arrays.hpp"
#include "io/artifacts/factor_files.hpp"
#include "io/artifacts/family_files.hpp"
#include "io/artifacts/id_mapping.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/files/npy.hpp"

namespace freshet {
namespace {

constexpr std::string_view user_bias_file = "user_bias.npy";
constexpr std::string_view feature_factors_file = "feature_embeddings.npy";
constexpr std::string_view feature_bias_file = "feature_bias.npy";
constexpr std::string_view feature_mapping_file = "feature_mapping.json";

bool is_there(const std::filesystem::path& path) {
  std::error_code unknown;
  return std::filesystem::exists(path, unknown);
}

/// Without the file the defaults serve: the fold-in depends on them but little.
result<lightfm_options> read_options(const model_layout& layout, const loaded_model& model) {
  if (model.params.empty()) return lightfm_options{};
  const auto options = [&]() -> result<lightfm_options> {
    FRESHET_ASSIGN(const auto given, known_parameters_from_json(model.params, to_parameters(lightfm_options{})));
    return lightfm_options_from(given);
  }();
  if (!options) return in_context(layout.params().string(), options.failure());
  return options;
}

result<std::shared_ptr<const feature_embeddings>> read_features(const model_layout& layout, std::size_t factors) {
  const auto path = layout.file(feature_factors_file);
  if (!is_there(path)) return std::shared_ptr<const feature_embeddings>();
  auto features = std::make_shared<feature_embeddings>();
  FRESHET_ASSIGN(features->factors, read_finite_matrix(path));
  if (features->factors.columns() != factors) {
    return error{error_code::corrupted, path.string() + " has " + std::to_string(features->factors.columns()) +
                                            " factors where " + layout.file("V.npy").filename().string() + " has " +
                                            std::to_string(factors)};
  }
  const std::size_t rows = features->factors.rows();
  FRESHET_ASSIGN(features->bias, read_finite_vector_of(layout.file(feature_bias_file), rows, "features"));
  FRESHET_ASSIGN(features->names, read_id_mapping(layout.file(feature_mapping_file), rows));
  return std::shared_ptr<const feature_embeddings>(std::move(features));
}

status load(const model_layout& layout, loaded_model& into) {
  FRESHET_ASSIGN(const lightfm_options options, read_options(layout, into));
  FRESHET_ASSIGN(auto arrays, read_factors(layout));
  lightfm_parameters learnt;
  if (is_there(layout.file(user_bias_file))) {
    FRESHET_ASSIGN(learnt.user_bias, read_finite_vector_of(layout.file(user_bias_file), arrays.users.rows(), "users"));
  }
  FRESHET_ASSIGN(learnt.features, read_features(layout, arrays.items.columns()));
  learnt.items = std::move(arrays.items);
  learnt.item_bias = std::move(arrays.item_bias);
  into.user_factors = std::move(arrays.users);
  into.served = std::make_shared<lightfm_model>(std::move(learnt), options);
  return success{};
}

status save(const model_layout& layout, const loaded_model& trained) {
  const auto* model = dynamic_cast<const lightfm_model*>(trained.served.get());
  FRESHET_CHECK(model != nullptr);
  FRESHET_TRY(write_factors(layout, trained));
  FRESHET_TRY(write_npy(layout.file(user_bias_file), model->user_bias()));
  if (model->features() == nullptr) return success{};
  const auto& features = *model->features();
  FRESHET_TRY(write_npy(layout.file(feature_factors_file), features.factors.view()));
  FRESHET_TRY(write_npy(layout.file(feature_bias_file), std::span<const float>(features.bias)));
  return write_id_mapping(layout.file(feature_mapping_file), features.names);
}

}  // namespace

model_family lightfm_files() {
  return {"lightfm", "V.npy", true, load, save};
}

}  // namespace freshet
