#include "core/ranking/tail_scan.hpp"

#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "tests/support/naive_ranking.hpp"

namespace freshet {
namespace {

matrix<float> random_matrix(std::size_t rows, std::size_t columns, random_source& random) {
  matrix<float> made(rows, columns);
  for (auto& value : made.values()) value = static_cast<float>(random.normal());
  return made;
}

std::vector<scored_row> ranked(const tail_scan& scan, const scan_request& request) {
  scan_scratch scratch;
  std::vector<scored_row> best;
  scan.rank({&request, 1}, {&best, 1}, scratch);
  std::ranges::sort(best, ranks_before);
  return best;
}

TEST(tail_scan, ranks_mapped_rows_as_the_model_ranks_its_own) {
  constexpr std::uint64_t seed = 3;
  SCOPED_TRACE(seed);
  random_source random(seed);
  constexpr std::size_t first = 64;
  for (int round = 0; round < 30; ++round) {
    const std::size_t tail = 1 + random.below(90);
    const auto all = random_matrix(first + tail, 8, random);
    std::vector<float> bias(first + tail);
    for (auto& value : bias) value = static_cast<float>(random.normal());
    mapped_rows rows{.factors = matrix<float>(0, 8), .bias = {bias.begin() + first, bias.end()}};
    for (std::size_t row = first; row < all.rows(); ++row) rows.factors.append({all.row(row).data(), 1, 8});
    const tail_scan scan(item_row{first}, std::move(rows));
    const auto asked_row = random_matrix(1, 8, random);
    const query asked = dense_query{{asked_row.row(0).begin(), asked_row.row(0).end()}};
    std::vector<std::uint64_t> allowed(3);
    for (auto& word : allowed) word = random.below(1ULL << 62) * 4 + random.below(4);
    const std::vector<item_row> excluded{item_row{5}, item_row{first}, item_row{first + 2}};
    const scan_request request{.q = &asked, .k = 1 + random.below(10), .excluded = excluded, .allowed = allowed};
    EXPECT_EQ(ranked(scan, request), testing::naive_rank(dense_scores{all.view(), bias}, scan.rows(), request));
  }
}

TEST(tail_scan, scores_a_row_by_the_weighted_mean_of_its_neighbours) {
  const std::vector<std::uint64_t> offsets{0, 2, 2};
  const std::vector<item_row> columns{item_row{0}, item_row{1}};
  const std::vector<float> values{4, 8};
  const sparse_scores scores{{offsets, columns, values}};
  row_neighbours neighbours;
  neighbours.append(std::vector<weighted<item_row>>{{item_row{0}, .25F}, {item_row{1}, .75F}});
  neighbours.append({});
  const tail_scan scan(item_row{64}, neighbour_rows{scores, neighbours});
  const query asked = sparse_query{{{item_row{0}, 2}}};
  EXPECT_EQ(ranked(scan, {.q = &asked, .k = 2, .excluded = {}, .allowed = {}}),
            (std::vector<scored_row>{{item_row{64}, 2 * (.25F * 4 + .75F * 8)}, {item_row{65}, 0}}));
  const std::vector<item_row> seen{item_row{64}};
  EXPECT_EQ(ranked(scan, {.q = &asked, .k = 1, .excluded = seen, .allowed = {}}),
            (std::vector<scored_row>{{item_row{65}, 0}}));
}

TEST(tail_scan, of_constants_and_of_nothing) {
  const query asked = constant_query{};
  const scan_request request{.q = &asked, .k = 5, .excluded = {}, .allowed = {}};
  EXPECT_EQ(ranked(tail_scan(item_row{128}, constant_rows{{1, 3}}), request),
            (std::vector<scored_row>{{item_row{129}, 3}, {item_row{128}, 1}}));
  EXPECT_TRUE(ranked(tail_scan(item_row{128}, constant_rows{}), request).empty());
}

}  // namespace
}  // namespace freshet
