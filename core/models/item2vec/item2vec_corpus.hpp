// What:  the words and sentences that item2vec learns from, and the pairs of an epoch.
// Words: items with at least min_count events, the most frequent first.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/random.hpp"
#include "core/models/item2vec/item2vec.hpp"

namespace freshet {

struct item2vec_corpus {
  /// By word.
  std::vector<item_row> items;
  std::vector<std::uint64_t> counts;
  /// Probability of staying in a sentence.
  std::vector<float> keep;

  /// Sentence s is words[offsets[s]..offsets[s + 1]); those of one word are not kept.
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> words;
  /// From this sentence on the order within a sentence means nothing.
  std::size_t first_unordered = 0;

  std::size_t sentences() const { return offsets.size() - 1; }
  std::span<const std::uint32_t> sentence(std::size_t s) const {
    return {words.data() + offsets[s], offsets[s + 1] - offsets[s]};
  }
};

[[nodiscard]] item2vec_corpus corpus_of(const training_data& data, const item2vec_options& options);

struct word_pair {
  std::uint32_t center{};
  std::uint32_t context{};
};

/// Appends the pairs of one pass over a sentence. `scratch` is overwritten.
void add_pairs(const item2vec_corpus& corpus, std::size_t sentence, std::uint32_t window, random_source& random,
               std::vector<std::uint32_t>& scratch, std::vector<word_pair>& pairs);

}  // namespace freshet
