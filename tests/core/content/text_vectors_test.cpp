#include "core/content/text_vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/random.hpp"
#include "core/content/item_terms.hpp"

namespace freshet {
namespace {

item titled(std::string title) {
  item described{.item_id = title};
  described.title = std::move(title);
  return described;
}

std::vector<const item*> pointers(const std::vector<item>& items) {
  std::vector<const item*> all;
  for (const auto& each : items) all.push_back(&each);
  return all;
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += static_cast<double>(a[j]) * b[j];
  return sum;
}

std::vector<item> random_items(std::size_t count, std::uint64_t seed) {
  random_source random(seed);
  std::vector<item> items;
  for (std::size_t i = 0; i < count; ++i) {
    std::string title;
    for (int word = 0; word < 6; ++word) title += " word" + std::to_string(random.below(30));
    items.push_back(titled(title));
  }
  return items;
}

/// Cosine of the TF-IDF vectors themselves, without a projection.
double exact_cosine(const std::vector<item>& items, std::size_t a, std::size_t b) {
  std::map<std::string, double> items_with;
  std::vector<std::map<std::string, double>> counts(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (const auto& term : terms_of(items[i])) counts[i][term] += 1;
    for (const auto& [term, count] : counts[i]) items_with[term] += 1;
  }
  const auto weight = [&](std::size_t i, const std::string& term) {
    const double rarity = std::log((1.0 + static_cast<double>(items.size())) / (1 + items_with[term])) + 1;
    return (1 + std::log(counts[i].at(term))) * rarity;
  };
  double product = 0, a_squares = 0, b_squares = 0;
  for (const auto& [term, count] : counts[a]) {
    a_squares += weight(a, term) * weight(a, term);
    if (counts[b].contains(term)) product += weight(a, term) * weight(b, term);
  }
  for (const auto& [term, count] : counts[b]) b_squares += weight(b, term) * weight(b, term);
  return product / std::sqrt(a_squares * b_squares);
}

TEST(text_vectors, have_length_one_or_are_zero) {
  const std::vector<item> items{titled("red lantern"), titled(""), titled("green lantern")};
  auto given = pointers(items);
  given.push_back(nullptr);
  const auto vectors = text_vectors(given);
  ASSERT_EQ(vectors.rows(), 4U);
  EXPECT_NEAR(cosine(vectors.row(0), vectors.row(0)), 1, 1e-6);
  EXPECT_EQ(cosine(vectors.row(1), vectors.row(1)), 0);
  EXPECT_EQ(cosine(vectors.row(3), vectors.row(3)), 0);
}

TEST(text_vectors, keep_the_cosines_of_tf_idf) {
  constexpr std::uint64_t seed = 5;
  SCOPED_TRACE(seed);
  const auto items = random_items(40, seed);
  const auto vectors = text_vectors(pointers(items), {.dimensions = 4096});
  for (std::size_t a = 0; a < items.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_NEAR(cosine(vectors.row(a), vectors.row(b)), exact_cosine(items, a, b), .08) << a << ", " << b;
    }
  }
}

TEST(text_vectors, are_the_same_bytes_each_time_and_follow_the_items_when_they_are_reordered) {
  constexpr std::uint64_t seed = 6;
  SCOPED_TRACE(seed);
  const auto items = random_items(30, seed);
  auto order = pointers(items);
  const auto vectors = text_vectors(order);
  EXPECT_EQ(text_vectors(order).values(), vectors.values());
  EXPECT_NE(text_vectors(order, {.seed = 43}).values(), vectors.values());
  std::reverse(order.begin(), order.end());
  const auto reversed = text_vectors(order);
  for (std::size_t row = 0; row < items.size(); ++row) {
    EXPECT_TRUE(std::ranges::equal(reversed.row(items.size() - 1 - row), vectors.row(row))) << row;
  }
}

TEST(text_vectors, of_items_with_the_same_words_are_the_same) {
  const std::vector<item> items{titled("red metal lantern"), titled("lantern, RED metal"), titled("blue bowl")};
  const auto vectors = text_vectors(pointers(items));
  EXPECT_TRUE(std::ranges::equal(vectors.row(0), vectors.row(1)));
}

TEST(text_vectors, of_no_items_have_no_rows) {
  EXPECT_EQ(text_vectors({}).rows(), 0U);
}

}  // namespace
}  // namespace freshet
