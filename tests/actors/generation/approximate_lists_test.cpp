#include "actors/generation/approximate_lists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/scorer.hpp"
#include "tests/support/random_models.hpp"
#include "tests/support/recording_exchange.hpp"
#include "tests/support/recording_log.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t items = 2000;
constexpr std::size_t scorers = 2;

catalogue_list sliced(const item_scores& scores) {
  std::vector<slice_scan> slices;
  for (const auto& rows : cut_rows(items, scorers)) slices.emplace_back(scores, rows);
  return {.slices = std::make_shared<const std::vector<slice_scan>>(std::move(slices)), .tail = {}, .index = {}};
}

std::shared_ptr<generation> serving(std::shared_ptr<const model> served, std::size_t users) {
  random_source random(4);
  auto made = std::make_shared<generation>();
  made->served = std::move(served);
  made->user_factors =
      std::make_shared<const matrix<float>>(testing::random_matrix(users, made->served->factors(), random));
  made->ranking = sliced(made->served->scores());
  made->similarity = sliced(made->served->similarity_scores());
  return made;
}

TEST(approximate_lists, have_an_index_and_its_recall_where_the_settings_ask_for_one) {
  for (const auto kind : {faiss_kind::ivf, faiss_kind::hnsw}) {
    const auto made = serving(testing::random_als(items, 16, 1), 300);
    index_lists(*made, {.index = kind, .nlist = 40, .nprobe = 8, .hnsw_ef = 16});
    EXPECT_NE(made->ranking.index, nullptr);
    EXPECT_NE(made->similarity.index, nullptr);
    for (const double recall : {made->indexed.ranking_recall, made->indexed.similarity_recall}) {
      EXPECT_GT(recall, 0.3);
      EXPECT_LT(recall, 1);
    }
    EXPECT_THAT(made->indexed.described, HasSubstr(kind == faiss_kind::ivf ? "ivf built in" : "hnsw built in"));
    EXPECT_THAT(made->indexed.described, HasSubstr("recommendations recall@10 0."));
  }
}

TEST(approximate_lists, reach_more_with_more_probes_and_all_with_every_list) {
  double before = 0;
  for (const std::uint32_t probes : {1U, 10U, 40U}) {
    const auto made = serving(testing::random_als(items, 16, 1), 300);
    index_lists(*made, {.index = faiss_kind::ivf, .nlist = 40, .nprobe = probes});
    EXPECT_GT(made->indexed.ranking_recall, before) << probes;
    before = made->indexed.ranking_recall;
  }
  EXPECT_EQ(before, 1);
}

TEST(approximate_lists, are_measured_with_items_where_the_model_has_no_users) {
  const auto made = serving(testing::random_als(items, 16, 1), 0);
  index_lists(*made, {.index = faiss_kind::ivf, .nlist = 40, .nprobe = 8});
  EXPECT_LT(made->indexed.ranking_recall, 1);
}

TEST(approximate_lists, stay_exact_without_the_setting_and_say_why_where_there_can_be_none) {
  auto made = serving(testing::random_als(items, 16, 1), 10);
  index_lists(*made, {.index = faiss_kind::none});
  EXPECT_EQ(made->ranking.index, nullptr);
  EXPECT_EQ(made->indexed.described, "");
  made = serving(testing::random_popularity(items, 1), 0);
  index_lists(*made, {.index = faiss_kind::ivf});
  EXPECT_EQ(made->ranking.index, nullptr);
  EXPECT_EQ(made->indexed.ranking_recall, 1);
  EXPECT_THAT(made->indexed.described, HasSubstr("recommendations exact: the model does not score by factors"));
}

TEST(scorer, asks_the_index_for_some_requests_and_scans_its_slice_for_others_of_one_batch) {
  const auto made = serving(testing::random_als(items, 16, 1), 10);
  index_lists(*made, {.index = faiss_kind::ivf, .nlist = 40, .nprobe = 2});
  item_catalogue catalogue;
  caches kept{cache_options{}};
  metrics measured;
  testing::recording_log journal;
  scorer logic(1, finisher(catalogue, kept, measured, journal, logging_options{}));
  const auto call = std::make_shared<testing::recording_exchange>(testing::make_request(http::method::get, "/"));
  std::vector<recommend_task_ptr> tasks;
  for (const bool by_index : {false, true, true, false}) {
    const auto& task =
        tasks.emplace_back(std::make_shared<recommend_task>(call, http::recommend_query{.user_id = "ada"}));
    task->list = &made->ranking;
    const auto user = made->user_factors->row(tasks.size());
    task->ranked_by = dense_query{{user.begin(), user.end()}};
    task->excluded = {item_row{3}, item_row{1500}};
    task->lanes.push_back({.rows = {.bits = nullptr, .count = items}, .factor = 1});
    task->candidates = 10;
    task->by_index = by_index;
    task->parts.resize(by_index ? 1 : scorers);
    task->scorers_left = 2;  // another one finishes it
    logic.add(task);
  }
  for (int batch = 0; logic.flush(); ++batch) ASSERT_LT(batch, 4);
  for (const auto& task : tasks) {
    const scan_request request{.q = &task->ranked_by, .k = task->candidates, .excluded = task->excluded, .allowed = {}};
    std::vector<scored_row> expected;
    if (task->by_index) {
      approximate_scratch scratch;
      made->ranking.index->rank(request, expected, scratch);
    } else {
      scan_scratch scratch;
      (*made->ranking.slices)[1].rank({&request, 1}, {&expected, 1}, scratch);
    }
    EXPECT_EQ(task->parts.back(), expected);
    EXPECT_EQ(task->scorers_left, 1U);
  }
}

}  // namespace
}  // namespace freshet
