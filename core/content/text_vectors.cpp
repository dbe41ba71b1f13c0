#include "core/content/text_vectors.hpp"

#include <algorithm>
#include <array>
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

/// The hashes of an item's terms.
class term_hashes {
 public:
  explicit term_hashes(std::uint64_t seed) : seed_(seed) {}

  /// Ascending, so that sums do not depend on the order of the fields. Good until the next call.
  std::span<const std::uint64_t> of(const item* described) {
    hashes_.clear();
    if (described == nullptr) return hashes_;
    for (const auto term : reader_.read(*described)) hashes_.push_back(hash64(term, seed_));
    std::ranges::sort(hashes_);
    return hashes_;
  }

 private:
  std::uint64_t seed_;
  term_reader reader_;
  std::vector<std::uint64_t> hashes_;
};

/// `visit(term, count)` for each run of equal terms.
template <class Term, class Visit>
void count_terms(std::span<const Term> terms, Visit visit) {
  for (std::size_t first = 0; first < terms.size();) {
    std::size_t end = first + 1;
    while (end < terms.size() && terms[end] == terms[first]) ++end;
    visit(terms[first], end - first);
    first = end;
  }
}

/// Where a term lies in a row, and how much it says.
struct projected_term {
  projected_term() = default;
  projected_term(std::uint64_t hash, double rarity_of_term, std::size_t dimensions) : rarity(rarity_of_term) {
    for (std::uint64_t i = 0; i < spread; ++i) {
      const std::uint64_t drawn = hash_combine(hash, i);
      places[i] = static_cast<std::uint32_t>((drawn >> 1) % dimensions) << 1 | (drawn & 1);
    }
  }

  void add_to(std::span<float> row, std::size_t count) const {
    const auto weight = static_cast<float>(count == 1 ? rarity : (1 + std::log(static_cast<double>(count))) * rarity);
    const std::array signed_weight{-weight, weight};
    for (const auto place : places) row[place >> 1] += signed_weight[place & 1];
  }

  double rarity{};
  /// The lowest bit is the sign.
  std::array<std::uint32_t, spread> places{};
};

/// Rows of length 1, made one after another.
class row_writer {
 public:
  row_writer(std::size_t dimensions, std::size_t rows_max) : made_(0, dimensions), row_(dimensions) {
    made_.reserve(rows_max);
  }

  /// `fill` is given a row of 0.
  template <class Fill>
  void add(Fill fill) {
    std::ranges::fill(row_, 0.0F);
    fill(std::span(row_));
    scale_to_one(row_);
    made_.append({row_.data(), 1, row_.size()});
  }
  matrix<float> finish() { return std::move(made_); }

 private:
  matrix<float> made_;
  std::vector<float> row_;
};

}  // namespace

fitted_text text_vectorizer::fit(std::span<const item* const> items, const text_vector_options& options) {
  FRESHET_CHECK(options.dimensions > 0 && options.dimensions < std::size_t{1} << 31);
  fitted_text fitted;
  fitted.vectorizer.options_ = options;
  const auto terms = fitted.vectorizer.learn(items);
  fitted.vectors = fitted.vectorizer.vectors_of(terms);
  return fitted;
}

text_vectorizer::numbered_terms text_vectorizer::learn(std::span<const item* const> items) {
  items_ = items.size();
  numbered_terms terms;
  terms.ends.reserve(items.size());
  term_hashes hashes(options_.seed);
  for (const auto* each : items) {
    count_terms(hashes.of(each), [&](std::uint64_t hash, std::size_t count) {
      auto& known = words_.try_emplace(hash, word{static_cast<std::uint32_t>(words_.size()), 0}).first->second;
      ++known.items_with;
      for (; count > 0; --count) terms.numbers.push_back(known.number);
    });
    terms.ends.push_back(terms.numbers.size());
  }
  return terms;
}

matrix<float> text_vectorizer::vectors_of(const numbered_terms& terms) const {
  std::vector<projected_term> projected(words_.size());
  for (const auto& [hash, known] : words_) {
    projected[known.number] = projected_term(hash, rarity(known.items_with), options_.dimensions);
  }
  row_writer rows(options_.dimensions, items_ + options_.spare_rows);
  std::size_t first = 0;
  for (const auto end : terms.ends) {
    rows.add([&](std::span<float> row) {
      count_terms(std::span(terms.numbers).subspan(first, end - first),
                  [&](std::uint32_t number, std::size_t count) { projected[number].add_to(row, count); });
    });
    first = end;
  }
  return rows.finish();
}

matrix<float> text_vectorizer::vectors(std::span<const item* const> items) const {
  term_hashes hashes(options_.seed);
  row_writer rows(options_.dimensions, items.size());
  for (const auto* each : items) {
    rows.add([&](std::span<float> row) {
      count_terms(hashes.of(each), [&](std::uint64_t hash, std::size_t count) {
        const auto known = words_.find(hash);
        const auto items_with = known == words_.end() ? 0 : known->second.items_with;
        projected_term(hash, rarity(items_with), options_.dimensions).add_to(row, count);
      });
    });
  }
  return rows.finish();
}

double text_vectorizer::rarity(std::uint32_t items_with) const {
  return std::log((1 + static_cast<double>(items_)) / (1 + static_cast<double>(items_with))) + 1;
}

}  // namespace freshet
