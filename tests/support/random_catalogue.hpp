// What: catalogues and requests that are hard on a ranking: ties, zero rows, scales from tiny to huge.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/random.hpp"
#include "core/linalg/matrix_view.hpp"
#include "core/models/model.hpp"
#include "core/ranking/scan_request.hpp"

namespace freshet::testing {

enum class scales {
  ordinary,     // every row about as long as the others
  adversarial,  // zero rows, duplicates, rows of 1e-30..1e30 of the others' length, spikes
};

struct dense_catalogue {
  matrix<float> factors;
  std::vector<float> bias;

  item_scores scores() const { return dense_scores{.factors = factors.view(), .bias = bias}; }
};

inline void make_row_hard(matrix<float>& factors, std::size_t row, random_source& random) {
  const auto values = factors.row(row);
  switch (random.below(8)) {
    case 0:
      std::ranges::fill(values, 0.0F);
      break;
    case 1:
      std::ranges::copy(factors.row(random.below(row + 1)), values.begin());
      break;
    case 2: {
      const auto scale = static_cast<float>(std::pow(10.0, 60 * random.uniform() - 30));
      for (float& value : values) value *= scale;
      break;
    }
    case 3:
      values[random.below(values.size())] *= 1000;
      break;
    case 4: {
      // Nearly a copy: the scores differ in the last bits only.
      std::ranges::copy(factors.row(random.below(row + 1)), values.begin());
      values[0] = std::nextafter(values[0], 10.0F);
      break;
    }
    default:
      break;
  }
}

inline dense_catalogue random_dense(random_source& random, std::size_t items, std::size_t columns, scales kind,
                                    bool with_bias) {
  dense_catalogue made{.factors = matrix<float>(items, columns), .bias = {}};
  for (std::size_t row = 0; row < items; ++row) {
    for (float& value : made.factors.row(row)) value = static_cast<float>(random.normal());
    if (kind == scales::adversarial && columns > 0) make_row_hard(made.factors, row, random);
  }
  for (std::size_t row = 0; with_bias && row < items; ++row) {
    made.bias.push_back(static_cast<float>(random.normal()));
    if (kind == scales::adversarial && random.below(50) == 0) made.bias.back() *= 1e6F;
  }
  return made;
}

struct sparse_catalogue {
  std::vector<std::uint64_t> offsets{0};
  std::vector<item_row> columns;
  std::vector<float> values;

  item_scores scores() const { return sparse_scores{.rows = {offsets, columns, values}}; }
};

/// Rows of B that are empty, full, sorted or shuffled.
inline sparse_catalogue random_sparse(random_source& random, std::size_t items) {
  sparse_catalogue made;
  for (std::size_t row = 0; row < items; ++row) {
    const double density = random.below(4) == 0 ? 1 : random.uniform() * 0.3;
    const std::size_t begin = made.columns.size();
    for (std::uint32_t column = 0; column < items; ++column) {
      if (random.uniform() < density) made.columns.push_back(item_row{column});
    }
    for (std::size_t j = made.columns.size() - begin; j > 1 && row % 3 == 0; --j) {
      std::swap(made.columns[begin + j - 1], made.columns[begin + random.below(j)]);
    }
    while (made.values.size() < made.columns.size()) {
      made.values.push_back(static_cast<float>(random.below(7)) - 2.5F * static_cast<float>(random.uniform()));
    }
    made.offsets.push_back(made.columns.size());
  }
  return made;
}

/// B as a whole matrix, without columns.
inline sparse_catalogue random_complete_rows(random_source& random, std::size_t items) {
  sparse_catalogue made;
  for (std::size_t row = 0; row < items; ++row) made.offsets.push_back((row + 1) * items);
  for (std::size_t j = 0; j < items * items; ++j) {
    made.values.push_back(static_cast<float>(random.below(7)) - 2.5F * static_cast<float>(random.uniform()));
  }
  return made;
}

/// A request with the memory that its spans show.
struct owned_request {
  query q;
  std::vector<item_row> excluded;
  std::vector<std::uint64_t> allowed;
  std::size_t k{};

  scan_request view() const { return {.q = &q, .k = k, .excluded = excluded, .allowed = allowed}; }
};

inline owned_request random_request(random_source& random, query q, std::size_t items) {
  owned_request made{.q = std::move(q), .excluded = {}, .allowed = {}, .k = 0};
  made.k = random.below(4) == 0 ? random.below(items + 3) : random.below(20);
  const double excluded_share = random.below(8) == 0 ? 1 : random.uniform() * 0.2;
  for (std::uint32_t row = 0; row < items; ++row) {
    if (random.uniform() < excluded_share) made.excluded.push_back(item_row{row});
  }
  if (random.below(2) == 0) {
    const double allowed_share = std::pow(10.0, -3 * random.uniform());
    made.allowed.resize((items + 63) / 64);
    for (std::size_t row = 0; row < items; ++row) {
      made.allowed[row / 64] |= std::uint64_t{random.uniform() < allowed_share} << row % 64;
    }
    // Bits behind the last row mean nothing.
    if (items % 64 != 0) made.allowed.back() |= ~std::uint64_t{0} << items % 64;
  }
  return made;
}

}  // namespace freshet::testing
