#include "io/events/data_loss.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet {
namespace {

using ::testing::HasSubstr;

data_loss wanted(log_offset offset) {
  return {.partition = partition_id{3}, .wanted = offset, .available_first = 40, .available_next = 100};
}

TEST(data_loss, the_end_of_the_log_is_a_place_to_go_on_and_one_further_is_not) {
  EXPECT_FALSE(holds(wanted(39)));
  EXPECT_TRUE(holds(wanted(40)));
  EXPECT_TRUE(holds(wanted(100)));
  EXPECT_FALSE(holds(wanted(101)));
  auto replaced = wanted(60);
  replaced.made_anew = true;
  EXPECT_FALSE(holds(replaced)) << "other records than those that were taken in";
}

TEST(data_loss, each_policy_goes_on_where_its_name_says) {
  EXPECT_EQ(continue_at(wanted(17), data_loss_policy::halt), std::nullopt);
  EXPECT_EQ(continue_at(wanted(17), data_loss_policy::earliest), 40);
  EXPECT_EQ(continue_at(wanted(17), data_loss_policy::latest), 100);
}

TEST(data_loss, the_sentence_names_the_offsets_and_the_remedy) {
  const auto sentence_of = [](data_loss loss, data_loss_policy policy) {
    decide(loss, policy, "shop.events");
    return loss.sentence;
  };
  const auto halted = sentence_of(wanted(17), data_loss_policy::halt);
  EXPECT_THAT(halted, HasSubstr("shop.events partition 3: offset 17 is wanted, but the log holds 40 to 99"));
  EXPECT_THAT(halted, HasSubstr("up to 23 records are lost"));
  EXPECT_THAT(halted, HasSubstr("until kafka.on_data_loss is set to earliest or latest"));
  EXPECT_THAT(sentence_of(wanted(500), data_loss_policy::earliest), HasSubstr("goes on at 40"));
  const data_loss empty{.partition = partition_id{0}, .wanted = 5, .available_first = 7, .available_next = 7};
  EXPECT_THAT(sentence_of(empty, data_loss_policy::latest), HasSubstr("the log is empty and goes on at 7"));
  auto replaced = wanted(60);
  replaced.made_anew = true;
  EXPECT_THAT(sentence_of(replaced, data_loss_policy::earliest),
              HasSubstr("holds 40 to 99, and not the record before it that was taken in; the topic was made anew; "
                        "consumption goes on at 40"));
}

TEST(data_loss, policies_are_known_by_name) {
  EXPECT_EQ(*parse_data_loss_policy("halt"), data_loss_policy::halt);
  EXPECT_EQ(*parse_data_loss_policy("earliest"), data_loss_policy::earliest);
  EXPECT_EQ(*parse_data_loss_policy("latest"), data_loss_policy::latest);
  EXPECT_THAT(parse_data_loss_policy("ignore").failure().message, HasSubstr("'ignore' is not a policy"));
}

}  // namespace
}  // namespace freshet
