#include "core/ranking/slice_scan.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <thread>

#include "tests/support/naive_ranking.hpp"
#include "tests/support/random_catalogue.hpp"

namespace freshet {
namespace {

using testing::naive_rank;
using testing::owned_request;
using testing::random_complete_rows;
using testing::random_dense;
using testing::random_request;
using testing::random_sparse;
using testing::scales;

/// Ranks a batch over slices and merges, as the scorers and their recommender do.
std::vector<std::vector<scored_row>> rank_sliced(const item_scores& scores, std::span<const row_range> slices,
                                                 std::span<const scan_request> requests, const kernel_set& kernels) {
  std::vector<std::vector<std::vector<scored_row>>> of_request(requests.size());
  scan_scratch scratch;
  for (const row_range slice : slices) {
    const slice_scan scan(scores, slice, kernels);
    std::vector<std::vector<scored_row>> ranked(requests.size());
    scan.rank(requests, ranked, scratch);
    for (std::size_t i = 0; i < requests.size(); ++i) of_request[i].push_back(std::move(ranked[i]));
  }
  std::vector<std::vector<scored_row>> merged(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) merge_ranked(of_request[i], requests[i].k, merged[i]);
  return merged;
}

/// Slices with cuts anywhere, not only on words.
std::vector<row_range> random_cuts(random_source& random, std::size_t items) {
  std::vector<std::uint32_t> cuts{0, static_cast<std::uint32_t>(items)};
  for (std::size_t cut = random.below(7); cut > 0; --cut) {
    cuts.push_back(static_cast<std::uint32_t>(random.below(items + 1)));
  }
  std::ranges::sort(cuts);
  std::vector<row_range> slices;
  for (std::size_t i = 1; i < cuts.size(); ++i) slices.push_back({item_row{cuts[i - 1]}, item_row{cuts[i]}});
  return slices;
}

void expect_naive_ranking(random_source& random, const item_scores& scores, std::size_t items,
                          const std::function<query()>& next_query) {
  std::vector<owned_request> owned;
  for (std::size_t batch = 1 + random.below(32); batch > 0; --batch) {
    owned.push_back(random_request(random, next_query(), items));
  }
  std::vector<scan_request> requests;
  for (const auto& request : owned) requests.push_back(request.view());
  const row_range everything{item_row{0}, item_row{static_cast<std::uint32_t>(items)}};
  const auto slices = random_cuts(random, items);
  std::vector<std::vector<scored_row>> expected;
  for (const auto& request : requests) expected.push_back(naive_rank(scores, everything, request));
  for (const kernel_set* kernels : available_kernels()) {
    SCOPED_TRACE(std::string(kernels->name));
    EXPECT_EQ(rank_sliced(scores, slices, requests, *kernels), expected);
  }
}

query random_dense_query(random_source& random, std::size_t columns) {
  dense_query q;
  const std::size_t kind = random.below(12);
  for (std::size_t j = 0; j < columns; ++j) q.factors.push_back(static_cast<float>(random.normal()));
  if (kind == 0) std::ranges::fill(q.factors, 0.0F);
  if (kind == 1) std::ranges::for_each(q.factors, [](float& value) { value *= 1e-30F; });
  if (kind == 2) std::ranges::for_each(q.factors, [](float& value) { value *= 1e20F; });
  if (kind == 3)
    std::ranges::for_each(q.factors, [&](float& value) { value *= random.below(8) == 0 ? 100.0F : 0.01F; });
  return q;
}

class slice_scan_seeded : public ::testing::TestWithParam<int> {};

TEST_P(slice_scan_seeded, ranks_dense_catalogues_as_brute_force_does) {
  random_source random(static_cast<std::uint64_t>(GetParam()));
  const std::size_t items = 1 + random.below(1500);
  const std::size_t columns = 1 + random.below(130);
  const auto kind = random.below(2) == 0 ? scales::ordinary : scales::adversarial;
  const auto catalogue = random_dense(random, items, columns, kind, random.below(2) == 0);
  expect_naive_ranking(random, catalogue.scores(), items, [&] { return random_dense_query(random, columns); });
}

sparse_query random_sparse_query(random_source& random, std::size_t items) {
  sparse_query q;
  for (std::uint32_t row = 0; row < items; ++row) {
    if (random.below(10) == 0) q.weights.push_back({item_row{row}, static_cast<float>(random.below(5))});
  }
  return q;
}

TEST_P(slice_scan_seeded, ranks_sparse_catalogues_as_brute_force_does) {
  random_source random(static_cast<std::uint64_t>(GetParam()));
  const std::size_t items = 1 + random.below(200);
  const auto catalogue = random_sparse(random, items);
  expect_naive_ranking(random, catalogue.scores(), items, [&] { return random_sparse_query(random, items); });
}

TEST_P(slice_scan_seeded, ranks_rows_that_hold_every_column_as_brute_force_does) {
  random_source random(static_cast<std::uint64_t>(GetParam()));
  const std::size_t items = 1 + random.below(150);
  const auto catalogue = random_complete_rows(random, items);
  expect_naive_ranking(random, catalogue.scores(), items, [&] { return random_sparse_query(random, items); });
  const query asked = random_sparse_query(random, items);
  for (std::uint32_t row = 0; row < items; ++row) {
    EXPECT_EQ(score_of(catalogue.scores(), asked, item_row{row}), testing::naive_score(catalogue.scores(), asked, row));
  }
}

TEST_P(slice_scan_seeded, ranks_blends_as_brute_force_does_and_scores_single_items_alike) {
  random_source random(static_cast<std::uint64_t>(GetParam()));
  const std::size_t items = 1 + random.below(200);
  const std::size_t columns = 1 + random.below(40);
  const auto dense = random_dense(random, items, columns, scales::ordinary, true);
  const auto sparse = random_sparse(random, items);
  std::vector<float> constant;
  for (std::size_t row = 0; row < items; ++row) constant.push_back(static_cast<float>(random.below(50)));
  const blend_scores scores{.parts = {dense.scores(), sparse.scores(), constant_scores{constant}},
                            .weights = {0.7F, -0.25F, 0.01F}};
  const auto next_query = [&]() -> query {
    return blend_query{
        {random_dense_query(random, columns), random_sparse_query(random, items), query{constant_query{}}}};
  };
  expect_naive_ranking(random, scores, items, next_query);
  const auto asked = next_query();
  for (std::uint32_t row = 0; row < items; ++row) {
    EXPECT_EQ(score_of(scores, asked, item_row{row}), testing::naive_score(scores, asked, row));
  }
}

TEST_P(slice_scan_seeded, ranks_constant_scores_as_brute_force_does) {
  random_source random(static_cast<std::uint64_t>(GetParam()));
  const std::size_t items = 1 + random.below(3000);
  std::vector<float> scores;
  for (std::size_t row = 0; row < items; ++row) scores.push_back(static_cast<float>(random.below(50)));
  scores[random.below(items)] = std::numeric_limits<float>::quiet_NaN();
  expect_naive_ranking(random, constant_scores{scores}, items, [] { return query{}; });
}

INSTANTIATE_TEST_SUITE_P(seed, slice_scan_seeded, ::testing::Range(0, 40));

struct small_catalogue {
  // Scores of query {1, 0}: 3 1 2 1 0.
  matrix<float> factors{5, 2};
  query q = dense_query{{1, 0}};
  row_range everything{item_row{0}, item_row{5}};

