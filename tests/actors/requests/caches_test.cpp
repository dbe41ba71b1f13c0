#include "actors/requests/caches.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

using std::chrono::seconds;

std::shared_ptr<const cached_response> answer(std::string body) {
  return std::make_shared<const cached_response>(cached_response{.body = std::move(body), .fallback_method = {}});
}

TEST(caches, have_the_documented_limits) {
  const caches kept{options{}.cache};
  EXPECT_EQ(kept.response.limits(), (cache_limits{10'000, seconds(300)}));
  EXPECT_EQ(kept.item_similarity.limits(), (cache_limits{5'000, seconds(86'400)}));
  EXPECT_EQ(kept.fallback.limits(), (cache_limits{10'000, seconds(1'800)}));
  EXPECT_TRUE(kept.enabled());
}

TEST(caches, an_answer_that_would_fill_the_memory_is_not_kept) {
  caches kept{options{}.cache};
  kept.keep_response("small", answer(std::string(caches::response_bytes_max, ' ')), {});
  kept.keep_response("large", answer(std::string(caches::response_bytes_max + 1, ' ')), {});
  EXPECT_NE(kept.response.find("small", {}), nullptr);
  EXPECT_EQ(kept.response.find("large", {}), nullptr);
}

TEST(caches, the_configuration_switches_all_of_them_and_sets_their_limits) {
  caches kept{options{}.cache};
  kept.item_similarity.insert("a", std::make_shared<const cached_ranking>(), {});
  cache_options changed;
  changed.enabled = false;
  changed.response = {7, seconds(8)};
  changed.item_similarity.max_size = 0;
  kept.configure(changed);
  EXPECT_FALSE(kept.enabled());
  EXPECT_FALSE(kept.item_similarity.enabled());
  EXPECT_FALSE(kept.fallback.enabled());
  EXPECT_EQ(kept.response.limits(), (cache_limits{7, seconds(8)}));
  EXPECT_EQ(kept.item_similarity.counters().size, 0U);
}

}  // namespace
}  // namespace freshet
