#include "actors/newcomer_factors.hpp"

#include <algorithm>

#include "actors/generation.hpp"
#include "actors/newcomer_audience.hpp"
#include "core/models/pairwise/lightfm.hpp"
#include "io/store/event_weights.hpp"

namespace freshet {
namespace {

/// Those who touched one item, as the solve takes them.
struct solved_users {
  matrix<float> factors;
  std::vector<float> strengths;
  std::vector<float> scales;
};

solved_users users_of(const newcomer_audience::item_users& audience, const generation& model,
                      const generation_context& context, const strength_options& weights) {
  const auto& options = model.knowledge->by_users->options();
  solved_users found{.factors = matrix<float>(0, model.served->factors()), .strengths = {}, .scales = {}};
  for (const auto user : audience.users) {
    const auto history = context.store->history(user);
    // What cannot be read now is solved for again when the item has more users.
    if (!history) continue;
    const auto drawn_to = strengths(*history, weights);
    const auto toward = std::ranges::find(drawn_to, audience.item, &weighted<item_index>::item);
    if (toward == drawn_to.end()) continue;
    const user_interactions told{.strengths = to_taste(drawn_to, model.row_of_index),
                                 .sequence = to_sequence(*history, model.row_of_index)};
    // The model can say nothing of who touched nothing else.
    if (told.strengths.empty()) continue;
    const auto folded = std::get<dense_query>(model.served->fold_in(told)).factors;
    found.factors.append({folded.data(), 1, folded.size()});
    found.strengths.push_back(toward->strength);
    found.scales.push_back(confidence_scale(drawn_to.size(), options.confidence_user_exponent));
  }
  return found;
}

}  // namespace

std::shared_ptr<const newcomer_factors> learn_newcomers(const generation& model, const generation_context& context) {
  if (!model.knowledge || !model.knowledge->by_users || context.audience == nullptr ||
      context.audience->model() != model.number) {
    return model.newcomers;
  }
  const auto due = context.audience->take_due();
  if (due.empty()) return model.newcomers;
  const auto weights = strengths_by_type(context.events, context.store->event_types());
  auto learnt =
      model.newcomers ? std::make_shared<newcomer_factors>(*model.newcomers) : std::make_shared<newcomer_factors>();
  // Items known from events alone are not in it yet. What cannot be read is an item without a row for a while longer.
  (void)context.catalogue->refresh(*context.store);
  for (const auto& each : due) {
    const auto [factors, strengths, scales] = users_of(each, model, context, weights);
    if (!strengths.empty()) {
      (*learnt)[each.item] = model.knowledge->by_users->factors_of(factors.view(), strengths, scales);
    }
  }
  return learnt;
}

std::vector<float> factors_by_features(const generation& model, const item& described) {
  const auto* lightfm = dynamic_cast<const lightfm_model*>(model.served.get());
  if (lightfm == nullptr || !model.knowledge->features) return {};
  const auto features = model.knowledge->features->features_of(described);
  if (features.empty()) return {};
  auto [factors, bias] = lightfm->represent(features);
  factors.push_back(bias);
  return factors;
}

}  // namespace freshet
