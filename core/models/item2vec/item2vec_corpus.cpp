#include "core/models/item2vec/item2vec_corpus.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace freshet {
namespace {

constexpr std::uint32_t no_word = std::numeric_limits<std::uint32_t>::max();

bool in_order(const training_data& data, std::size_t user) {
  return user < data.sequences.users() && !data.sequences.of(user_row(user)).empty();
}

std::vector<std::uint64_t> count_events(const training_data& data) {
  std::vector<std::uint64_t> counts(data.strengths.columns());
  for (std::size_t user = 0; user < data.strengths.rows(); ++user) {
    if (in_order(data, user)) {
      for (const auto& event : data.sequences.of(user_row(user))) ++counts[to_integer(event.item)];
    } else {
      for (const std::uint32_t item : data.strengths.row(user).columns) ++counts[item];
    }
  }
  return counts;
}

/// Fills items, counts and keep; returns the word of each item.
std::vector<std::uint32_t> choose_words(const std::vector<std::uint64_t>& counts, const item2vec_options& options,
                                        item2vec_corpus& corpus) {
  for (std::size_t item = 0; item < counts.size(); ++item) {
    if (counts[item] >= options.min_count) corpus.items.push_back(item_row(item));
  }
  std::stable_sort(corpus.items.begin(), corpus.items.end(),
                   [&](item_row a, item_row b) { return counts[to_integer(a)] > counts[to_integer(b)]; });
  std::vector<std::uint32_t> word_of(counts.size(), no_word);
  for (std::uint32_t word = 0; word < corpus.items.size(); ++word) {
    word_of[to_integer(corpus.items[word])] = word;
    corpus.counts.push_back(counts[to_integer(corpus.items[word])]);
  }
  const double total = std::accumulate(corpus.counts.begin(), corpus.counts.end(), 0.0);
  for (const std::uint64_t count : corpus.counts) {
    // word2vec's form of eq. 5.
    const double excess = options.subsampling > 0 ? static_cast<double>(count) / total / options.subsampling : 0;
    corpus.keep.push_back(excess > 0 ? static_cast<float>(std::min(1.0, (std::sqrt(excess) + 1) / excess)) : 1.0F);
  }
  return word_of;
}

/// Ends a sentence; one that has nothing to pair goes.
void close_sentence(item2vec_corpus& corpus) {
  if (corpus.words.size() - corpus.offsets.back() < 2) {
    corpus.words.resize(corpus.offsets.back());
  } else {
    corpus.offsets.push_back(corpus.words.size());
  }
}

}  // namespace

item2vec_corpus corpus_of(const training_data& data, const item2vec_options& options) {
  item2vec_corpus corpus;
  const auto word_of = choose_words(count_events(data), options, corpus);
  const auto add = [&](std::uint32_t item) {
    if (word_of[item] != no_word) corpus.words.push_back(word_of[item]);
  };
  for (std::size_t user = 0; user < data.strengths.rows(); ++user) {
    if (!in_order(data, user)) continue;
    const auto events = data.sequences.of(user_row(user));
    for (std::size_t i = 0; i < events.size(); ++i) {
      const bool cut = i > 0 && events[i].session != events[i - 1].session;
      if (cut && options.context == sentence_kind::session) close_sentence(corpus);
      add(to_integer(events[i].item));
    }
    close_sentence(corpus);
  }
  corpus.first_unordered = corpus.sentences();
  for (std::size_t user = 0; user < data.strengths.rows(); ++user) {
    if (in_order(data, user)) continue;
    for (const std::uint32_t item : data.strengths.row(user).columns) add(item);
    close_sentence(corpus);
  }
  return corpus;
}

void add_pairs(const item2vec_corpus& corpus, std::size_t sentence, std::uint32_t window, random_source& random,
               std::vector<std::uint32_t>& scratch, std::vector<word_pair>& pairs) {
  scratch.clear();
  for (const std::uint32_t word : corpus.sentence(sentence)) {
    if (corpus.keep[word] >= 1 || random.uniform() < corpus.keep[word]) scratch.push_back(word);
  }
  if (sentence >= corpus.first_unordered) {
    for (std::size_t i = scratch.size(); i > 1; --i) std::swap(scratch[i - 1], scratch[random.below(i)]);
  }
  for (std::size_t i = 0; i < scratch.size(); ++i) {
    const std::size_t reach = 1 + random.below(window);
    const std::size_t last = std::min(scratch.size(), i + reach + 1);
    for (std::size_t j = i > reach ? i - reach : 0; j < last; ++j) {
      if (scratch[j] != scratch[i]) pairs.push_back({scratch[i], scratch[j]});
    }
  }
}

}  // namespace freshet
