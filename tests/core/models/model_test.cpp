#include "core/models/model.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

/// Scores an item by the strengths of what was bought with it, times a weight.
class neighbours final : public model {
 public:
  std::string_view type() const override { return "neighbours"; }
  std::size_t items() const override { return 3; }
  std::size_t factors() const override { return 0; }
  item_scores scores() const override { return sparse_scores{{offsets_, {}, weights_}}; }
  query fold_in(const user_interactions& user) const override { return sparse_query{user.strengths}; }
  query similar_to(item_row item) const override { return sparse_query{{{item, 1}}}; }

 private:
  std::vector<std::uint64_t> offsets_{0, 3, 6, 9};
  std::vector<float> weights_{0, 2, 3, 2, 0, 5, 3, 5, 0};
};

TEST(model, explains_a_score_by_what_each_item_of_the_history_adds_to_it) {
  const user_interactions user{.strengths = {{item_row{0}, 1}, {item_row{1}, 10}}};
  const std::vector<contribution> expected{{item_row{0}, 3}, {item_row{1}, 50}};
  EXPECT_EQ(neighbours().explain(user, item_row{2}), expected);
}

TEST(model, explains_nothing_without_a_history) {
  EXPECT_TRUE(neighbours().explain({}, item_row{2}).empty());
}

}  // namespace
}  // namespace freshet
