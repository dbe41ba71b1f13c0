// What:    a weighted blend of other models over the same items.
//              score(u, i) = sum over parts p of w_p(u) x s_p(u, i) / std_p
//          std_p is the standard deviation of the part's scores (`score_range`), so that equal weights mean equal say.
// Weights: normalised to the sum 1. Users with fewer than `cold_start_threshold` different items get other ones:
//          content_boost  parts that know what items are (bert_als, lightfm) count twice
//          content_only   only those; refused when there are none
//          equal          every part the same
// Queries: each part is asked for its own query, which then carries weight and scale: dense and sparse scores are
//          linear in the query.
// Scores:  all dense and constant parts become one dense scan: their factors side by side, a bias or a constant as one
//          more column, each block scaled to unit size by a power of two so that int8 codes serve every part. Only
//          dense parts: the model is dense. A single dense part is scanned where it lies. Sparse parts stay beside it,
//          in a blend.
// Similar: as the heaviest part says that is not constant.
// Exact:   explain adds up to the score where it does in every part.
// Threads: immutable.
// Memory:  the item factors of the dense parts once more, as soon as there are two.
// Limits:  16 parts; a part may itself be a blend.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/data/training_data.hpp"
#include "core/models/model.hpp"

namespace freshet {

enum class cold_start_strategy { content_boost, content_only, equal };
/// The words of the parameters, in the order of the strategies.
[[nodiscard]] const std::vector<std::string_view>& cold_start_words();

struct hybrid_options {
  /// In different items of a user; 0 = the same weights for everybody.
  std::uint32_t cold_start_threshold = 5;
  cold_start_strategy strategy = cold_start_strategy::content_boost;

  friend bool operator==(const hybrid_options&, const hybrid_options&) = default;
};

inline constexpr std::size_t hybrid_parts_max = 16;

struct hybrid_part {
  std::shared_ptr<const model> served;
  /// >= 0, in any unit.
  double weight = 1;
  /// > 0; see `score_deviation`.
  double score_std = 1;
};

/// Whether a model of this type knows more of an item than who touched it.
[[nodiscard]] bool knows_content(std::string_view type);

/// Standard deviation of a model's scores over users and items: a sample drawn by the seed. 1 where all are equal.
[[nodiscard]] double score_deviation(const model& scored, const training_data& data, std::uint64_t seed);

class hybrid_model final : public model {
 public:
  /// Errors: invalid_argument for no parts or too many, other numbers of items, weights that are negative or all 0, and
  /// `content_only` without a part that knows content.
  static result<std::shared_ptr<const hybrid_model>> blend(std::vector<hybrid_part> parts,
                                                           const hybrid_options& options);
  hybrid_model(const hybrid_model&) = delete;
  hybrid_model& operator=(const hybrid_model&) = delete;

  std::string_view type() const override { return "hybrid"; }
  std::size_t items() const override { return parts_.front().served->items(); }
  std::size_t factors() const override;
  item_scores scores() const override { return scores_; }
  query fold_in(const user_interactions& user) const override;
  std::vector<contribution> explain(const user_interactions& user, item_row item) const override;
  query similar_to(item_row item) const override { return parts_[similar_].served->similar_to(item); }
  item_scores similarity_scores() const override { return parts_[similar_].served->similarity_scores(); }

  const std::vector<hybrid_part>& parts() const { return parts_; }
  const hybrid_options& options() const { return options_; }
  /// Of a user with so many different items; they add up to 1.
  std::vector<double> weights_for(std::size_t interactions) const;

 private:
  /// Scores of one shape that a part consists of.
  struct term {
    std::size_t part{};
    item_scores scores;
    /// Within its part.
    double weight{};
    /// Dense and constant: where its factors, then its bias, stand in the concatenation, and their scales.
    std::size_t column{};
    double factor_scale = 1;
    double bias_scale = 1;
  };

  hybrid_model(std::vector<hybrid_part> parts, const hybrid_options& options);
  void add_terms(std::size_t part, const item_scores& scores, double weight);
  void concatenate();
  void write_block(term& block);
  void compose();
  /// Factor of each part's scores.
  std::vector<double> factors_for(const user_interactions& user) const;
  /// Adds a term's query to the dense one, or appends it to the sparse ones.
  void put(const term& one, const query& asked, double factor, dense_query& dense, std::vector<query>& sparse) const;

  std::vector<hybrid_part> parts_;
  hybrid_options options_;
  std::size_t similar_ = 0;
  std::vector<term> terms_;
  /// Length of the dense query; 0 = no dense part.
  std::size_t columns_ = 0;
  /// [items x columns]; empty when a single part is scanned where it lies.
  matrix<float> concatenated_;
  item_scores scores_;
};

}  // namespace freshet
