#include "core/models/als/least_squares.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/models/parallel.hpp"

namespace freshet {
namespace {

constexpr std::size_t batch_rows = 64;

/// Adds the outer products of rows [first, last) to `upper`.
void add_rows(matrix_view<const float> rows, std::size_t first, std::size_t last, std::size_t width,
              std::vector<float>& upper) {
  const auto& kernels = best_least_squares_kernels();
  aligned_floats padded(batch_rows * width);
  for (std::size_t row = first; row < last; row += batch_rows) {
    const std::size_t count = std::min(batch_rows, last - row);
    for (std::size_t i = 0; i < count; ++i) {
      std::copy_n(rows.row(row + i).data(), rows.columns(), padded.data() + i * width);
    }
    kernels.add_outer_products(padded.data(), padded.data(), count, width, upper.data());
  }
}

}  // namespace

aligned_floats::aligned_floats(std::size_t count) {
  constexpr std::size_t line = 64;
  const std::size_t bytes = std::max(line, (count * sizeof(float) + line - 1) / line * line);
  values_.reset(static_cast<float*>(std::aligned_alloc(line, bytes)));
  if (!values_) throw std::bad_alloc();
  std::memset(values_.get(), 0, bytes);
}

std::vector<float> weighted_gram(matrix_view<const float> rows, float weight, std::size_t threads) {
  constexpr std::size_t chunks_max = 32;
  const std::size_t width = padded_width(rows.columns());
  const std::size_t chunk_rows = std::max<std::size_t>(1024, (rows.rows() + chunks_max - 1) / chunks_max);
  const std::size_t chunks = (rows.rows() + chunk_rows - 1) / chunk_rows;
  std::vector<std::vector<float>> partial(chunks);
  parallel_for(chunks, threads, [&](std::size_t chunk, std::size_t) {
    partial[chunk].assign(width * width, 0);
    const std::size_t first = chunk * chunk_rows;
    add_rows(rows, first, std::min(first + chunk_rows, rows.rows()), width, partial[chunk]);
  });

  std::vector<float> gram(width * width);
  for (const auto& part : partial) {
    for (std::size_t i = 0; i < gram.size(); ++i) gram[i] += part[i];
  }
  for (std::size_t j = 0; j < width; ++j) {
    for (std::size_t k = j; k < width; ++k) gram[k * width + j] = gram[j * width + k] *= weight;
  }
  return gram;
}

exact_solver::exact_solver(std::size_t factors, std::size_t entries_max)
    : kernels_(&best_least_squares_kernels()),
      width_(padded_width(factors)),
      batch_(std::clamp<std::size_t>(entries_max, 1, batch_rows)),
      matrix_(width_ * width_),
      rows_(batch_ * width_),
      weighted_(batch_ * width_),
      vectors_(3 * width_) {}

void exact_solver::assemble(const row_system& system) {
  float* b = vectors_.data();
  const std::size_t factors = system.other.columns();
  std::copy(system.gram.begin(), system.gram.end(), matrix_.data());
  std::fill_n(b, width_, 0.0F);
  for (std::size_t start = 0; start < system.columns.size(); start += batch_) {
    const std::size_t count = std::min(batch_, system.columns.size() - start);
    for (std::size_t i = 0; i < count; ++i) {
      const float* y = system.other.row(system.columns[start + i]).data();
      const float confidence = system.confidences[start + i];
      const float observed = confidence - system.unobserved_weight;
      float* row = rows_.data() + i * width_;
      float* scaled = weighted_.data() + i * width_;
      for (std::size_t k = 0; k < factors; ++k) {
        row[k] = y[k];
        scaled[k] = observed * y[k];
        b[k] += confidence * y[k];
      }
    }
    kernels_->add_outer_products(rows_.data(), weighted_.data(), count, width_, matrix_.data());
  }
  // The padding's equations read 1 x = 0.
  for (std::size_t k = 0; k < width_; ++k) {
    matrix_.data()[k * width_ + k] += k < factors ? system.regularization : 1.0F;
  }
}

exact_solver::solution exact_solver::solve(const row_system& system) {
  assemble(system);
  float* b = vectors_.data();
  float* b_used = b + width_;
  float* x = b + 2 * width_;
  std::copy_n(b, width_, b_used);
  const std::size_t dropped = kernels_->cholesky_solve(matrix_.data(), b_used, x, width_);
  double objective = 0;
  for (std::size_t k = 0; k < width_; ++k) objective -= static_cast<double>(b[k]) * x[k];
  return {{x, width_}, objective, dropped};
}

std::span<const float> exact_solver::solve_for(const row_system& system, std::span<const float> b) {
  FRESHET_CHECK(b.size() == system.other.columns());
  assemble(system);
  float* b_used = vectors_.data() + width_;
  float* x = vectors_.data() + 2 * width_;
  std::fill_n(b_used, width_, 0.0F);
  std::copy(b.begin(), b.end(), b_used);
  kernels_->cholesky_solve(matrix_.data(), b_used, x, width_);
  return {x, width_};
}

}  // namespace freshet
