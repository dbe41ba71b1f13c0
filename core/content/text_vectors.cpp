#include "core/content/text_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/content/content_vectors.hpp"
#include "core/content/item_terms.hpp"

namespace freshet {
namespace {

/// Places that a term is spread over: 1 would be feature hashing, where two frequent words may fall on one place.
constexpr std::uint64_t spread = 8;

struct counted_term {
  std::uint64_t hash;
  std::uint32_t count;
};

/// Ascending by hash, so that sums do not depend on the order of the fields.
std::vector<counted_term> count_terms(const item* described, std::uint64_t seed) {
  std::vector<counted_term> counted;
  if (described == nullptr) return counted;
  std::vector<std::uint64_t> hashes;
  for (const auto& term : terms_of(*described)) hashes.push_back(hash64(term, seed));
  std::sort(hashes.begin(), hashes.end());
  for (const auto hash : hashes) {
    if (!counted.empty() && counted.back().hash == hash) {
      ++counted.back().count;
    } else {
      counted.push_back({hash, 1});
    }
  }
  return counted;
}

void add_term(std::uint64_t hash, float weight, std::span<float> row) {
  for (std::uint64_t i = 0; i < spread; ++i) {
    const std::uint64_t drawn = hash_combine(hash, i);
    row[(drawn >> 1) % row.size()] += (drawn & 1) != 0 ? weight : -weight;
  }
}

}  // namespace

text_vectorizer text_vectorizer::fit(std::span<const item* const> items, const text_vector_options& options) {
  FRESHET_CHECK(options.dimensions > 0);
  text_vectorizer fitted;
  fitted.options_ = options;
  fitted.items_ = items.size();
  for (const auto* each : items) {
    for (const auto& term : count_terms(each, options.seed)) ++fitted.items_with_[term.hash];
  }
  return fitted;
}

matrix<float> text_vectorizer::vectors(std::span<const item* const> items) const {
  matrix<float> made(items.size(), options_.dimensions);
  const auto total = static_cast<double>(items_);
  for (std::size_t row = 0; row < items.size(); ++row) {
    for (const auto& [hash, count] : count_terms(items[row], options_.seed)) {
      const auto known = items_with_.find(hash);
      const double with = known == items_with_.end() ? 0 : known->second;
      const double rarity = std::log((1 + total) / (1 + with)) + 1;
      add_term(hash, static_cast<float>((1 + std::log(count)) * rarity), made.row(row));
    }
  }
  scale_rows_to_one(made);
  return made;
}

matrix<float> text_vectors(std::span<const item* const> items, const text_vector_options& options) {
  return text_vectorizer::fit(items, options).vectors(items);
}

}  // namespace freshet
