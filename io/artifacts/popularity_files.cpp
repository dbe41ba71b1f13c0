#include "core/models/popularity/popularity.hpp"
#include "io/artifacts/checked_arrays.hpp"
#include "io/artifacts/family_files.hpp"
#include "io/files/npy.hpp"

namespace freshet {
namespace {

status load(const model_layout& layout, loaded_model& into) {
  FRESHET_ASSIGN(auto scores, read_finite_vector(layout.file("scores.npy")));
  into.served = std::make_shared<popularity_model>(std::move(scores));
  return success{};
}

status save(const model_layout& layout, const loaded_model& trained) {
  const auto scores = trained.served->scores();
  const auto* constant = std::get_if<constant_scores>(&scores);
  FRESHET_CHECK(constant != nullptr);
  return write_npy(layout.file("scores.npy"), constant->scores);
}

}  // namespace

model_family popularity_files() {
  return {"popularity", "scores.npy", false, load, save};
}

}  // namespace freshet
