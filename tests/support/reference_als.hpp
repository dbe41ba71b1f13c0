// What: alternating least squares as the paper writes it: dense, in double, one Eigen solve a row. Slow on purpose.
#pragma once

#include <Eigen/Dense>

#include "core/models/als/als.hpp"

namespace freshet::testing {

using dense = Eigen::MatrixXd;

inline dense to_dense(const interaction_matrix& sparse) {
  dense result = dense::Zero(static_cast<Eigen::Index>(sparse.rows()), static_cast<Eigen::Index>(sparse.columns()));
  for (std::size_t row = 0; row < sparse.rows(); ++row) {
    const auto entries = sparse.row(row);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      result(static_cast<Eigen::Index>(row), entries.columns[i]) = entries.values[i];
    }
  }
  return result;
}

inline dense to_dense(const matrix<float>& values) {
  return Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(values.values().data(),
                                                                         static_cast<Eigen::Index>(values.rows()),
                                                                         static_cast<Eigen::Index>(values.columns()))
      .cast<double>();
}

/// The exponents of n that divide the confidences, of the side that moves and of the other.
struct confidence_exponents {
  double own{};
  double other{};
};
inline confidence_exponents for_users(const als_options& options) {
  return {options.confidence_user_exponent, options.confidence_item_exponent};
}
inline confidence_exponents for_items(const als_options& options) {
  return {options.confidence_item_exponent, options.confidence_user_exponent};
}

/// Entries of each column.
inline Eigen::VectorXd column_counts(const dense& strengths) {
  return (strengths.array() > 0).cast<double>().colwise().sum().transpose();
}

/// The row of factors for `strengths` (0 = not observed) against the other side's factors; `counts`: entries of each
/// row of the other side.
inline Eigen::VectorXd reference_row(const Eigen::VectorXd& strengths, const dense& other, const als_options& options,
                                     const confidence_exponents& exponents = {}, const Eigen::VectorXd& counts = {}) {
  Eigen::VectorXd confidence(strengths.size()), preference(strengths.size());
  for (Eigen::Index j = 0; j < strengths.size(); ++j) {
    preference(j) = strengths(j) > 0 ? 1 : 0;
    confidence(j) = strengths(j) > 0 ? confidence_of(static_cast<float>(strengths(j)), options)
                                     : static_cast<float>(options.unobserved_weight);
  }
  const double entries = preference.sum();
  for (Eigen::Index j = 0; j < strengths.size(); ++j) {
    if (strengths(j) <= 0) continue;
    confidence(j) /= std::pow(entries, exponents.own);
    if (exponents.other != 0) confidence(j) /= std::pow(counts(j), exponents.other);
  }
  if (entries == 0) return Eigen::VectorXd::Zero(other.cols());
  const double lambda =
      regularization_of(static_cast<std::size_t>(entries), static_cast<std::size_t>(other.rows()), options);
  const dense a =
      other.transpose() * confidence.asDiagonal() * other + lambda * dense::Identity(other.cols(), other.cols());
  return a.ldlt().solve(other.transpose() * confidence.cwiseProduct(preference));
}

/// All rows of one side.
inline dense reference_half_step(const dense& strengths, const dense& other, const als_options& options,
                                 const confidence_exponents& exponents = {}) {
  dense rows(strengths.rows(), other.cols());
  const Eigen::VectorXd counts = column_counts(strengths);
  for (Eigen::Index row = 0; row < strengths.rows(); ++row) {
    rows.row(row) = reference_row(strengths.row(row).transpose(), other, options, exponents, counts).transpose();
  }
  return rows;
}

/// The objective, summed over every pair.
inline double reference_loss(const dense& strengths, const dense& users, const dense& items,
                             const als_options& options) {
  double loss = 0;
  const Eigen::VectorXd of_users = column_counts(strengths.transpose()), of_items = column_counts(strengths);
  for (Eigen::Index u = 0; u < strengths.rows(); ++u) {
    for (Eigen::Index i = 0; i < strengths.cols(); ++i) {
      const double score = users.row(u).dot(items.row(i));
      const bool observed = strengths(u, i) > 0;
      const double divisor = std::pow(of_users(u), options.confidence_user_exponent) *
                             std::pow(of_items(i), options.confidence_item_exponent);
      loss += observed
                  ? confidence_of(static_cast<float>(strengths(u, i)), options) / divisor * (1 - score) * (1 - score)
                  : options.unobserved_weight * score * score;
    }
  }
  const auto size = [](const auto& row) { return static_cast<std::size_t>((row.array() > 0).count()); };
  const auto count = [](Eigen::Index n) { return static_cast<std::size_t>(n); };
  for (Eigen::Index u = 0; u < strengths.rows(); ++u) {
    loss += regularization_of(size(strengths.row(u)), count(strengths.cols()), options) * users.row(u).squaredNorm();
  }
  for (Eigen::Index i = 0; i < strengths.cols(); ++i) {
    loss += regularization_of(size(strengths.col(i)), count(strengths.rows()), options) * items.row(i).squaredNorm();
  }
  return loss;
}

}  // namespace freshet::testing
