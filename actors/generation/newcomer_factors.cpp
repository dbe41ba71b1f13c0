#include "actors/generation/newcomer_factors.hpp"

#include <algorithm>
#include <map>

#include "actors/generation/generation.hpp"
#include "actors/generation/newcomer_audience.hpp"
#include "core/models/pairwise/lightfm.hpp"
#include "io/store/event_weights.hpp"

namespace freshet {
namespace {

/// What one user did, as the solves of all items that the user touched take it.
struct folded_user {
  std::vector<weighted<item_index>> drawn_to;
  /// None where the model can say nothing: who touched nothing that it knows.
  std::vector<float> factors;
};

/// Users folded in, each once for all items, as long as there is room.
class folded_users {
 public:
  folded_users(const generation& model, const generation_context& context)
      : model_(model), context_(context), weights_(strengths_by_type(context.events, context.store->event_types())) {}

  std::shared_ptr<const folded_user> of(user_index user) {
    if (const auto known = kept_.find(user); known != kept_.end()) return known->second;
    auto folded = fold_in(user);
    if (kept_.size() < kept_max) kept_.emplace(user, folded);
    return folded;
  }

 private:
  /// Of 64 factors and 50 items each: 15 MB.
  static constexpr std::size_t kept_max = 20'000;

  std::shared_ptr<const folded_user> fold_in(user_index user) const {
    auto made = std::make_shared<folded_user>();
    const auto history = context_.store->history(user);
    // What cannot be read now is solved for again when the item has more users.
    if (!history) return made;
    made->drawn_to = strengths(*history, weights_);
    const user_interactions told{.strengths = to_taste(made->drawn_to, model_.row_of_index),
                                 .sequence = to_sequence(*history, model_.row_of_index)};
    if (!told.strengths.empty()) made->factors = std::get<dense_query>(model_.served->fold_in(told)).factors;
    return made;
  }

  const generation& model_;
  const generation_context& context_;
  strength_options weights_;
  std::map<user_index, std::shared_ptr<const folded_user>> kept_;
};

/// Empty when none of those who touched the item can be said anything of.
std::vector<float> solve(const newcomer_audience::item_users& audience, const generation& model, folded_users& users) {
  const auto& solver = *model.knowledge->by_users;
  matrix<float> factors(0, model.served->factors());
  std::vector<float> strengths;
  std::vector<float> scales;
  for (const auto each : audience.users) {
    const auto user = users.of(each);
    const auto toward = std::ranges::find(user->drawn_to, audience.item, &weighted<item_index>::item);
    if (user->factors.empty() || toward == user->drawn_to.end()) continue;
    factors.append({user->factors.data(), 1, user->factors.size()});
    strengths.push_back(toward->strength);
    scales.push_back(confidence_scale(user->drawn_to.size(), solver.options().confidence_user_exponent));
  }
  if (strengths.empty()) return {};
  return solver.factors_of(factors.view(), strengths, scales);
}

}  // namespace

std::shared_ptr<const newcomer_factors> learn_newcomers(const generation& model, const generation_context& context) {
  if (!model.knowledge || !model.knowledge->by_users || context.audience == nullptr ||
      context.audience->model() != model.number) {
    return model.newcomers;
  }
  const auto due = context.audience->take_due();
  if (due.empty()) return model.newcomers;
  auto learnt =
      model.newcomers ? std::make_shared<newcomer_factors>(*model.newcomers) : std::make_shared<newcomer_factors>();
  // Items known from events alone are not in it yet. What cannot be read is an item without a row for a while longer.
  (void)context.catalogue->refresh(*context.store);
  folded_users users(model, context);
  for (const auto& each : due) {
    if (auto factors = solve(each, model, users); !factors.empty()) (*learnt)[each.item] = std::move(factors);
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
