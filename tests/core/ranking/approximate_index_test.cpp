#include "core/ranking/approximate/approximate_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "tests/support/naive_ranking.hpp"
#include "tests/support/random_catalogue.hpp"

namespace freshet {
namespace {

using testing::dense_catalogue;
using ::testing::HasSubstr;
using testing::naive_rank;
using testing::owned_request;
using testing::random_dense;
using testing::random_request;
using testing::scales;

/// Rows around a few tastes, some much longer than others, as a trained model's are.
dense_catalogue taste_catalogue(random_source& random, std::size_t items, std::size_t columns, bool with_bias) {
  constexpr std::size_t tastes = 12;
  const auto centers = random_dense(random, tastes, columns, scales::ordinary, false);
  auto made = random_dense(random, items, columns, scales::ordinary, with_bias);
  for (std::size_t row = 0; row < items; ++row) {
    const auto center = centers.factors.row(random.below(tastes));
    const auto length = static_cast<float>(std::exp(0.7 * random.normal()));
    for (std::size_t j = 0; j < columns; ++j) {
      made.factors.row(row)[j] = length * (center[j] + 0.4F * made.factors.row(row)[j]);
    }
  }
  return made;
}

query taste_query(random_source& random, const dense_catalogue& catalogue) {
  dense_query q;
  const auto row = catalogue.factors.row(random.below(catalogue.factors.rows()));
  for (const float value : row) q.factors.push_back(value + 0.3F * static_cast<float>(random.normal()));
  return q;
}

/// A catalogue, its exact scan in two slices, and an index over it.
struct indexed_catalogue {
  dense_catalogue catalogue;
  std::vector<slice_scan> exact;
  std::optional<approximate_index> index;

  indexed_catalogue(dense_catalogue rows, const approximate_options& options,
                    const kernel_set& kernels = best_kernels())
      : catalogue(std::move(rows)) {
    for (const row_range slice : cut_rows(catalogue.factors.rows(), 2)) exact.emplace_back(catalogue.scores(), slice);
    auto built = approximate_index::build(scores(), exact, options, kernels);
    EXPECT_TRUE(built) << built.failure().message;
    if (built) index.emplace(std::move(*built));
  }
  indexed_catalogue(const indexed_catalogue&) = delete;

