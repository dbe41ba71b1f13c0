#include "config/live_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(live_settings, take_over_what_may_change_and_name_what_waits) {
  options running;
  options changed;
  changed.logging.level = "DEBUG";
  changed.cache.response.ttl = seconds(7);
  changed.reranking.weights_trainable.cf = .5F;
  changed.server.port = 1;
  changed.kafka.properties["acks"] = "all";
  running.retrain.params = {{"factors", "8"}, {"alpha", "2"}};
  changed.retrain.params = {{"factors", "16"}};
  const auto reread = take_live_settings(running, changed);
  EXPECT_THAT(reread.taken, ElementsAre("reranking.weights_trainable.cf", "cache.response.ttl_seconds", "logging.level",
                                        "retrain.params.*"));
  EXPECT_THAT(reread.waiting, ElementsAre("server.port", "kafka.*"));
  EXPECT_EQ(running.logging.level, "DEBUG");
  EXPECT_EQ(running.cache.response.ttl, seconds(7));
  EXPECT_EQ(running.reranking.weights_trainable.cf, .5F);
  EXPECT_EQ(running.retrain.params, changed.retrain.params) << "what is no longer given is gone";
  EXPECT_EQ(running.server.port, 8000);
}

TEST(live_settings, that_did_not_change_are_not_named) {
  options running;
  const auto reread = take_live_settings(running, options{});
  EXPECT_THAT(reread.taken, IsEmpty());
  EXPECT_THAT(reread.waiting, IsEmpty());
}

}  // namespace
}  // namespace freshet
