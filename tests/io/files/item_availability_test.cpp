#include "io/files/item_availability.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

item with(std::map<std::string, attribute_value> attributes) {
  item made;
  made.item_id = "a";
  made.attributes = std::move(attributes);
  return made;
}

item_availability availability_of(const item& value) {
  const auto read = read_availability(value);
  if (const auto* problem = std::get_if<row_problem>(&read)) ADD_FAILURE() << problem->reason;
  return std::holds_alternative<item_availability>(read) ? std::get<item_availability>(read) : item_availability{};
}

std::string problem_of(std::map<std::string, attribute_value> attributes) {
  const auto read = read_availability(with(std::move(attributes)));
  const auto* problem = std::get_if<row_problem>(&read);
  return problem == nullptr ? "none" : problem->reason;
}

TEST(item_availability, is_unlimited_where_nothing_is_said) {
  EXPECT_EQ(availability_of(with({{"color", "red"}})), item_availability{});
}

TEST(item_availability, reads_times_in_every_form) {
  const item_availability expected{.hidden = true, .from = 1'700'000'000, .until = 1'700'000'060};
  EXPECT_EQ(availability_of(with({{"hidden", true}, {"available_from", 1.7e9}, {"available_until", 1.70000006e9}})),
            expected);
  EXPECT_EQ(
      availability_of(with({{"hidden", 1.0}, {"available_from", 1.7e12}, {"available_until", "2023-11-14T22:14:20Z"}})),
      expected);
}

TEST(item_availability, names_the_attribute_that_is_wrong) {
  EXPECT_EQ(problem_of({{"hidden", "true"}}), "hidden: \"true\" is neither true nor false");
  EXPECT_EQ(problem_of({{"hidden", 2.0}}), "hidden: 2 is neither true nor false");
  EXPECT_EQ(problem_of({{"available_from", true}}).find("available_from: true is not a time"), 0U);
  EXPECT_EQ(problem_of({{"available_until", "soon"}}).find("available_until: \"soon\" is not a time"), 0U);
  EXPECT_EQ(problem_of({{"available_from", 5.0}, {"available_until", 5.0}}).find("available_until"), 0U);
}

}  // namespace
}  // namespace freshet