  dense_scores scores() const { return {catalogue.factors.view(), catalogue.bias}; }
  std::size_t items() const { return catalogue.factors.rows(); }
  row_range everything() const { return {item_row{0}, item_row{static_cast<std::uint32_t>(items())}}; }
  std::vector<scored_row> rank(const scan_request& request) const {
    std::vector<scored_row> ranked{{item_row{77}, 77}};
    approximate_scratch scratch;
    index->rank(request, ranked, scratch);
    return ranked;
  }
};

constexpr approximate_options small_lists{.kind = index_kind::ivf, .lists = 20, .probes = 5};
constexpr approximate_options small_graph{.kind = index_kind::hnsw, .links = 8, .width = 32};

class approximate_index_seeded : public ::testing::TestWithParam<int> {};

TEST_P(approximate_index_seeded, finds_most_of_the_best_rows) {
  random_source random(static_cast<std::uint64_t>(GetParam()));
  const bool with_bias = GetParam() % 2 == 0;
  for (const auto& options : {small_lists, small_graph}) {
    const indexed_catalogue of(taste_catalogue(random, 2000, 24, with_bias), options);
    std::vector<query> queries;
    for (int i = 0; i < 100; ++i) queries.push_back(taste_query(random, of.catalogue));
    EXPECT_GT(of.index->recall(queries, 10), options.kind == index_kind::ivf ? 0.9 : 0.8);
  }
}

// Rows may be missing; everything else of an answer is checked against the definition.
TEST_P(approximate_index_seeded, answers_eligible_rows_with_their_scores_in_order_and_as_many_as_there_are) {
  random_source random(static_cast<std::uint64_t>(GetParam()));
  const std::size_t items = 1 + random.below(1500);
  const std::size_t columns = 1 + random.below(70);
  const approximate_options options{.kind = random.below(2) == 0 ? index_kind::ivf : index_kind::hnsw,
                                    .lists = static_cast<std::uint32_t>(1 + random.below(40)),
                                    .probes = static_cast<std::uint32_t>(1 + random.below(50)),
                                    .links = static_cast<std::uint32_t>(2 + random.below(20)),
                                    .width = static_cast<std::uint32_t>(1 + random.below(80)),
                                    .use_threads = false};
  const indexed_catalogue of(random_dense(random, items, columns, scales::ordinary, random.below(2) == 0), options);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const owned_request owned = random_request(random, taste_query(random, of.catalogue), items);
    const auto ranked = of.rank(owned.view());
    auto whole = owned.view();
    whole.k = items;
    const auto eligible = naive_rank(of.scores(), of.everything(), whole);
    EXPECT_EQ(ranked.size(), std::min(owned.k, eligible.size()));
    EXPECT_TRUE(std::ranges::is_sorted(ranked, ranks_before));
    for (const auto& each : ranked) EXPECT_NE(std::ranges::find(eligible, each), eligible.end());
    for (std::size_t i = 1; i < ranked.size(); ++i) EXPECT_NE(ranked[i - 1].row, ranked[i].row);
  }
}

TEST_P(approximate_index_seeded, of_all_lists_is_the_exact_ranking) {
  random_source random(static_cast<std::uint64_t>(GetParam()));
  const std::size_t items = 1 + random.below(800);
  const std::size_t columns = 1 + random.below(40);
  const indexed_catalogue of(random_dense(random, items, columns, scales::ordinary, random.below(2) == 0),
                             {.kind = index_kind::ivf, .lists = 17, .probes = 17});
  for (int repeat = 0; repeat < 10; ++repeat) {
    const owned_request owned = random_request(random, taste_query(random, of.catalogue), items);
    EXPECT_EQ(of.rank(owned.view()), naive_rank(of.scores(), of.everything(), owned.view()));
  }
}

TEST_P(approximate_index_seeded, is_the_same_for_any_number_of_threads_and_any_processor) {
  const auto seed = static_cast<std::uint64_t>(GetParam());
  for (const auto kind : {index_kind::ivf, index_kind::hnsw}) {
    std::optional<std::vector<std::vector<scored_row>>> expected;
    for (const kernel_set* kernels : available_kernels()) {
      for (const bool use_threads : {true, false}) {
        random_source random(seed);
        const indexed_catalogue of(taste_catalogue(random, 500, 20, true),
                                   {.kind = kind, .lists = 30, .probes = 2, .width = 12, .use_threads = use_threads},
                                   *kernels);
        std::vector<std::vector<scored_row>> ranked;
        for (int i = 0; i < 30; ++i) {
          const query asked = taste_query(random, of.catalogue);
          ranked.push_back(of.rank({.q = &asked, .k = 10, .excluded = {}, .allowed = {}}));
        }
        if (!expected) expected = ranked;
        EXPECT_EQ(ranked, *expected) << kernels->name << (use_threads ? ", threads" : ", one thread");
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(seed, approximate_index_seeded, ::testing::Range(0, 4));

TEST(approximate_index, completes_by_the_exact_scan_what_its_lists_do_not_hold) {
  random_source random(5);
  // The rows that are left lie in the lists farthest from the query.
  const indexed_catalogue of(taste_catalogue(random, 2000, 16, false), {.kind = index_kind::ivf, .probes = 1});
  const query asked = taste_query(random, of.catalogue);
  auto last = naive_rank(of.scores(), of.everything(), {.q = &asked, .k = 2000, .excluded = {}, .allowed = {}});
  last.erase(last.begin(), last.end() - 7);
  std::vector<std::uint64_t> allowed(32);
  for (const auto& [row, score] : last) allowed[to_integer(row) / 64] |= std::uint64_t{1} << to_integer(row) % 64;
  EXPECT_EQ(of.rank({.q = &asked, .k = 5, .excluded = {}, .allowed = allowed}),
            std::vector<scored_row>(last.begin(), last.begin() + 5));
  EXPECT_EQ(of.rank({.q = &asked, .k = 50, .excluded = {}, .allowed = allowed}), last);
}

TEST(approximate_index, of_no_rows_finds_nothing_and_misses_nothing) {
  const indexed_catalogue of({.factors = matrix<float>(0, 8), .bias = {}}, small_lists);
  const query asked = dense_query{std::vector<float>(8, 1.0F)};
  EXPECT_TRUE(of.rank({.q = &asked, .k = 5, .excluded = {}, .allowed = {}}).empty());
  EXPECT_EQ(of.index->recall({&asked, 1}, 5), 1);
}

TEST(approximate_index, of_equal_rows_answers_by_row_what_it_finds) {
  for (const auto& options : {small_lists, small_graph}) {
    dense_catalogue same{.factors = matrix<float>(400, 3), .bias = {}};
    for (float& value : same.factors.values()) value = 1;
    const indexed_catalogue of(std::move(same), options);
    const query asked = dense_query{{1, 2, 3}};
    const auto ranked = of.rank({.q = &asked, .k = 4, .excluded = {}, .allowed = {}});
    ASSERT_EQ(ranked.size(), 4U);
    for (const auto& each : ranked) EXPECT_EQ(each.score, 6);
  }
}

TEST(approximate_index, survives_rows_of_zeros_and_queries_that_are_not_finite) {
  for (const auto& options : {small_lists, small_graph}) {
    const indexed_catalogue of({.factors = matrix<float>(300, 2), .bias = {}}, options);
    for (const float value : {0.0F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
      const query asked = dense_query{{value, 1}};
      EXPECT_EQ(of.rank({.q = &asked, .k = 3, .excluded = {}, .allowed = {}}).size(), 3U);
    }
  }
}

TEST(approximate_index, is_refused_for_rows_without_a_length) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30F}) {
    matrix<float> factors(10, 2);
    factors.row(7)[1] = bad;
    const dense_scores scores{factors.view(), {}};
    const auto built = approximate_index::build(scores, {}, small_lists);
    ASSERT_FALSE(built);
    EXPECT_THAT(built.failure().message, HasSubstr("row 7 of the item factors is not finite"));
  }
}

}  // namespace
}  // namespace freshet
