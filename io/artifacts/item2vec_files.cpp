#include "core/models/item2vec/item2vec.hpp"
#include "io/artifacts/checked_arrays.hpp"
#include "io/artifacts/family_files.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/files/npy.hpp"

namespace freshet {
namespace {

/// Only the weights of a history depend on them, so that vectors from elsewhere are served without any.
result<item2vec_options> read_options(const model_layout& layout, const loaded_model& model) {
  if (model.params.empty()) return item2vec_options{};
  const auto options = [&]() -> result<item2vec_options> {
    FRESHET_ASSIGN(const auto given, known_parameters_from_json(model.params, to_parameters(item2vec_options{})));
    return item2vec_options_from(given);
  }();
  if (!options) return in_context(layout.params().string(), options.failure());
  return options;
}

std::string shape_of(const matrix<float>& values) {
  return std::to_string(values.rows()) + " x " + std::to_string(values.columns());
}

status load(const model_layout& layout, loaded_model& into) {
  FRESHET_ASSIGN(const auto options, read_options(layout, into));
  FRESHET_ASSIGN(auto input, read_finite_matrix(layout.file("V.npy")));
  FRESHET_ASSIGN(auto output, read_finite_matrix(layout.file("C.npy")));
  if (input.columns() == 0 || input.columns() > 1024) {
    return error{error_code::corrupted, layout.file("V.npy").string() + " has vectors of length " +
                                            std::to_string(input.columns()) + "; expected 1 to 1024"};
  }
  if (input.rows() != output.rows() || input.columns() != output.columns()) {
    return error{error_code::corrupted, layout.file("C.npy").string() + " is " + shape_of(output) + " where " +
                                            layout.file("V.npy").filename().string() + " is " + shape_of(input)};
  }
  into.served = std::make_shared<item2vec_model>(std::move(input), std::move(output), options);
  return success{};
}

status save(const model_layout& layout, const loaded_model& trained) {
  const auto* served = dynamic_cast<const item2vec_model*>(trained.served.get());
  FRESHET_CHECK(served != nullptr, "an item2vec directory holds an item2vec model");
  FRESHET_TRY(write_npy(layout.file("V.npy"), served->input_vectors().view()));
  return write_npy(layout.file("C.npy"), served->output_vectors().view());
}

}  // namespace

model_family item2vec_files() {
  return {"item2vec", "V.npy", false, load, save};
}

}  // namespace freshet
