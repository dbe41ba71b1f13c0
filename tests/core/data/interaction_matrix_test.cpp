#include "core/data/interaction_matrix.hpp"

#include <gtest/gtest.h>

#include "tests/support/random_interactions.hpp"

namespace freshet {
namespace {

using row = std::vector<weighted<item_row>>;

TEST(interaction_matrix, keeps_rows_as_they_were_added) {
  interaction_matrix interactions;
  const row first{{item_row{1}, 2}, {item_row{4}, 1}};
  interactions.add_row(first);
  interactions.add_row({});
  interactions.widen(3);
  EXPECT_EQ(interactions.rows(), 2U);
  EXPECT_EQ(interactions.columns(), 5U);
  EXPECT_EQ(interactions.entries(), 2U);
  EXPECT_EQ(interactions.taste_of(user_row{0}), first);
  EXPECT_EQ(interactions.row(1).size(), 0U);
}

TEST(interaction_matrix, transposed_has_every_entry_at_its_mirrored_place) {
  const auto interactions = testing::random_interactions({.users = 13, .items = 7}, 1);
  const auto mirrored = interactions.transposed();
  ASSERT_EQ(mirrored.rows(), 7U);
  ASSERT_EQ(mirrored.columns(), 13U);
  for (std::size_t item = 0; item < 7; ++item) {
    std::vector<std::uint32_t> users;
    for (std::uint32_t user = 0; user < 13; ++user) {
      for (const auto& entry : interactions.taste_of(user_row{user})) {
        if (to_integer(entry.item) == item) users.push_back(user);
      }
    }
    const auto actual = mirrored.row(item).columns;
    EXPECT_EQ(std::vector<std::uint32_t>(actual.begin(), actual.end()), users);
  }
  EXPECT_EQ(mirrored.transposed().hash(), interactions.hash());
}

TEST(interaction_matrix, hash_tells_a_changed_strength) {
  interaction_matrix one, other;
  one.add_row(row{{item_row{0}, 1}});
  other.add_row(row{{item_row{0}, 2}});
  EXPECT_NE(one.hash(), other.hash());
}

}  // namespace
}  // namespace freshet