  small_catalogue() {
    std::uint32_t row = 0;
    for (const float score : {3.0F, 1.0F, 2.0F, 1.0F, 0.0F}) factors.row(row++)[0] = score;
  }
  std::vector<scored_row> rank(const scan_request& request, row_range slice) const {
    const slice_scan scan(dense_scores{factors.view(), {}}, slice);
    std::vector<scored_row> ranked{{item_row{77}, 77}};
    scan_scratch scratch;
    scan.rank({&request, 1}, {&ranked, 1}, scratch);
    return ranked;
  }
};

TEST(slice_scan, returns_the_best_rows_first_and_equal_scores_by_row) {
  const small_catalogue catalogue;
  const std::vector<scored_row> expected{{item_row{0}, 3}, {item_row{2}, 2}, {item_row{1}, 1}};
  EXPECT_EQ(catalogue.rank({.q = &catalogue.q, .k = 3}, catalogue.everything), expected);
}

TEST(slice_scan, leaves_out_excluded_rows_and_rows_that_are_not_allowed) {
  const small_catalogue catalogue;
  const std::vector<item_row> excluded{item_row{0}};
  const std::vector<std::uint64_t> allowed{0b11011};
  const std::vector<scored_row> expected{{item_row{1}, 1}, {item_row{3}, 1}};
  EXPECT_EQ(catalogue.rank({.q = &catalogue.q, .k = 2, .excluded = excluded, .allowed = allowed}, catalogue.everything),
            expected);
}

TEST(slice_scan, returns_fewer_than_k_when_fewer_are_there) {
  const small_catalogue catalogue;
  EXPECT_EQ(catalogue.rank({.q = &catalogue.q, .k = 100}, catalogue.everything).size(), 5U);
}

TEST(slice_scan, returns_nothing_when_all_rows_are_excluded) {
  const small_catalogue catalogue;
  const std::vector<item_row> excluded{item_row{0}, item_row{1}, item_row{2}, item_row{3}, item_row{4}};
  EXPECT_TRUE(catalogue.rank({.q = &catalogue.q, .k = 3, .excluded = excluded}, catalogue.everything).empty());
}

TEST(slice_scan, of_an_empty_slice_returns_nothing) {
  const small_catalogue catalogue;
  for (const std::uint32_t cut : {0U, 3U, 5U}) {
    EXPECT_TRUE(catalogue.rank({.q = &catalogue.q, .k = 3}, {item_row{cut}, item_row{cut}}).empty()) << "at " << cut;
  }
}

TEST(slice_scan, of_no_queries_does_nothing) {
  const small_catalogue catalogue;
  const slice_scan scan(dense_scores{catalogue.factors.view(), {}}, catalogue.everything);
  scan_scratch scratch;
  scan.rank({}, {}, scratch);
}

TEST(slice_scan, survives_factors_that_are_not_finite) {
  const float infinity = std::numeric_limits<float>::infinity();
  small_catalogue catalogue;
  catalogue.factors.row(3)[1] = infinity;  // 0 x infinity is NaN: last
  catalogue.factors.row(4)[0] = infinity;
  const std::vector<scored_row> expected{
      {item_row{4}, infinity}, {item_row{0}, 3}, {item_row{2}, 2}, {item_row{1}, 1}, {item_row{3}, -infinity}};
  EXPECT_EQ(catalogue.rank({.q = &catalogue.q, .k = 5}, catalogue.everything), expected);
  catalogue.q = dense_query{{std::numeric_limits<float>::quiet_NaN(), infinity}};
  EXPECT_EQ(catalogue.rank({.q = &catalogue.q, .k = 5}, catalogue.everything).size(), 5U);
}

TEST(slice_scan, finds_the_best_row_though_its_codes_rank_it_second) {
  // Elements lie .45 steps off their codes, for the query in row 20 and against it in row 50: the error of the codes is
  // 28.8 steps in each, all that the bound allows. By codes row 50 leads by 56 steps, in truth row 20 by 1.6.
  constexpr std::size_t columns = 65;
  random_source random(7);
  matrix<float> factors(64, columns);
  dense_query q{std::vector<float>(columns)};
  for (const std::size_t row : {20U, 50U}) factors.row(row)[0] = 127;  // makes a step 1
  for (std::size_t j = 1; j < columns; ++j) {
    const float sign = random.below(2) == 0 ? 1.0F : -1.0F;
    const float code = sign * static_cast<float>(random.below(100));
    q.factors[j] = sign;
    factors.row(20)[j] = code + 0.45F * sign;
    factors.row(50)[j] = code - 0.45F * sign + (j <= 56 ? sign : 0);
  }
  const query of_user = q;
  const scan_request request{.q = &of_user, .k = 1};
  for (const kernel_set* kernels : available_kernels()) {
    const slice_scan scan(dense_scores{factors.view(), {}}, {item_row{0}, item_row{64}}, *kernels);
    std::vector<scored_row> ranked;
    scan_scratch scratch;
    scan.rank({&request, 1}, {&ranked, 1}, scratch);
    ASSERT_EQ(ranked.size(), 1U);
    EXPECT_EQ(ranked[0].row, item_row{20}) << kernels->name;
  }
}

TEST(slice_scan, finds_short_rows_that_score_as_much_as_long_ones) {
  // Long rows are read first and short ones may be left unread: not those that tie, for they may stand in front.
  constexpr std::size_t items = 3000;
  for (const bool with_bias : {false, true}) {
    matrix<float> factors(items, 8);
    std::vector<float> bias;
    for (std::size_t row = 0; row < items; ++row) {
      factors.row(row)[0] = 1;
      factors.row(row)[1] = static_cast<float>(row);  // longer than those before, and no better
      if (with_bias) bias.push_back(row % 2 == 0 ? 0.25F : -0.25F);
    }
    const dense_scores scores{factors.view(), bias};
    const row_range everything{item_row{0}, item_row{items}};
    const query q = dense_query{{3, 0, 0, 0, 0, 0, 0, 0}};
    for (const kernel_set* kernels : available_kernels()) {
      const slice_scan scan(scores, everything, *kernels);
      const scan_request request{.q = &q, .k = 5};
      std::vector<scored_row> ranked;
      scan_scratch scratch;
      scan.rank({&request, 1}, {&ranked, 1}, scratch);
      EXPECT_EQ(ranked, naive_rank(scores, everything, request)) << kernels->name;
    }
  }
}

TEST(slice_scan, ranks_rows_of_very_different_lengths_as_brute_force_does) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    const std::size_t items = 2000 + random.below(2000);
    auto catalogue = random_dense(random, items, 48, scales::ordinary, seed % 2 == 0);
    for (std::size_t row = 0; row < items; ++row) {
      const auto length = static_cast<float>(std::exp(1.5 * random.normal()));
      for (float& value : catalogue.factors.row(row)) value *= length;
    }
    expect_naive_ranking(random, catalogue.scores(), items, [&] { return random_dense_query(random, 48); });
  }
}

