// What:    implicit-feedback matrix factorization by alternating least squares: training, and the model it gives.
// Model:   a pair (u, i) with strength r > 0 has preference 1 and confidence c(r), every other pair preference 0 and
//          weight w0:  minimize  sum_ui w (p - x_u . y_i)^2 + sum_u l_u |x_u|^2 + sum_i l_i |y_i|^2
//          so for a user  (w0 YtY + sum_i (c - w0) y_i y_it + l_u I) x_u = sum_i c y_i,  and alike for an item.
//          The confidence may fall with the activity of both: c = c(r) / (n_u^a n_i^b), n_u and n_i the entries of the
//          user and of the item, so that a pair says the less the more the user touches and the more touch the item.
// Shapes:  user factors [users x f], item factors [items x f], row-major.
// Same:    same data, options and seed give the same bytes on one machine, whatever the number of threads.
// Limits:  factors 1..1024; a confidence is at most 1e9.
// Errors:  invalid_argument for options out of bounds or a loss that is no longer finite; not_positive_definite when
//          Cholesky meets a singular system. Each names the remedy.
// Cost:    training: O(cg_steps x f x entries + (users + items) x f^2) an iteration; fold-in: O(n f^2 + f^3).
// Source:  Hu, Koren, Volinsky 2008, eq. 4 and 6; Takacs, Pilaszy, Tikk 2011 (conjugate gradient);
//          Rendle, Krichene, Zhang, Koren 2021 (unobserved weight, frequency-scaled regularization): theirs is w0 =
//          alpha0, confidence binary, alpha = alpha0, regularization x (1 + alpha0), regularization_exponent 1;
//          Pan et al. 2008 (weights by the activity of users and items: there of what was not observed) and Shen et al.
//          2021, "How powerful is graph convolution for recommendation?" (pairs divided by n_u^1/2 n_i^1/2: there the
//          whole matrix, here the confidence of what was observed).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/data/interaction_matrix.hpp"
#include "core/models/model.hpp"
#include "core/models/parameters.hpp"
#include "core/models/trainer.hpp"
#include "core/models/training.hpp"

namespace freshet {

/// c(r): linear 1 + alpha r; log 1 + alpha ln(1 + r / epsilon); binary 1 + alpha; implicit alpha r (the convention of
/// the Python package of that name, for models imported from it).
enum class confidence_kind { linear, log, binary, implicit };

/// cg: a few conjugate gradient steps from the last iteration's factors; cholesky: exact.
enum class least_squares_solver { cg, cholesky };

struct als_options {
  std::uint32_t factors = 64;
  double regularization = 0.01;
  double alpha = 1;
  std::uint32_t iterations = 15;
  least_squares_solver solver = least_squares_solver::cg;
  std::uint32_t cg_steps = 3;
  confidence_kind confidence = confidence_kind::linear;
  double epsilon = 1;
  /// w0, the weight of a pair that was not observed.
  double unobserved_weight = 1;
  /// l_u = regularization x (n_u + w0 x items)^exponent, n_u = entries of the user; alike for items. 0 = the same for
  /// all.
  double regularization_exponent = 0;
  /// a and b of c = c(r) / (n_u^a n_i^b). They make confidences smaller: lower unobserved_weight and regularization
  /// with them.
  double confidence_user_exponent = 0;
  double confidence_item_exponent = 0;

