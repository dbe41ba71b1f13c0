#include "core/models/als/bert_als.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/random.hpp"
#include "core/linalg/truncated_svd.hpp"

namespace freshet {
namespace {

std::vector<std::size_t> known_rows(const item_embeddings& embeddings) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < embeddings.known.size(); ++i) {
    if (embeddings.known[i]) rows.push_back(i);
  }
  return rows;
}

result<matrix<float>> known_vectors(const item_embeddings& embeddings, const std::vector<std::size_t>& rows) {
  matrix<float> vectors(rows.size(), embeddings.vectors.columns());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto from = embeddings.vectors.row(rows[i]);
    if (!std::all_of(from.begin(), from.end(), [](float value) { return std::isfinite(value); })) {
      return error{error_code::invalid_argument, "bert_als: the embedding of item row " + std::to_string(rows[i]) +
                                                     " has a value that is not finite; make the embeddings again"};
    }
    std::copy(from.begin(), from.end(), vectors.row(i).begin());
  }
  return vectors;
}

/// Fills column k of `start` for the items that have no embedding.
void draw_unknown(matrix<float>& start, std::size_t k, const std::vector<std::size_t>& rows,
                  const std::vector<bool>& known, random_source& random) {
  double sum = 0, squares = 0;
  for (const std::size_t row : rows) {
    sum += start.row(row)[k];
    squares += static_cast<double>(start.row(row)[k]) * start.row(row)[k];
  }
  const auto count = static_cast<double>(rows.size());
  const double mean = sum / count;
  const double deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (!known[i]) start.row(i)[k] = static_cast<float>(mean + 0.1 * deviation * random.normal());
  }
}

}  // namespace

result<matrix<float>> bert_als_start(const item_embeddings& embeddings, const als_options& options,
                                     std::uint64_t seed) {
  const auto rows = known_rows(embeddings);
  if (rows.empty()) {
    return error{error_code::invalid_argument, "bert_als: none of " + std::to_string(embeddings.known.size()) +
                                                   " items has an embedding; align the ids of the embeddings with "
                                                   "those of the events, or train als"};
  }
  FRESHET_ASSIGN(const auto vectors, known_vectors(embeddings, rows));
  FRESHET_ASSIGN(const auto found, truncated_svd(vectors.view(), {.rank = options.factors, .seed = seed}));

  // The size that als starts from.
  const double deviation = 0.1 / std::sqrt(options.factors);
  const double squares = std::inner_product(found.values.begin(), found.values.end(), found.values.begin(), 0.0);
  const double rank_size = static_cast<double>(rows.size() * found.values.size());
  const double scale = squares > 0 ? deviation * std::sqrt(rank_size / squares) : 0;

  random_source random(seed);
  matrix<float> start(embeddings.known.size(), options.factors);
  for (std::size_t k = 0; k < options.factors; ++k) {
    if (scale == 0 || k >= found.values.size()) {
      for (std::size_t i = 0; i < start.rows(); ++i) start.row(i)[k] = static_cast<float>(deviation * random.normal());
      continue;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      start.row(rows[i])[k] = static_cast<float>(scale * found.left.row(i)[k] * found.values[k]);
    }
    draw_unknown(start, k, rows, embeddings.known, random);
  }
  return start;
}

}  // namespace freshet