TEST(slice_scan, reads_rows_that_are_further_apart_than_they_are_long) {
  matrix<float> padded(3, 16);
  for (std::size_t row = 0; row < 3; ++row) {
    padded.row(row)[0] = static_cast<float>(row);
    padded.row(row)[5] = std::numeric_limits<float>::quiet_NaN();  // padding
  }
  const slice_scan scan(dense_scores{matrix_view<const float>(padded.values().data(), 3, 5, 16), {}},
                        {item_row{0}, item_row{3}});
  const query q = dense_query{{1, 1, 1, 1, 1}};
  const scan_request request{.q = &q, .k = 1};
  std::vector<scored_row> ranked;
  scan_scratch scratch;
  scan.rank({&request, 1}, {&ranked, 1}, scratch);
  EXPECT_EQ(ranked, (std::vector<scored_row>{{item_row{2}, 2}}));
}

TEST(slice_scan, of_rows_that_are_all_empty_scores_everything_0) {
  const std::vector<std::uint64_t> offsets(4);
  const slice_scan scan(sparse_scores{{offsets, {}, {}}}, {item_row{0}, item_row{3}});
  const query q = sparse_query{{{item_row{1}, 2}}};
  const scan_request request{.q = &q, .k = 2};
  std::vector<scored_row> ranked;
  scan_scratch scratch;
  scan.rank({&request, 1}, {&ranked, 1}, scratch);
  EXPECT_EQ(ranked, (std::vector<scored_row>{{item_row{0}, 0}, {item_row{1}, 0}}));
  EXPECT_EQ(score_of(sparse_scores{{offsets, {}, {}}}, q, item_row{2}), 0);
}

