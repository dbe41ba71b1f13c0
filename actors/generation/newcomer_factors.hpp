// What:   factors of items that came after the training: from those who touched them (als, the symmetric solve), or
//         from their features (lightfm).
// Why:    what people do says more of an item than its words; until enough did, and in families that can do neither,
//         its content is mapped (generation.hpp).
// Users:  by the fold-in of what they did, so that those who came after the training count too.
// Source: Hu, Koren, Volinsky 2008, eq. 5 with the users fixed.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "core/base/strong_id.hpp"

namespace freshet {

struct generation;
struct item;
struct generation_context;

/// As long as a row of the model's factors each, and one more where the model has a bias.
using newcomer_factors = std::map<item_index, std::vector<float>>;

/// What `model` knew, and anew the items that became due since; the same pointer when none did. Nothing for models that
/// are not als. Called from the model loader's thread only. Cost: a fold-in for each user of such items.
[[nodiscard]] std::shared_ptr<const newcomer_factors> learn_newcomers(const generation& model,
                                                                      const generation_context& context);

/// Of an item that came after the training of lightfm, by its features; empty where the model knows none of them, or
/// learns from none.
[[nodiscard]] std::vector<float> factors_by_features(const generation& model, const item& described);

}  // namespace freshet
