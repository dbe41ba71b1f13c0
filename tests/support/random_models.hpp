// What: small models with random numbers, one for each query shape, that are quick to make and to see through.
#pragma once

#include <memory>

#include "core/base/random.hpp"
#include "core/models/als/als.hpp"
#include "core/models/popularity/popularity.hpp"

namespace freshet::testing {

inline matrix<float> random_matrix(std::size_t rows, std::size_t columns, random_source& random) {
  matrix<float> values(rows, columns);
  for (auto& value : values.values()) value = static_cast<float>(random.normal());
  return values;
}

inline std::shared_ptr<const model> random_als(std::size_t items, std::uint32_t factors, std::uint64_t seed) {
  random_source random(seed);
  als_options options;
  options.factors = factors;
  options.regularization = 0.5;
  return std::make_shared<als_model>(random_matrix(items, factors, random), options);
}

inline std::shared_ptr<const model> random_popularity(std::size_t items, std::uint64_t seed) {
  random_source random(seed);
  std::vector<float> counts(items);
  for (auto& count : counts) count = static_cast<float>(random.below(1000));
  return std::make_shared<popularity_model>(std::move(counts));
}

/// Item-item weights; every row holds every item or, `compressed`, about half of them. Its type is what it is told.
class random_neighbours final : public model {
 public:
  random_neighbours(std::size_t items, bool compressed, std::uint64_t seed, std::string_view type = "neighbours")
      : type_(type) {
    random_source random(seed);
    for (std::size_t row = 0; row < items; ++row) {
      for (std::uint32_t column = 0; column < items; ++column) {
        if (compressed && random.below(2) == 0) continue;
        if (compressed) columns_.push_back(item_row{column});
        values_.push_back(static_cast<float>(random.normal()));
      }
      offsets_.push_back(values_.size());
    }
  }

  std::string_view type() const override { return type_; }
  std::size_t items() const override { return offsets_.size() - 1; }
  std::size_t factors() const override { return 0; }
  item_scores scores() const override { return sparse_scores{{offsets_, columns_, values_}}; }
  query fold_in(const user_interactions& user) const override { return sparse_query{user.strengths}; }
  query similar_to(item_row item) const override { return sparse_query{{{item, 1.0F}}}; }

 private:
  std::string_view type_;
  std::vector<std::uint64_t> offsets_{0};
  std::vector<item_row> columns_;
  std::vector<float> values_;
};

/// Dense scores with a bias; the query is the mean of the history's factors.
class random_biased final : public model {
 public:
  random_biased(std::size_t items, std::size_t factors, std::uint64_t seed, std::string_view type = "biased")
      : type_(type) {
    random_source random(seed);
    factors_ = random_matrix(items, factors, random);
    for (std::size_t row = 0; row < items; ++row) bias_.push_back(static_cast<float>(10 * random.normal()));
  }

  std::string_view type() const override { return type_; }
  std::size_t items() const override { return bias_.size(); }
  std::size_t factors() const override { return factors_.columns(); }
  item_scores scores() const override { return dense_scores{factors_.view(), bias_}; }
  query fold_in(const user_interactions& user) const override {
    dense_query sum{std::vector<float>(factors())};
    for (const auto& [item, strength] : user.strengths) {
      for (std::size_t j = 0; j < factors(); ++j) sum.factors[j] += strength * factors_.row(to_integer(item))[j];
    }
    return sum;
  }
  query similar_to(item_row item) const override {
    const auto row = factors_.row(to_integer(item));
    return dense_query{{row.begin(), row.end()}};
  }

 private:
  std::string_view type_;
  matrix<float> factors_;
  std::vector<float> bias_;
};

inline user_interactions random_user(std::size_t items, std::size_t touched, std::uint64_t seed) {
  random_source random(seed);
  user_interactions user;
  for (std::uint32_t item = 0; item < items && user.strengths.size() < touched; ++item) {
    const std::size_t left = items - item;
    if (random.below(left) >= touched - user.strengths.size()) continue;
    user.strengths.push_back({item_row{item}, static_cast<float>(1 + random.below(4))});
    user.sequence.push_back({item_row{item}, 1'700'000'000 + item, 0});
  }
  return user;
}

}  // namespace freshet::testing
