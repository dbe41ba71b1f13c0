#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/models/hybrid/hybrid_plan.hpp"
#include "tests/support/random_models.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;

const parameters small_blend{{"parts.0.model", "als"},        {"parts.0.weight", 0.75},
                             {"parts.0.params.factors", 4.0}, {"parts.0.params.iterations", 3.0},
                             {"parts.1.model", "popularity"}, {"parts.1.weight", 0.25}};

training_data small_data() {
  training_data data;
  for (std::uint64_t user = 0; user < 30; ++user) {
    const auto told = testing::random_user(20, 6, user + 1);
    data.strengths.add_row(told.strengths);
    data.sequences.events.insert(data.sequences.events.end(), told.sequence.begin(), told.sequence.end());
    data.sequences.offsets.push_back(data.sequences.events.size());
  }
  data.strengths.widen(20);
  return data;
}

class hybrid_family : public ::testing::Test {
 protected:
  result<trained_model> train(const training_context& context = {}) {
    return family.train(data, *family.complete(small_blend), context);
  }
  std::string refusal(const parameters& given) {
    const auto completed = family.complete(given);
    return completed ? "complete" : completed.failure().message;
  }

  trainer family = *find_trainer("hybrid").value();
  training_data data = small_data();
};

TEST_F(hybrid_family, completes_the_parameters_of_its_parts) {
  const auto completed = family.complete(small_blend);
  ASSERT_TRUE(completed);
  EXPECT_EQ(completed->at("parts.0.params.regularization"), parameter(0.01));
  EXPECT_EQ(completed->at("parts.1.params.half_life_days"), parameter(0.0));
  EXPECT_EQ(completed->at("cold_start_threshold"), parameter(5.0));
  EXPECT_EQ(*family.complete(*completed), *completed);
}

TEST_F(hybrid_family, refuses_what_makes_no_blend) {
  EXPECT_THAT(refusal({}), HasSubstr("what shall be blended?"));
  EXPECT_THAT(refusal({{"parts.x.model", "als"}}), HasSubstr("numbered from 0 to 15"));
  EXPECT_THAT(refusal({{"parts.16.model", "als"}}), HasSubstr("numbered from 0 to 15"));
  EXPECT_THAT(refusal({{"parts.1.model", "als"}}), HasSubstr("give a family as parts.0.model"));
  EXPECT_THAT(refusal({{"parts.0.model", "alps"}}), HasSubstr("no model is called 'alps'"));
  EXPECT_THAT(refusal({{"parts.0.model", "als"}, {"parts.0.params.factor", 3.0}}), HasSubstr("'factor'"));
  EXPECT_THAT(refusal({{"parts.0.model", "als"}, {"parts.0.weight", -1.0}}), HasSubstr("part 0: weight is -1"));
  EXPECT_THAT(refusal({{"parts.0.model", "als"}, {"wieghts", 1.0}}), HasSubstr("unknown parameter 'wieghts'"));
}

TEST_F(hybrid_family, trains_every_part_and_blends_them) {
  const auto trained = train();
  ASSERT_TRUE(trained);
  ASSERT_EQ(trained->parts.size(), 2U);
  EXPECT_EQ(trained->parts[0].trained.user_factors.rows(), 30U);
  const auto* blend = dynamic_cast<const hybrid_model*>(trained->served.get());
  ASSERT_NE(blend, nullptr);
  EXPECT_EQ(blend->parts()[0].served, trained->parts[0].trained.served);
  EXPECT_EQ(blend->parts()[0].score_std, score_deviation(*trained->parts[0].trained.served, data, 42));
  EXPECT_EQ(blend->parts()[1].weight, 0.25);
}

TEST_F(hybrid_family, gives_a_snapshot_of_what_is_there_and_stops_when_told) {
  std::vector<std::size_t> sizes;
  const auto trained = train({.progress = [&](const training_progress& done) {
    sizes.push_back(done.snapshot().parts.size());
    EXPECT_LE(done.step, done.steps);
    return sizes.size() < 2;
  }});
  ASSERT_TRUE(trained);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 1}));
  EXPECT_EQ(trained->parts.size(), 1U);
  EXPECT_EQ(trained->served->items(), 20U);
}

}  // namespace
}  // namespace freshet
