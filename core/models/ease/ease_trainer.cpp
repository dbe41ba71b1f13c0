#include <algorithm>
#include <cmath>
#include <string>

#include "core/linalg/kernels.hpp"
#include "core/linalg/positive_definite.hpp"
#include "core/models/ease/cooccurrence.hpp"
#include "core/models/ease/ease.hpp"
#include "core/models/ease/ease_rows.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

constexpr std::size_t block_rows = 32;

void for_each_block(std::size_t rows, std::size_t threads,
                    const std::function<void(std::size_t first, std::size_t last, std::size_t thread)>& work) {
  parallel_for((rows + block_rows - 1) / block_rows, threads, [&](std::size_t block, std::size_t thread) {
    work(block * block_rows, std::min((block + 1) * block_rows, rows), thread);
  });
}

/// P = (inputs^T inputs + lambda I)^-1.
result<matrix<float>> inverse_gram(const interaction_matrix& inputs, const ease_options& options, std::size_t threads) {
  matrix<float> inverse(inputs.columns(), inputs.columns());
  add_cooccurrence(inputs, inputs, inverse.view(), threads);
  for (std::size_t i = 0; i < inverse.rows(); ++i) inverse.row(i)[i] += static_cast<float>(options.lambda);
  const auto inverted = invert_positive_definite(inverse.view(), threads);
  if (!inverted) {
    return error{inverted.failure().code, "ease: " + inverted.failure().message + "; increase lambda (now " +
                                              to_string(parameter(options.lambda)) + ")"};
  }
  return inverse;
}

std::vector<float> diagonal_of(const matrix<float>& square) {
  std::vector<float> diagonal(square.rows());
  for (std::size_t i = 0; i < diagonal.size(); ++i) diagonal[i] = square.row(i)[i];
  return diagonal;
}

/// P becomes B, which has a diagonal of 0: B[i][j] = -P[i][j] / P[j][j]. Returns the loss: what lambda leaves of 1 /
/// P[j][j], the Schur complement of column j.
double turn_into_weights(matrix<float>& inverse, double lambda, std::size_t threads) {
  const auto diagonal = diagonal_of(inverse);
  for_each_block(inverse.rows(), threads, [&](std::size_t first, std::size_t last, std::size_t) {
    for (std::size_t i = first; i < last; ++i) {
      const auto row = inverse.row(i);
      for (std::size_t j = 0; j < row.size(); ++j) row[j] /= -diagonal[j];
      row[i] = 0;
    }
  });
  double loss = 0;
  for (const float value : diagonal) loss += 1 / double{value} - lambda;
  return loss;
}

/// What a diagonal of 0 costs each item: (P R)[j][j] / P[j][j].
std::vector<float> diagonal_penalties(const matrix<float>& inverse, const interaction_matrix& right) {
  std::vector<double> products(inverse.rows());
  for (std::size_t k = 0; k < inverse.rows(); ++k) {
    const auto row = right.row(k);
    for (std::size_t j = 0; j < row.size(); ++j) {
      products[row.columns[j]] += double{inverse.row(k)[row.columns[j]]} * row.values[j];
    }
  }
  std::vector<float> penalties(inverse.rows());
  for (std::size_t j = 0; j < penalties.size(); ++j) {
    penalties[j] = static_cast<float>(products[j] / inverse.row(j)[j]);
  }
  return penalties;
}

/// P becomes P (R - diag(penalties)), row by row in its place: row i needs row i of P only.
void multiply_in_place(matrix<float>& left, const interaction_matrix& right, std::span<const float> penalties,
                       std::size_t threads) {
  const auto& kernels = best_kernels();
  std::vector<std::vector<float>> scratch(threads);
  for_each_block(left.rows(), threads, [&](std::size_t first, std::size_t last, std::size_t thread) {
    const std::size_t n = left.columns();
    // [n][block_rows]: the block of P and the block of the product, turned.
    scratch[thread].assign(2 * n * block_rows, 0.0F);
    float* const turned = scratch[thread].data();
    float* const sums = turned + n * block_rows;
    for (std::size_t i = first; i < last; ++i) {
      for (std::size_t k = 0; k < n; ++k) turned[k * block_rows + i - first] = left.row(i)[k];
    }
    for (std::size_t k = 0; k < n; ++k) {
      const auto row = right.row(k);
      const float* const scaled = turned + k * block_rows;
      for (std::size_t j = 0; j < row.size(); ++j) {
        kernels.add_scaled(row.values[j], scaled, sums + row.columns[j] * block_rows, block_rows);
      }
      if (!penalties.empty()) kernels.add_scaled(-penalties[k], scaled, sums + k * block_rows, block_rows);
    }
    for (std::size_t i = first; i < last; ++i) {
      for (std::size_t j = 0; j < n; ++j) left.row(i)[j] = sums[j * block_rows + i - first];
      if (!penalties.empty()) left.row(i)[i] = 0;
    }
  });
}