TEST(slice_scan, serves_several_threads_with_a_scratch_each) {
  random_source random(11);
  const auto catalogue = random_dense(random, 700, 20, scales::ordinary, true);
  const row_range everything{item_row{0}, item_row{700}};
  const slice_scan scan(catalogue.scores(), everything);
  const query q = random_dense_query(random, 20);
  const scan_request request{.q = &q, .k = 10};
  std::vector<std::vector<scored_row>> ranked(4);
  std::vector<std::thread> threads;
  for (auto& list : ranked) {
    threads.emplace_back([&] {
      scan_scratch scratch;
      for (int repeat = 0; repeat < 20; ++repeat) scan.rank({&request, 1}, {&list, 1}, scratch);
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& list : ranked) EXPECT_EQ(list, naive_rank(catalogue.scores(), everything, request));
}

TEST(cut_rows, covers_every_row_once_and_cuts_between_words) {
  for (const std::size_t items : {0U, 1U, 63U, 64U, 65U, 1000U, 4096U}) {
    for (std::size_t count = 1; count <= 7; ++count) {
      const auto slices = cut_rows(items, count);
      ASSERT_EQ(slices.size(), count);
      std::size_t next = 0;
      for (const row_range slice : slices) {
        EXPECT_EQ(slice.begin(), next);
        EXPECT_TRUE(slice.begin() % 64 == 0 || slice.begin() == items);
        EXPECT_LE(slice.size(), items / count + 128);
        next = slice.end();
      }
      EXPECT_EQ(next, items);
    }
  }
}

}  // namespace
}  // namespace freshet
