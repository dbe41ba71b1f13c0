#include "core/models/item2vec/item2vec_corpus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/small_sequences.hpp"

namespace freshet {
namespace {

using testing::data_of;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

const item2vec_options keep_all{.min_count = 1, .subsampling = 0};

/// The items of every sentence.
std::vector<std::vector<std::uint32_t>> sentences(const item2vec_corpus& corpus) {
  std::vector<std::vector<std::uint32_t>> all(corpus.sentences());
  for (std::size_t s = 0; s < all.size(); ++s) {
    for (const std::uint32_t word : corpus.sentence(s)) all[s].push_back(to_integer(corpus.items[word]));
  }
  return all;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_of(const item2vec_corpus& corpus, std::uint32_t window,
                                                              std::uint64_t seed) {
  random_source random(seed);
  std::vector<std::uint32_t> scratch;
  std::vector<word_pair> pairs;
  for (std::size_t s = 0; s < corpus.sentences(); ++s) add_pairs(corpus, s, window, random, scratch, pairs);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> items;
  for (const auto& pair : pairs) {
    items.emplace_back(to_integer(corpus.items[pair.center]), to_integer(corpus.items[pair.context]));
  }
  return items;
}

TEST(item2vec_corpus, cuts_a_users_events_into_sessions) {
  const auto data = data_of({{{0, 1, 2}, {3, 0}}, {{2, 2, 1}}}, 4);
  EXPECT_THAT(sentences(corpus_of(data, keep_all)),
              ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3, 0), ElementsAre(2, 2, 1)));
}

TEST(item2vec_corpus, takes_all_of_a_user_as_one_sentence_where_that_is_wanted) {
  auto options = keep_all;
  options.context = sentence_kind::user;
  EXPECT_THAT(sentences(corpus_of(data_of({{{0, 1}, {3}}}, 4), options)), ElementsAre(ElementsAre(0, 1, 3)));
}

TEST(item2vec_corpus, leaves_out_rare_items_and_sentences_of_one_word) {
  const auto data = data_of({{{0, 1, 2}, {0}, {1, 3, 0}}}, 5);
  auto options = keep_all;
  options.min_count = 2;
  const auto corpus = corpus_of(data, options);
  EXPECT_THAT(corpus.items, ElementsAre(item_row{0}, item_row{1}));
  EXPECT_THAT(corpus.counts, ElementsAre(3U, 2U));
  EXPECT_THAT(sentences(corpus), ElementsAre(ElementsAre(0, 1), ElementsAre(1, 0)));
}

TEST(item2vec_corpus, falls_back_to_a_users_whole_set_where_there_is_no_order) {
  const auto corpus = corpus_of(data_of({{{2, 0}, {1}}, {{1}}}, 3, false), keep_all);
  EXPECT_EQ(corpus.first_unordered, 0U);
  EXPECT_THAT(sentences(corpus), ElementsAre(ElementsAre(0, 1, 2)));
}

TEST(item2vec_corpus, pairs_each_item_with_its_neighbours_both_ways) {
  const auto corpus = corpus_of(data_of({{{0, 1, 2}}}, 3), keep_all);
  using p = std::pair<std::uint32_t, std::uint32_t>;
  EXPECT_THAT(pairs_of(corpus, 1, 1), ElementsAre(p{0, 1}, p{1, 0}, p{1, 2}, p{2, 1}));
}

TEST(item2vec_corpus, never_pairs_an_item_with_itself) {
  EXPECT_TRUE(pairs_of(corpus_of(data_of({{{4, 4, 4}}}, 5), keep_all), 3, 1).empty());
}

TEST(item2vec_corpus, draws_the_reach_of_a_window_anew_at_every_place) {
  const auto corpus = corpus_of(data_of({{{0, 1, 2, 3, 4, 5, 6, 7}}}, 8), keep_all);
  std::size_t near = 0, far = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    for (const auto& [center, context] : pairs_of(corpus, 2, seed)) {
      const std::uint32_t distance = center > context ? center - context : context - center;
      ASSERT_LE(distance, 2U);
      (distance == 1 ? near : far) += 1;
    }
  }
  // 14 pairs at distance 1 always, 12 at distance 2 every other time.
  EXPECT_EQ(near, 300U * 14);
  EXPECT_NEAR(static_cast<double>(far), 300.0 * 6, 100);
}

TEST(item2vec_corpus, shuffles_only_what_has_no_order) {
  const testing::sessions one{{0, 1, 2, 3, 4, 5}};
  const auto ordered = corpus_of(data_of({one}, 6), keep_all);
  const auto set = corpus_of(data_of({one}, 6, false), keep_all);
  EXPECT_EQ(pairs_of(ordered, 1, 1), pairs_of(ordered, 1, 2));
  EXPECT_NE(pairs_of(set, 1, 1), pairs_of(set, 1, 2));
}

TEST(item2vec_corpus, keeps_frequent_words_less_often) {
  std::vector<testing::sessions> users;
  for (std::uint32_t u = 0; u < 100; ++u) users.push_back({{0, u + 1}});
  auto options = keep_all;
  options.subsampling = 0.01;
  const auto corpus = corpus_of(data_of(users, 101), options);
  // Mikolov's form for a share of 1/2 and a threshold of 1/100.
  EXPECT_NEAR(corpus.keep[0], (std::sqrt(50) + 1) / 50, 1e-6);
  EXPECT_EQ(corpus.keep[1], 1);
}

}  // namespace
}  // namespace freshet
