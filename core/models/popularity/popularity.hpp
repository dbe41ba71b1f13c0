// What:   the same list for everybody: the items with the most events, or with the most recent ones.
// Why:    the baseline every model must beat, and the answer while nothing is known of a user.
// Shapes: scores [items], one constant for each item.
// Units:  events; with a half-life h an event counts 2^(-age / h), its age taken from the newest event in the data.
// Errors: invalid_argument for a negative half-life.
#pragma once

#include <vector>

#include "core/base/result.hpp"
#include "core/data/training_data.hpp"
#include "core/models/model.hpp"
#include "core/models/parameters.hpp"
#include "core/models/trainer.hpp"

namespace freshet {

struct popularity_options {
  /// 0 = all events count the same.
  double half_life_days = 0;

  friend bool operator==(const popularity_options&, const popularity_options&) = default;
};

[[nodiscard]] result<popularity_options> popularity_options_from(const parameters& given);
[[nodiscard]] parameters to_parameters(const popularity_options& options);

/// Counts of events per item.
[[nodiscard]] std::vector<float> count_popularity(const event_sequences& sequences, std::size_t items,
                                                  const popularity_options& options);

/// The family behind `freshet train popularity`.
[[nodiscard]] trainer popularity_trainer();

class popularity_model final : public model {
 public:
  /// One finite score for each item.
  explicit popularity_model(std::vector<float> scores) : scores_(std::move(scores)) {}

  std::string_view type() const override { return "popularity"; }
  std::size_t items() const override { return scores_.size(); }
  std::size_t factors() const override { return 0; }
  item_scores scores() const override { return constant_scores{scores_}; }
  query fold_in(const user_interactions&) const override { return constant_query{}; }
  query similar_to(item_row) const override { return constant_query{}; }

 private:
  std::vector<float> scores_;
};

}  // namespace freshet
