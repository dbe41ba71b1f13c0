// What: ease in double precision with explicit inverses and dense matrices, as its papers write it.
#pragma once

#include <Eigen/Dense>
#include <cmath>

#include "core/models/ease/ease.hpp"

namespace freshet::testing {

inline Eigen::MatrixXd entries_matrix(const training_data& data, const ease_options& options) {
  Eigen::MatrixXd entries = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(data.strengths.rows()),
                                                  static_cast<Eigen::Index>(data.strengths.columns()));
  for (std::uint32_t user = 0; user < data.strengths.rows(); ++user) {
    for (const auto& [item, strength] : data.strengths.taste_of(user_row{user})) {
      entries(user, to_integer(item)) = options.entries == ease_entries::binary ? 1 : strength;
    }
  }
  return entries;
}

/// A row for each cut of each user: the events before it, or those that follow.
inline Eigen::MatrixXd cuts_matrix(const training_data& data, const ease_options& options, bool before) {
  std::vector<Eigen::VectorXd> rows;
  for (std::uint32_t user = 0; user < data.sequences.users(); ++user) {
    const auto events = data.sequences.of(user_row{user});
    for (std::size_t cut = 1; cut < events.size(); ++cut) {
      Eigen::VectorXd row = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(data.strengths.columns()));
      for (std::size_t i = 0; i < events.size(); ++i) {
        if ((i < cut) != before) continue;
        const double distance = static_cast<double>(before ? cut - 1 - i : i - cut);
        const double weight = std::exp(-distance / options.training_decay);
        // Left out, as the manual says.
        if (weight >= 1e-3) row(to_integer(events[i].item)) += weight;
      }
      rows.push_back(row);
    }
  }
  Eigen::MatrixXd all(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(data.strengths.columns()));
  for (std::size_t r = 0; r < rows.size(); ++r) all.row(static_cast<Eigen::Index>(r)) = rows[r];
  return all;
}

/// argmin over B of |targets - inputs B|^2 + lambda |B|^2, column by column; with a diagonal of 0 the item's own input
/// is left out of its column's problem. `users` are the rows of the inputs that are users.
inline Eigen::MatrixXd reference_weights(const Eigen::MatrixXd& inputs, const Eigen::MatrixXd& targets,
                                         const Eigen::MatrixXd& users, const ease_options& options) {
  const Eigen::Index n = inputs.cols();
  Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(n, n);
  for (Eigen::Index item = 0; item < n; ++item) {
    Eigen::MatrixXd used = inputs;
    if (options.diagonal == ease_diagonal::zero) used.col(item).setZero();
    const Eigen::MatrixXd gram = used.transpose() * used + options.lambda * Eigen::MatrixXd::Identity(n, n);
    Eigen::VectorXd wanted = used.transpose() * targets.col(item);
    // The derivative of the penalty on an item's weight for itself.
    if (options.diagonal == ease_diagonal::free) wanted(item) -= options.self_penalty * users.col(item).squaredNorm();
    weights.col(item) = gram.inverse() * wanted;
  }
  return weights;
}

inline Eigen::MatrixXd reference_ease(const training_data& data, const ease_options& options) {
  const auto entries = entries_matrix(data, options);
  if (options.sequence_share == 0) {
    ease_options zero = options;
    zero.diagonal = ease_diagonal::zero;
    return reference_weights(entries, entries, entries, zero);
  }
  const auto stacked = [&](bool before) {
    const auto cuts = cuts_matrix(data, options, before);
    Eigen::MatrixXd both(entries.rows() + cuts.rows(), entries.cols());
    both << std::sqrt(1 - options.sequence_share) * entries, std::sqrt(options.sequence_share) * cuts;
    return both;
  };
  return reference_weights(stacked(true), stacked(false), std::sqrt(1 - options.sequence_share) * entries, options);
}

}  // namespace freshet::testing
