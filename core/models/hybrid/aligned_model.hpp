// What:    a model under the rows of another catalogue, of which it may know only some items.
// Why:     models that were trained at different times know different items; a blend needs one row for each of them.
// Rows:    an item the model does not know scores like one that nothing is known of: a zero vector and the smallest
//          bias, no weights, the smallest constant. What a user did with it is not told to the model.
// Shapes:  `rows` [items of the model]: where each of its rows stands in the catalogue, none twice.
// Threads: immutable.
// Cost:    a copy of the item side; translating a history is linear in its length.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/models/model.hpp"

namespace freshet {

class aligned_model final : public model {
 public:
  aligned_model(std::shared_ptr<const model> inner, std::vector<item_row> rows, std::size_t items);
  aligned_model(const aligned_model&) = delete;
  aligned_model& operator=(const aligned_model&) = delete;

  std::string_view type() const override { return inner_->type(); }
  std::size_t items() const override { return own_row_.size(); }
  std::size_t factors() const override { return inner_->factors(); }
  item_scores scores() const override { return scores_.view; }
  query fold_in(const user_interactions& user) const override;
  std::vector<contribution> explain(const user_interactions& user, item_row item) const override;
  query similar_to(item_row item) const override;
  item_scores similarity_scores() const override { return similarity_.view; }

 private:
  /// Scores with what they view.
  struct owned_scores {
    item_scores view;
    std::vector<matrix<float>> factors;
    std::vector<std::vector<float>> values;
    std::vector<std::vector<std::uint64_t>> offsets;
    std::vector<std::vector<item_row>> columns;
  };

  item_scores align(const item_scores& scores, owned_scores& into) const;
  sparse_scores align(const sparse_scores& scores, owned_scores& into) const;
  /// In the rows of the catalogue.
  query translated(query asked) const;
  user_interactions told(const user_interactions& user) const;

  std::shared_ptr<const model> inner_;
  std::vector<item_row> rows_;
  /// By row of the catalogue.
  std::vector<std::optional<item_row>> own_row_;
  owned_scores scores_;
  owned_scores similarity_;
};

/// `inner` itself where its rows are those of the catalogue already.
[[nodiscard]] std::shared_ptr<const model> align(std::shared_ptr<const model> inner, std::vector<item_row> rows,
                                                 std::size_t items);

}  // namespace freshet
