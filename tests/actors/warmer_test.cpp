#include "actors/warmer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/models/popularity/popularity.hpp"
#include "tests/support/recording_log.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

/// Items "1" and "2" are in the model, "3" is not; "ada" has three events, "bob" two, "cy" one.
struct the_warmer : ::testing::Test {
  the_warmer() {
    store = std::move(event_store::open(directory / "db", {})).value();
    ingest_batch batch;
    const std::pair<const char*, const char*> events[] = {{"ada", "2"}, {"ada", "1"}, {"ada", "3"},
                                                          {"bob", "2"}, {"bob", "3"}, {"cy", "2"}};
    for (const auto& [user, item] : events) {
      batch.events.push_back({event{.user_id = user, .item_id = item, .ts = 1'700'000'000}, std::string(user) + item});
    }
    EXPECT_TRUE(store->apply(batch, true));
    item described{.item_id = "2"};
    described.title = "Two";
    EXPECT_TRUE(store->put_items({&described, 1}));
    EXPECT_TRUE(catalogue.refresh(*store));
  }

  generation_ptr model(std::uint64_t number) {
    auto made = std::make_shared<generation>();
    made->number = number;
    made->model_id = "als_" + std::to_string(number);
    made->served = std::make_shared<popularity_model>(std::vector<float>{3, 2});
    for (const char* id : {"1", "2"}) {
      const auto index = *catalogue.find(id);
      made->row_of_index.resize(std::max<std::size_t>(made->row_of_index.size(), to_integer(index) + 1));
      made->row_of_index[to_integer(index)] = item_row{static_cast<std::uint32_t>(made->index_of_row.size())};
      made->index_of_row.push_back(index);
    }
    return made;
  }
  warmer with(const warmup_options& warmup, const on_update_options& on_update = {}) {
    return warmer({.store = store.get(),
                   .catalogue = &catalogue,
                   .kept = &kept,
                   .users = &users,
                   .state = &state,
                   .journal = &journal,
                   .ready = &ready,
                   .warmup = warmup,
                   .on_update = on_update});
  }
  /// Notes what is asked, in words, and answers.
  warmer::asker answering(unsigned status = 200) {
    return [this, status](const recommend_task_ptr& task) {
      EXPECT_TRUE(task->quiet);
      if (const auto* similar = task->similar()) {
        asked.push_back("similar to " + similar->item_id);
      } else {
        asked.push_back("for " + task->recommend()->user_id);
      }
      task->answer({.status = status, .content_type = {}, .body = {}, .headers = {}});
    };
  }

  testing::temporary_directory directory;
  std::unique_ptr<event_store> store;
  item_catalogue catalogue;
  caches kept{options{}.cache};
  user_query_table users{100};
  warmth state;
  testing::recording_log journal;
  health ready;
  std::vector<std::string> asked;
};

TEST_F(the_warmer, asks_for_the_popular_items_the_active_users_and_somebody_unknown) {
  auto logic = with({.num_popular_items = 5, .num_user_profiles = 2});
  EXPECT_TRUE(logic.use(model(1)));
  const auto outcome = logic.warm_up(false, answering());
  EXPECT_EQ(outcome.refusal, "");
  EXPECT_EQ(outcome.computed.popular_items, 2U) << "the model does not know the third";
  EXPECT_EQ(outcome.computed.popular_items_enriched, 1U) << "of the other nothing is known";
  EXPECT_EQ(outcome.computed.popular_similarities, 2U);
  EXPECT_EQ(outcome.computed.user_profiles, 2U);
  ASSERT_EQ(asked.size(), 5U);
  EXPECT_EQ(asked[0], "for ");
  EXPECT_EQ(asked[1], "similar to 2") << "three events";
  EXPECT_EQ(asked[2], "similar to 1");
  std::sort(asked.begin() + 3, asked.end());
  EXPECT_EQ(asked[3], "for ada");
  EXPECT_EQ(asked[4], "for bob");
  EXPECT_TRUE(state.is_warm(1));
  EXPECT_EQ(state.computed().popular_items, 2U);
  EXPECT_TRUE(journal.said("warmed up for model als_1"));
}

TEST_F(the_warmer, does_it_once_for_a_model_unless_it_is_forced_or_the_caches_were_cleared) {
  auto logic = with({});
  logic.use(model(1));
  EXPECT_FALSE(logic.warm_up(false, answering()).was_warm);
  EXPECT_TRUE(logic.warm_up(false, answering()).was_warm);
  asked.clear();
  EXPECT_FALSE(logic.warm_up(true, answering()).was_warm);
  EXPECT_FALSE(asked.empty());
  state.lost();
  EXPECT_FALSE(logic.warm_up(false, answering()).was_warm);
}

TEST_F(the_warmer, keeps_to_the_numbers_and_switches_of_the_configuration) {
  auto logic = with({.num_popular_items = 1, .num_user_profiles = 0});
  logic.use(model(1));
  logic.warm_up(false, answering());
  EXPECT_EQ(asked, (std::vector<std::string>{"for ", "similar to 2"}));
  asked.clear();
  auto without = with({.num_user_profiles = 1, .precompute_similarities = false});
  without.use(model(2));
  without.warm_up(false, answering());
  EXPECT_EQ(asked, (std::vector<std::string>{"for ", "for ada"}));
}

TEST_F(the_warmer, finds_the_active_users_anew_only_where_there_are_many_more) {
  auto logic = with({.num_popular_items = 0, .num_user_profiles = 1});
  logic.use(model(1));
  const auto active = [&] {
    asked.clear();
    logic.warm_up(true, answering());
    return asked.back();
  };
  const auto touch = [&](const std::string& user, int times) {
    ingest_batch batch;
    for (int i = 0; i < times; ++i) {
      batch.events.push_back(
          {event{.user_id = user, .item_id = "2", .ts = 1'700'000'001 + i}, user + std::to_string(i)});
    }
    ASSERT_TRUE(store->apply(batch, true));
  };
  EXPECT_EQ(active(), "for ada");
  touch("bob", 10);
  EXPECT_EQ(active(), "for ada") << "found lately";
  touch("dan", 1);
  EXPECT_EQ(active(), "for bob") << "one more than three users";
}

TEST_F(the_warmer, stops_when_the_service_does) {
  auto logic = with({});
  logic.use(model(1));
  const auto outcome = logic.warm_up(false, [&](const recommend_task_ptr& task) {
    ready.drain();
    answering()(task);
  });
  EXPECT_EQ(outcome.refusal, "the service is stopping");
  EXPECT_LE(asked.size(), 2U) << "those that were asked already";
  EXPECT_FALSE(state.is_warm(1));
}

TEST_F(the_warmer, begins_by_itself_as_configured) {
  EXPECT_FALSE(with({.enabled = false}).use(model(1)));
  EXPECT_FALSE(with({.warmup_on_startup = false}).use(model(1)));
  auto again = with({.warmup_on_startup = false});
  again.use(model(1));
  EXPECT_TRUE(again.use(model(2))) << "a swap is no start";
  auto once = with({}, {.re_warmup = false});
  EXPECT_TRUE(once.use(model(1)));
  EXPECT_FALSE(once.use(model(2)));
}

TEST_F(the_warmer, a_swap_empties_what_the_configuration_says) {
  const auto fill = [this] {
    kept.item_similarity.insert("a", std::make_shared<const cached_ranking>(), std::chrono::steady_clock::now());
    auto ada = std::make_shared<user_query>();
    ada->user_id = "ada";
    users.publish(ada);
  };
  auto logic = with({});
  fill();
  logic.use(model(1));
  EXPECT_EQ(kept.item_similarity.counters().size, 1U) << "the first model swaps with nothing";
  logic.use(model(2));
  EXPECT_EQ(kept.item_similarity.counters().size, 0U);
  EXPECT_EQ(users.size(), 1U);
  fill();
  auto other = with({}, {.clear_item_similarity_cache = false, .clear_user_profile_cache = true});
  other.use(model(3));
  other.use(model(4));
  EXPECT_EQ(kept.item_similarity.counters().size, 1U);
  EXPECT_EQ(users.size(), 0U);
}

TEST_F(the_warmer, a_model_with_more_items_is_the_same_model) {
  auto logic = with({});
  logic.use(model(1));
  logic.warm_up(false, answering());
  EXPECT_FALSE(logic.use(model(1)));
  EXPECT_TRUE(state.is_warm(1));
  logic.use(model(2));
  EXPECT_FALSE(state.is_warm(1));
  EXPECT_EQ(state.computed().popular_items, 0U);
}

TEST_F(the_warmer, without_a_model_says_so) {
  auto logic = with({});
  EXPECT_NE(logic.warm_up(false, answering()).refusal, "");
  auto untrained = std::make_shared<generation>(*model(1));
  untrained->model_id.clear();
  EXPECT_FALSE(logic.use(untrained));
  EXPECT_NE(logic.warm_up(true, answering()).refusal, "");
}

TEST_F(the_warmer, counts_only_what_was_answered) {
  auto logic = with({});
  logic.use(model(1));
  EXPECT_EQ(logic.warm_up(false, answering(503)).computed.popular_items, 0U);
  EXPECT_EQ(logic.warm_up(true, [](recommend_task_ptr) {}).computed.user_profiles, 0U)
      << "each task dies, which answers";
}

}  // namespace
}  // namespace freshet
