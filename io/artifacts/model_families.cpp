#include "io/artifacts/family_files.hpp"

namespace freshet {

const std::vector<model_family>& model_families() {
  static const std::vector<model_family> all{
      als_files(),    bert_als_files(), bpr_files(),     ease_files(),       gru4rec_files(),
      hybrid_files(), item2vec_files(), lightfm_files(), popularity_files(),
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
