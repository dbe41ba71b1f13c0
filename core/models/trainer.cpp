#include "core/models/trainer.hpp"

#include <algorithm>
#include <string>

#include "core/models/als/als.hpp"
#include "core/models/als/bert_als.hpp"
#include "core/models/ease/ease.hpp"
#include "core/models/gru4rec/gru4rec.hpp"
#include "core/models/hybrid/hybrid_plan.hpp"
#include "core/models/item2vec/item2vec.hpp"
#include "core/models/pairwise/bpr.hpp"
#include "core/models/pairwise/lightfm.hpp"
#include "core/models/popularity/popularity.hpp"

namespace freshet {

std::span<const trainer> trainers() {
  // clang-format off
  static const trainer all[] = {
      als_trainer(),
      bert_als_trainer(),
      bpr_trainer(),
      ease_trainer(),
      gru4rec_trainer(),
      hybrid_trainer(),
      item2vec_trainer(),
      lightfm_trainer(),
      popularity_trainer(),
  };
  // clang-format on
  return all;
}

result<const trainer*> find_trainer(std::string_view name) {
  const auto all = trainers();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
  if (found != all.end()) return &*found;
  std::string known;
  for (const auto& each : all) known += (known.empty() ? "" : ", ") + std::string(each.name);
  return error{error_code::not_found, "no model is called '" + std::string(name) + "'; known are: " + known};
}

}  // namespace freshet
