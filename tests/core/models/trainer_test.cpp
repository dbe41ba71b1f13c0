#include "core/models/trainer.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(trainer, is_found_by_the_type_its_models_name) {
  training_data data;
  data.strengths.widen(1);
  data.embeddings = std::make_shared<item_embeddings>(item_embeddings{matrix<float>(1, 1), {true}});
  for (const auto& family : trainers()) {
    const auto found = find_trainer(family.name);
    ASSERT_TRUE(found);
    // A blend is nothing without parts.
    const parameters given = family.name == "hybrid" ? parameters{{"parts.0.model", "als"}} : parameters{};
    const auto completed = (*found)->complete(given);
    ASSERT_TRUE(completed) << family.name;
    const auto trained = (*found)->train(data, *completed, {});
    ASSERT_TRUE(trained) << family.name << ": " << trained.failure().message;
    EXPECT_EQ(trained->served->type(), family.name);
    EXPECT_EQ(trained->served->items(), 1U);
  }
}

TEST(trainer, counts_who_touched_what_where_the_events_are_not_known) {
  training_data pairs;
  pairs.strengths.add_row(std::vector<weighted<item_row>>{{item_row{0}, 1}, {item_row{2}, 5}});
  pairs.strengths.add_row(std::vector<weighted<item_row>>{{item_row{2}, 1}});
  const auto* popularity = find_trainer("popularity").value();
  const auto trained = popularity->train(pairs, *popularity->complete({}), {});
  ASSERT_TRUE(trained);
  const auto scores = std::get<constant_scores>(trained->served->scores()).scores;
  EXPECT_EQ(std::vector<float>(scores.begin(), scores.end()), (std::vector<float>{1, 0, 2}));
}

TEST(trainer, that_does_not_exist_is_refused_with_the_known_ones) {
  const auto found = find_trainer("alps");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.failure().message.substr(0, 42), "no model is called 'alps'; known are: als,");
}

TEST(trainer, completes_parameters_and_refuses_unknown_ones) {
  const auto* als = find_trainer("als").value();
  EXPECT_EQ(als->complete({{"factors", 8.0}})->at("factors"), parameter(8.0));
  EXPECT_EQ(als->complete({{"factors", 8.0}})->at("iterations"), parameter(15.0));
  EXPECT_FALSE(als->complete({{"epochs", 8.0}}));
}

TEST(trainer, needs_more_memory_for_more_factors) {
  const auto* als = find_trainer("als").value();
  const data_size size{.users = 1000, .items = 500, .entries = 10'000};
  EXPECT_LT(als->memory_bytes(size, *als->complete({{"factors", 16.0}})),
            als->memory_bytes(size, *als->complete({{"factors", 256.0}})));
}

}  // namespace
}  // namespace freshet
