#include "core/models/gru4rec/gru4rec.hpp"
#include "io/artifacts/checked_arrays.hpp"
#include "io/artifacts/family_files.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/files/npy.hpp"

namespace freshet {
namespace {

/// Wx.npy for the first layer, Wx2.npy for the second.
std::string of_layer(const std::string& name, std::size_t layer) {
  return name + (layer == 0 ? "" : std::to_string(layer + 1)) + ".npy";
}

result<gru4rec_options> read_options(const model_layout& layout, const loaded_model& model) {
  if (model.params.empty()) {
    return error{error_code::not_found, layout.params().string() +
                                            " is missing; write the training's layers, shared_embedding and sequences "
                                            "there as JSON"};
  }
  const auto options = [&]() -> result<gru4rec_options> {
    FRESHET_ASSIGN(const auto given, known_parameters_from_json(model.params, to_parameters(gru4rec_options{})));
    return gru4rec_options_from(given);
  }();
  if (!options) return in_context(layout.params().string(), options.failure());
  return options;
}

status load(const model_layout& layout, loaded_model& into) {
  FRESHET_ASSIGN(gru4rec_options options, read_options(layout, into));
  gru4rec_weights weights;
  FRESHET_ASSIGN(weights.output, read_finite_matrix(layout.file("Wy.npy")));
  FRESHET_ASSIGN(weights.output_bias, read_finite_vector(layout.file("by.npy")));
  if (!options.shared_embedding) {
    FRESHET_ASSIGN(weights.embedding, read_finite_matrix(layout.file("E.npy")));
  }
  for (std::size_t l = 0; l < options.layers; ++l) {
    gru4rec_layer layer;
    FRESHET_ASSIGN(layer.input, read_finite_matrix(layout.file(of_layer("Wx", l))));
    FRESHET_ASSIGN(layer.recurrent, read_finite_matrix(layout.file(of_layer("Wh", l))));
    FRESHET_ASSIGN(layer.bias, read_finite_vector(layout.file(of_layer("b", l))));
    weights.layers.push_back(std::move(layer));
  }
  const auto fits = validate(weights);
  if (!fits) return in_context(layout.file("Wy.npy").string() + " and the arrays beside it", fits.failure());
  into.served = std::make_shared<gru4rec_model>(std::move(weights), options);
  return success{};
}

status save(const model_layout& layout, const loaded_model& trained) {
  const auto* model = dynamic_cast<const gru4rec_model*>(trained.served.get());
  FRESHET_CHECK(model != nullptr);
  const auto& weights = model->weights();
  FRESHET_TRY(write_npy(layout.file("Wy.npy"), weights.output.view()));
  FRESHET_TRY(write_npy(layout.file("by.npy"), std::span<const float>(weights.output_bias)));
  if (weights.embedding.rows() > 0) FRESHET_TRY(write_npy(layout.file("E.npy"), weights.embedding.view()));
  for (std::size_t l = 0; l < weights.layers.size(); ++l) {
    const auto& layer = weights.layers[l];
    FRESHET_TRY(write_npy(layout.file(of_layer("Wx", l)), layer.input.view()));
    FRESHET_TRY(write_npy(layout.file(of_layer("Wh", l)), layer.recurrent.view()));
    FRESHET_TRY(write_npy(layout.file(of_layer("b", l)), std::span<const float>(layer.bias)));
  }
  return success{};
}

}  // namespace

model_family gru4rec_files() {
  return {"gru4rec", "Wy.npy", false, load, save};
}

}  // namespace freshet
