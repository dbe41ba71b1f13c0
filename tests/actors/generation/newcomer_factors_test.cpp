#include "actors/generation/newcomer_factors.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "actors/generation/generation.hpp"
#include "core/models/pairwise/lightfm.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

matrix<float> made_up(std::size_t rows, std::size_t columns, float step) {
  matrix<float> values(rows, columns);
  float value = -1;
  for (auto& each : values.values()) {
    value += step;
    each = value - std::floor(value);
  }
  return values;
}

TEST(newcomer_factors, of_als_are_the_half_step_of_an_item_over_those_who_touched_it) {
  const testing::temporary_directory directory;
  const auto store = event_store::open(directory.path() / "db", {});
  ASSERT_TRUE(store) << store.failure().message;
  int events = 0;
  const auto touch = [&](const std::string& user, const std::string& item, std::int32_t qty) {
    identified_event one;
    one.value.user_id = user;
    one.value.item_id = item;
    one.value.ts = 1'700'000'000;
    one.value.qty = qty;
    one.identity = std::to_string(++events);
    ASSERT_TRUE((*store)->apply({.events = {one}, .dead_letters = {}, .positions = {}}, false));
  };
  touch("ada", "a", 1);
  touch("ada", "b", 2);
  touch("ada", "new", 3);
  touch("bob", "b", 1);
  touch("bob", "new", 1);
  touch("cyd", "new", 5);  // and nothing else: the model can say nothing of cyd

  als_options options;
  options.factors = 4;
  options.alpha = 2;
  options.confidence_user_exponent = .3;
  options.confidence_item_exponent = .2;
  const auto everybody = made_up(20, 4, .37F);
  item_catalogue catalogue;
  newcomer_audience audience(2);
  generation model;
  model.number = 3;
  model.model_id = "als_1";
  const auto served = std::make_shared<als_model>(made_up(2, 4, .61F), options, "als", std::vector<float>{.9F, .8F});
  model.served = served;
  model.row_of_index = {item_row{0}, item_row{1}};
  catalogue_knowledge knowledge;
  knowledge.by_users = std::make_shared<const als_item_fold_in>(everybody.view(), options);
  model.knowledge = std::make_shared<const catalogue_knowledge>(knowledge);
  const generation_context context{.store = store->get(), .catalogue = &catalogue, .audience = &audience};

  audience.begin(3, model.row_of_index);
  ASSERT_TRUE(audience.read(**store));
  const auto learnt = learn_newcomers(model, context);
  ASSERT_NE(learnt, nullptr);
  ASSERT_EQ(learnt->size(), 1U);
  const auto folded = [&](taste strengths) {
    return std::get<dense_query>(served->fold_in({.strengths = std::move(strengths)})).factors;
  };
  matrix<float> users(0, 4);
  for (const auto& each : {folded({{item_row{0}, 1}, {item_row{1}, 2}}), folded({{item_row{1}, 1}})}) {
    users.append({each.data(), 1, 4});
  }
  const std::vector<float> scales{confidence_scale(3, .3), confidence_scale(2, .3)};
  const std::vector<float> strengths{3, 1};
  EXPECT_EQ(learnt->begin()->second, knowledge.by_users->factors_of(users.view(), strengths, scales));
  EXPECT_NE(learnt->begin()->second, std::vector<float>(4));

  model.newcomers = learnt;
  EXPECT_EQ(learn_newcomers(model, context), learnt) << "nobody new";
  generation another = model;
  another.number = 4;
  touch("dan", "a", 1);
  audience.add(item_index{2}, **(*store)->find_user("dan"));
  EXPECT_EQ(learn_newcomers(another, context), learnt) << "the audience is that of another model";
}

TEST(newcomer_factors, of_lightfm_are_what_its_features_say) {
  auto embeddings = std::make_shared<feature_embeddings>();
  embeddings->names = {"brand:Acme", "category:Kitchen"};
  embeddings->factors = made_up(2, 3, .29F);
  embeddings->bias = {.5F, -.25F};
  lightfm_parameters learnt;
  learnt.users = made_up(2, 3, .17F);
  learnt.user_bias = {0, 0};
  learnt.items = made_up(2, 3, .41F);
  learnt.item_bias = {0, 0};
  learnt.features = embeddings;
  const auto served = std::make_shared<lightfm_model>(std::move(learnt), lightfm_options{});
  generation model;
  model.served = served;
  catalogue_knowledge knowledge;
  knowledge.features = std::make_shared<const feature_index>(embeddings->names, std::span<const item* const>());
  model.knowledge = std::make_shared<const catalogue_knowledge>(knowledge);

  item described;
  described.category = "Kitchen";
  described.brand = "Acme";
  const auto [factors, bias] = served->represent(taste{{item_row{0}, 1}, {item_row{1}, 1}});
  auto expected = factors;
  expected.push_back(bias);
  EXPECT_EQ(factors_by_features(model, described), expected);
  described.category = "Cellar";
  described.brand.reset();
  EXPECT_TRUE(factors_by_features(model, described).empty()) << "a feature that the model does not know";
}

}  // namespace
}  // namespace freshet
