#include "core/base/result.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

result<int> half(int number) {
  if (number % 2 != 0)
    return error{error_code::invalid_argument, std::to_string(number) + " is odd; give an even number"};
  return number / 2;
}

result<int> quarter(int number) {
  FRESHET_ASSIGN(const int once, half(number));
  return half(once);
}

status check_even(int number) {
  FRESHET_TRY(half(number));
  return success{};
}

TEST(result, holds_a_value) {
  const auto four = half(8);
  ASSERT_TRUE(four);
  EXPECT_EQ(*four, 4);
}

TEST(result, passes_an_error_on_unchanged) {
  const auto failed = quarter(6);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.failure().code, error_code::invalid_argument);
  EXPECT_EQ(failed.failure().message, "3 is odd; give an even number");
}

TEST(result, a_status_succeeds_or_says_why) {
  EXPECT_TRUE(check_even(2));
  EXPECT_FALSE(check_even(3));
}

TEST(result, context_goes_in_front) {
  EXPECT_EQ(in_context("events.csv", error{error_code::corrupted, "line 3 is torn"}).message,
            "events.csv: line 3 is torn");
}

TEST(result_death, reading_the_value_of_a_failure_aborts) {
  EXPECT_DEATH((void)half(3).value(), "check failed: ok()");
}

}  // namespace
}  // namespace freshet
