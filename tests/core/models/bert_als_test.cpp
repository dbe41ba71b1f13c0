#include "core/models/als/bert_als.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "core/base/random.hpp"
#include "tests/support/random_interactions.hpp"

namespace freshet {
namespace {

using testing::random_interactions;

/// Two groups of items: embeddings point one of two ways, with a little noise.
std::shared_ptr<item_embeddings> grouped_embeddings(std::size_t items, std::size_t size) {
  random_source random(1);
  auto embeddings = std::make_shared<item_embeddings>();
  embeddings->vectors = matrix<float>(items, size);
  embeddings->known.assign(items, true);
  for (std::size_t i = 0; i < items; ++i) {
    for (std::size_t k = 0; k < size; ++k) {
      embeddings->vectors.row(i)[k] = static_cast<float>((k % 2 == i % 2 ? 1 : 0) + 0.05 * random.normal());
    }
  }
  return embeddings;
}

float cosine(std::span<const float> a, std::span<const float> b) {
  const auto dot = [](auto x, auto y) { return std::inner_product(x.begin(), x.end(), y.begin(), 0.0F); };
  return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

const als_options options{.factors = 6, .regularization = 0.1, .iterations = 4};

TEST(bert_als, starts_items_of_like_content_side_by_side) {
  const auto start = bert_als_start(*grouped_embeddings(20, 12), options, 7);
  ASSERT_TRUE(start);
  for (std::size_t i = 2; i < 20; ++i) {
    EXPECT_GT(cosine(start->row(i), start->row(i % 2)), 0.9) << i;
    EXPECT_LT(cosine(start->row(i), start->row(1 - i % 2)), 0.6) << i;
  }
}

TEST(bert_als, starts_at_the_size_that_als_starts_from) {
  auto embeddings = grouped_embeddings(50, 12);
  for (float& value : embeddings->vectors.values()) value *= 1000;
  const auto start = bert_als_start(*embeddings, options, 7);
  ASSERT_TRUE(start);
  double squares = 0;
  for (const float value : start->values()) squares += static_cast<double>(value) * value;
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(start->values().size())), 0.1 / std::sqrt(6), 1e-4);
}

TEST(bert_als, starts_items_without_an_embedding_near_the_mean) {
  auto embeddings = grouped_embeddings(400, 12);
  for (std::size_t i = 200; i < 400; ++i) embeddings->known[i] = false;
  const auto start = bert_als_start(*embeddings, options, 7);
  ASSERT_TRUE(start);
  for (std::size_t k = 0; k < 6; ++k) {
    double mean = 0, variance = 0, mean_unknown = 0, variance_unknown = 0;
    for (std::size_t i = 0; i < 200; ++i) {
      mean += start->row(i)[k] / 200;
      mean_unknown += start->row(200 + i)[k] / 200;
    }
    for (std::size_t i = 0; i < 200; ++i) {
      variance += std::pow(start->row(i)[k] - mean, 2) / 200;
      variance_unknown += std::pow(start->row(200 + i)[k] - mean_unknown, 2) / 200;
    }
    EXPECT_NEAR(mean_unknown, mean, 0.05 * std::sqrt(variance));
    EXPECT_NEAR(std::sqrt(variance_unknown), 0.1 * std::sqrt(variance), 0.02 * std::sqrt(variance));
  }
}

TEST(bert_als, has_small_random_numbers_beyond_the_rank_of_the_embeddings) {
  const auto start = bert_als_start(*grouped_embeddings(20, 2), options, 7);
  ASSERT_TRUE(start);
  EXPECT_NE(start->row(0)[4], start->row(1)[4]);
  EXPECT_LT(std::abs(start->row(0)[4]), 0.3);
}

TEST(bert_als, starts_at_random_where_all_embeddings_are_zero) {
  auto embeddings = grouped_embeddings(20, 8);
  std::fill(embeddings->vectors.values().begin(), embeddings->vectors.values().end(), 0.0F);
  const auto start = bert_als_start(*embeddings, options, 7);
  ASSERT_TRUE(start);
  EXPECT_NE(start->row(0)[0], 0);
  EXPECT_NE(start->row(0)[0], start->row(1)[0]);
}

TEST(bert_als, trains_a_model_of_its_name_and_is_als_from_another_start) {
  training_data data{.strengths = random_interactions({}, 3)};
  data.embeddings = grouped_embeddings(data.strengths.columns(), 12);
  const auto completed = bert_als_trainer().complete(to_parameters(options));
  ASSERT_TRUE(completed);
  std::string snapshot_type;
  training_context context;
  context.progress = [&](const training_progress& now) {
    snapshot_type = now.snapshot().served->type();
    return true;
  };
  const auto trained = bert_als_trainer().train(data, *completed, context);
  ASSERT_TRUE(trained);
  EXPECT_EQ(trained->served->type(), "bert_als");
  EXPECT_EQ(snapshot_type, "bert_als");
  const auto start = bert_als_start(*data.embeddings, options, context.seed);
  const auto als = train_als(data.strengths, options, {}, {.items = &*start});
  EXPECT_EQ(trained->user_factors.values(), als->users.values());
}

TEST(bert_als, asks_for_embeddings_that_are_missing) {
  const training_data data{.strengths = random_interactions({}, 3)};
  const auto trained = bert_als_trainer().train(data, *bert_als_trainer().complete({}), {});
  ASSERT_FALSE(trained);
  EXPECT_EQ(trained.failure().code, error_code::invalid_argument);
  EXPECT_NE(trained.failure().message.find("--embeddings"), std::string::npos);
}

TEST(bert_als, refuses_embeddings_of_other_items_and_values_that_are_not_finite) {
  auto embeddings = grouped_embeddings(20, 8);
  embeddings->vectors.row(3)[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(bert_als_start(*embeddings, options, 7).failure().message.find("item row 3"), std::string::npos);
  embeddings->known.assign(20, false);
  EXPECT_NE(bert_als_start(*embeddings, options, 7).failure().message.find("none of 20 items"), std::string::npos);
}

TEST(bert_als, names_itself_in_what_it_refuses) {
  EXPECT_EQ(bert_als_trainer().complete({{"factors", 0.0}}).failure().message,
            "bert_als: factors is 0; give a whole number from 1 to 1024");
}

}  // namespace
}  // namespace freshet
