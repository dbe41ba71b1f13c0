#include "core/content/text_vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "core/base/random.hpp"

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

/// As the manual has it, one string a term: of an item, how often each occurs.
using counted = std::map<std::string, double>;

counted count_plainly(const item& described) {
  counted counts;
  const auto add_words = [&](const std::string& text) {
    std::string word;
    for (const char byte : text + ' ') {
      const auto code = static_cast<unsigned char>(byte);
      if (code >= 0x80 || std::isalnum(code) != 0) {
        word += code < 0x80 ? static_cast<char>(std::tolower(code)) : byte;
        continue;
      }
      if (word.size() > 1) counts[word] += 1;
      word.clear();
    }
  };
  const auto add_label = [&](const std::string& name, const std::string& value) {
    if (value.empty()) return;
    counts[name + "=" + value] += 1;
    add_words(value);
  };
  add_words(described.title.value_or(""));
  add_words(described.description.value_or(""));
  add_label("category", described.category.value_or(""));
  add_label("brand", described.brand.value_or(""));
  for (const auto& [name, value] : described.attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) add_label(name, *text);
    if (const auto* flag = std::get_if<bool>(&value); flag != nullptr && *flag) counts[name + "=true"] += 1;
  }
  return counts;
}

/// How much a term says of an item, when `fitted` are all.
class plain_weights {
 public:
  explicit plain_weights(const std::vector<const item*>& fitted) : items_(static_cast<double>(fitted.size())) {
    for (const auto* each : fitted) {
      for (const auto& [term, count] : each == nullptr ? counted() : count_plainly(*each)) items_with_[term] += 1;
    }
  }

  counted of(const item& described) const {
    auto weights = count_plainly(described);
    for (auto& [term, weight] : weights) {
      const auto found = items_with_.find(term);
      const double with = found == items_with_.end() ? 0 : found->second;
      weight = (1 + std::log(weight)) * (std::log((1 + items_) / (1 + with)) + 1);
    }
    return weights;
  }

 private:
  double items_;
  counted items_with_;
};

std::vector<double> project_plainly(const counted& weights, std::size_t dimensions, std::uint64_t seed) {
  std::vector<double> row(dimensions);
  for (const auto& [term, weight] : weights) {
    for (std::uint64_t i = 0; i < 8; ++i) {
      const auto drawn = hash_combine(hash64(term, seed), i);
      row[(drawn >> 1) % dimensions] += (drawn & 1) != 0 ? weight : -weight;
    }
  }
  double squares = 0;
  for (const double value : row) squares += value * value;
  for (double& value : row) value = squares > 0 ? value / std::sqrt(squares) : 0;
  return row;
}

/// Cosine of the TF-IDF vectors themselves, without a projection.
double exact_cosine(const plain_weights& weights, const item& a, const item& b) {
  const auto of_a = weights.of(a), of_b = weights.of(b);
  double product = 0, a_squares = 0, b_squares = 0;
  for (const auto& [term, weight] : of_a) {
    a_squares += weight * weight;
    if (const auto other = of_b.find(term); other != of_b.end()) product += weight * other->second;
  }
  for (const auto& [term, weight] : of_b) b_squares += weight * weight;
  return product / std::sqrt(a_squares * b_squares);
}

std::string odd_text(random_source& random) {
  static const std::vector<std::string> pieces{
      "a",    "ab", "Tea",  "TEA",        "tea", "sữa", "Ω",    "\xff\xfe",           "9",
      "6pc",  "it", "it's", "colour=red", "=",   "--",  "\t\n", std::string(1, '\0'), "",
      "gift", "x=y"};
  std::string text;
  for (auto count = random.below(12); count > 0; --count) {
    text += pieces[random.below(pieces.size())];
    if (random.below(3) > 0) text += random.below(2) > 0 ? " " : ",";
  }
  return text;
}

item odd_item(random_source& random) {
  item made{.item_id = "1"};
  for (auto* field : {&made.title, &made.description, &made.category, &made.brand}) {
    if (random.below(4) > 0) *field = odd_text(random);
  }
  for (auto count = random.below(4); count > 0; --count) {
    auto& value = made.attributes[odd_text(random)];
    const auto kind = random.below(4);
    if (kind == 0) value = random.below(2) > 0;
    if (kind == 1) value = 2.5;
    if (kind > 1) value = odd_text(random);
  }
  return made;
}

matrix<float> text_vectors(const std::vector<const item*>& items, const text_vector_options& options = {}) {
  return text_vectorizer::fit(items, options).vectors;
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
  const plain_weights weights(pointers(items));
  for (std::size_t a = 0; a < items.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_NEAR(cosine(vectors.row(a), vectors.row(b)), exact_cosine(weights, items[a], items[b]), .08)
          << a << ", " << b;
    }
  }
}

TEST(text_vectors, are_what_the_manual_says_of_fitted_items_and_of_later_ones) {
  for (std::uint64_t seed = 20; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    random_source random(seed);
    std::vector<item> items;
    for (int i = 0; i < 40; ++i) items.push_back(odd_item(random));
    auto given = pointers(items);
    given.insert(given.begin() + static_cast<std::ptrdiff_t>(random.below(40)), nullptr);
    const std::size_t fitted_count = 1 + random.below(40), dimensions = 16 + random.below(200);
    const std::vector fitted_items(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(fitted_count));
    const auto fitted = text_vectorizer::fit(fitted_items, {.dimensions = dimensions, .seed = seed});
    const auto all = fitted.vectorizer.vectors(given);
    ASSERT_EQ(fitted.vectors.rows(), fitted_count);
    ASSERT_EQ(all.rows(), given.size());
    const plain_weights weights(fitted_items);
    for (std::size_t row = 0; row < given.size(); ++row) {
      if (row < fitted_count) {
        EXPECT_TRUE(std::ranges::equal(fitted.vectors.row(row), all.row(row))) << row;
      }
      const auto terms = given[row] == nullptr ? counted() : weights.of(*given[row]);
      const auto expected = project_plainly(terms, dimensions, seed);
      for (std::size_t j = 0; j < dimensions; ++j) ASSERT_NEAR(all.row(row)[j], expected[j], 1e-5) << row << ", " << j;
    }
  }
}

TEST(text_vectors, do_not_move_while_there_is_room_for_more) {
  const std::vector<item> items{titled("red lantern"), titled("blue bowl")};
  auto vectors = text_vectorizer::fit(pointers(items), {.spare_rows = 3}).vectors;
  const auto* before = vectors.values().data();
  for (int i = 0; i < 3; ++i) vectors.append(matrix<float>(1, vectors.columns()).view());
  EXPECT_EQ(vectors.values().data(), before);
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