  friend bool operator==(const als_options&, const als_options&) = default;
};

[[nodiscard]] status validate(const als_options& options);
/// Names as in the struct; refuses unknown ones. `family` opens the sentences.
[[nodiscard]] result<als_options> als_options_from(const parameters& given, std::string_view family = "als");
[[nodiscard]] parameters to_parameters(const als_options& options);

/// c(r) of these options.
[[nodiscard]] float confidence_of(float strength, const als_options& options);
/// n^-exponent, 0 for no entries: what the confidences of a user or an item with that many entries are multiplied by.
[[nodiscard]] float confidence_scale(std::size_t entries, double exponent);
/// l of a user with that many entries among `others` items, or of an item among users.
[[nodiscard]] double regularization_of(std::size_t entries, std::size_t others, const als_options& options);

struct als_factors {
  matrix<float> users;
  matrix<float> items;
  /// n_i^-b by item, which a fold-in needs; empty where b is 0.
  std::vector<float> item_confidence_scales;
  /// Objective after each iteration that was run.
  std::vector<double> loss;
};

struct als_start {
  /// [items x f]; null = at random.
  const matrix<float>* items = nullptr;
  /// The family that snapshots and errors name.
  std::string_view family = "als";
};

/// `strengths` is [users x items]. Rows and columns without entries get zero factors. When the progress callback stops
/// it, the factors after the iterations done so far.
[[nodiscard]] result<als_factors> train_als(const interaction_matrix& strengths, const als_options& options,
                                            const training_context& context, const als_start& start = {});

struct interaction_counts {
  std::uint64_t users{};
  std::uint64_t items{};
  std::uint64_t entries{};
};

/// What train_als needs at its peak, its input and output included.
[[nodiscard]] std::uint64_t als_memory_bytes(const interaction_counts& counts, const als_options& options);

/// The family behind `freshet train als`.
[[nodiscard]] trainer als_trainer();

/// Gives factors to items that came after the training, from the users who touched them: the item's own half step.
class als_item_fold_in {
 public:
  /// `user_factors` [users x f]: everybody, for what the many say who did not touch the item. Cost: O(users x f^2).
  als_item_fold_in(matrix_view<const float> user_factors, const als_options& options, std::uint32_t threads = 0);

  /// Those who touched the item: their factors [n x f], trained or folded in, and how strongly each is drawn to it.
  /// `scales`: n_u^-a of each; may be empty where a is 0. Nobody gives zeros. Cost: O(n f^2 + f^3).
  std::vector<float> factors_of(matrix_view<const float> users, std::span<const float> strengths,
                                std::span<const float> scales = {}) const;

  const als_options& options() const { return options_; }

 private:
  als_options options_;
  std::size_t users_;
  std::vector<float> gram_;
};

/// Serves item factors: users are folded in exactly, trained or not.
class als_model final : public model {
 public:
  /// `item_factors` [items x f], finite; `options` must be those of the training. f is taken from the matrix.
  /// `type`: of the families that are served so, which differ in where training starts.
  /// `item_confidence_scales`: as trained; may be empty where options.confidence_item_exponent is 0.
  als_model(matrix<float> item_factors, const als_options& options, std::string type = "als",
            std::vector<float> item_confidence_scales = {});
  ~als_model() override;

  std::string_view type() const override { return type_; }
  std::size_t items() const override { return items_.rows(); }
  std::size_t factors() const override { return items_.columns(); }
  item_scores scores() const override;
  /// Least squares over all strengths, by Cholesky in float32. None give zeros. A direction that neither
  /// they nor the regularization determines (pivot not above 0) gets 0.
  query fold_in(const user_interactions& user) const override;
  /// Exact: score(i) = sum_j c_j y_i A^-1 y_j with A the user's system, a term for each item j of the history (Hu,
  /// Koren, Volinsky 2008, section 5). Cost: one fold-in.
  std::vector<contribution> explain(const user_interactions& user, item_row item) const override;
  /// The item's factors at length 1, scored against all items' factors at length 1: the cosine.
  query similar_to(item_row item) const override;
  item_scores similarity_scores() const override;

  const als_options& options() const { return options_; }
  const matrix<float>& item_factors() const { return items_; }
  const std::vector<float>& item_confidence_scales() const { return scales_; }

 private:
  als_options options_;
  std::string type_;
  matrix<float> items_;
  std::vector<float> scales_;
  /// Rows of length 1, or 0. Cost: the memory of the item factors once more; it makes a cosine a plain dense scan.
  matrix<float> directions_;
  /// w0 VtV, [f x f] padded to the kernels' width.
  std::vector<float> gram_;
};

}  // namespace freshet