double sum_of_squares(const interaction_matrix& values) {
  double sum = 0;
  for (const float value : values.values()) sum += double{value} * value;
  return sum;
}

/// R = inputs^T targets, less what the first `users` rows say of an item by itself.
interaction_matrix products_of(const ease_rows& rows, std::size_t users, double self_penalty, std::size_t threads) {
  auto products = sparse_cooccurrence(rows.inputs, rows.targets, threads);
  if (self_penalty == 0) return products;
  std::vector<double> squares(products.rows());
  for (std::size_t user = 0; user < users; ++user) {
    const auto row = rows.inputs.row(user);
    for (std::size_t j = 0; j < row.size(); ++j) squares[row.columns[j]] += double{row.values[j]} * row.values[j];
  }
  interaction_matrix less;
  for (std::uint32_t item = 0; item < products.rows(); ++item) {
    taste row = products.taste_of(user_row{item});
    for (auto& each : row) {
      if (each.item == item_row{item}) each.strength -= static_cast<float>(self_penalty * squares[item]);
    }
    std::erase_if(row, [](const auto& each) { return !(each.strength > 0); });
    less.add_row(row);
  }
  less.widen(products.columns());
  return less;
}

/// P becomes B = P (R - diag(penalties)). Returns the loss: |targets|^2 - sum of B x R.
double turn_into_weights(matrix<float>& inverse, const interaction_matrix& products, const ease_rows& rows,
                         ease_diagonal diagonal, std::size_t threads) {
  std::vector<float> penalties;
  if (diagonal == ease_diagonal::zero) penalties = diagonal_penalties(inverse, products);
  multiply_in_place(inverse, products, penalties, threads);
  double loss = sum_of_squares(rows.targets);
  for (std::size_t i = 0; i < products.rows(); ++i) {
    const auto row = products.row(i);
    for (std::size_t j = 0; j < row.size(); ++j) loss -= double{inverse.row(i)[row.columns[j]]} * row.values[j];
  }
  return loss;
}

ease_solution solution_of(matrix<float> weights, double loss, const ease_options& options, std::size_t threads) {
  if (options.top_k_per_row == 0) return {whole_matrix(std::move(weights)), loss};
  return {strongest_weights(weights.view(), options.top_k_per_row, threads), loss};
}

}  // namespace

result<ease_solution> train_ease(const training_data& data, const ease_options& options,
                                 const training_context& context) {
  FRESHET_TRY(validate(options));
  const std::size_t threads = thread_count(context.threads);
  matrix<float> weights;
  double loss = 0;
  if (options.sequence_share > 0) {
    const auto rows = rows_of_cuts(data, options);
    FRESHET_ASSIGN(weights, inverse_gram(rows.inputs, options, threads));
    const std::size_t users = options.sequence_share < 1 ? data.strengths.rows() : 0;
    const auto products = products_of(rows, users, options.self_penalty, threads);
    loss = turn_into_weights(weights, products, rows, options.diagonal, threads);
  } else {
    FRESHET_ASSIGN(weights, inverse_gram(entries_of(data.strengths, options.entries), options, threads));
    loss = turn_into_weights(weights, options.lambda, threads);
  }
  if (!std::isfinite(loss)) {
    return error{error_code::invalid_argument, "ease: the loss is not a finite number; increase lambda (now " +
                                                   to_string(parameter(options.lambda)) + ")"};
  }
  return solution_of(std::move(weights), loss, options, threads);
}

std::uint64_t ease_memory_bytes(const data_size& size, const ease_options& options) {
  constexpr std::uint64_t entry_bytes = sizeof(std::uint32_t) + sizeof(float);
  // The strengths, their entries, and these by item.
  std::uint64_t entries = 3 * size.entries;
  if (options.sequence_share > 0) {
    // Both rows of a cut for each event, the inputs by item, and the products of all pairs within reach, twice.
    const std::uint64_t reach = distance_max(options.training_decay);
    entries += 3 * reach * size.entries + 2 * std::min(reach * reach * size.entries, size.items * size.items);
  }
  const std::uint64_t kept = std::min<std::uint64_t>(options.top_k_per_row, size.items);
  return sizeof(float) * size.items * size.items + entry_bytes * (entries + kept * size.items) +
         sizeof(std::uint64_t) * (3 * size.users + 4 * size.items);
}

}  // namespace freshet
