#include "config/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::temporary_directory;

class loader : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
    return directory_ / name;
  }
  std::string refusal(const std::string& yaml) {
    const auto loaded = load_settings({.files = {write("refused.yaml", yaml)}});
    return loaded ? "accepted" : loaded.failure().message;
  }

  temporary_directory directory_;
};

TEST_F(loader, gives_the_defaults_without_any_source) {
  const auto loaded = load_settings({});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->values.server.port, 8000);
  EXPECT_THAT(loaded->origins, IsEmpty());
  EXPECT_THAT(loaded->warnings, IsEmpty());
}

TEST_F(loader, prefers_flags_to_environment_to_dotenv_to_files) {
  settings_sources sources{.flags = {{"server.port", "4"}},
                           .environment = {{"FRESHET_SERVER__PORT", "3"}},
                           .dotenv = write(".env", "FRESHET_SERVER__PORT=2\n"),
                           .files = {write("a.yaml", "server: {port: 1}")}};
  const auto port = [&sources] {
    const auto loaded = load_settings(sources);
    EXPECT_TRUE(loaded);
    return loaded->values.server.port;
  };
  EXPECT_EQ(port(), 4);
  sources.flags.clear();
  EXPECT_EQ(port(), 3);
  sources.environment.clear();
  EXPECT_EQ(port(), 2);
  sources.dotenv.clear();
  EXPECT_EQ(port(), 1);
  sources.files.push_back(write("b.yaml", "server: {port: 7}"));
  EXPECT_EQ(port(), 7);
}

TEST_F(loader, prefers_freshet_names_to_recsys_names_to_bare_names) {
  settings_sources sources{.environment = {{"FRESHET_SERVER__PORT", "1"}, {"RECSYS_PORT", "2"}, {"API_PORT", "3"}}};
  EXPECT_EQ(load_settings(sources)->values.server.port, 1);
  sources.environment.erase("FRESHET_SERVER__PORT");
  EXPECT_EQ(load_settings(sources)->values.server.port, 2);
  sources.environment.erase("RECSYS_PORT");
  EXPECT_EQ(load_settings(sources)->values.server.port, 3);
}

TEST_F(loader, a_bare_name_of_the_environment_beats_any_name_of_the_dotenv_file) {
  const settings_sources sources{.environment = {{"API_PORT", "3"}},
                                 .dotenv = write(".env", "FRESHET_SERVER__PORT=2\n")};
  EXPECT_EQ(load_settings(sources)->values.server.port, 3);
}

TEST_F(loader, says_where_each_value_came_from) {
  const auto file = write("a.yaml", "api:\n  max_recommendations: 20\n");
  const auto loaded = load_settings({.environment = {{"DB_PATH", "x.db"}}, .files = {file}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->origins.at("api.max_recommendations"), file.string() + ":2");
  EXPECT_EQ(loaded->origins.at("store.path"), "environment DB_PATH");
  EXPECT_FALSE(loaded->origins.contains("server.port"));
}

TEST_F(loader, takes_every_yaml_file_of_a_directory_in_the_order_of_names) {
  write("10.yaml", "server: {port: 10, host: ten}");
  write("20.yml", "server: {port: 20}");
  write("30.txt", "not: [yaml");
  const auto loaded = load_settings({.files = {directory_.path()}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->values.server.port, 20);
  EXPECT_EQ(loaded->values.server.host, "ten");
}

TEST_F(loader, names_the_file_the_line_and_the_nearest_key_of_an_unknown_one) {
  EXPECT_THAT(refusal("server:\n  prot: 80\n"),
              AllOf(HasSubstr("refused.yaml:2: unknown setting server.prot"), HasSubstr("did you mean server.port?")));
  EXPECT_THAT(refusal("port: 80\n"), HasSubstr("did you mean server.port?"));
  EXPECT_THAT(refusal("reranking: {enable: true}"), HasSubstr("did you mean reranking.enabled?"));
  EXPECT_THAT(refusal("kafka: {topik: t}"), HasSubstr("did you mean kafka.topic?"));
}

TEST_F(loader, names_key_value_bounds_and_place_of_a_bad_value) {
  EXPECT_THAT(refusal("server:\n\n  port: 65536\n"),
              HasSubstr("refused.yaml:3: server.port is \"65536\"; expected a whole number from 0 to 65535"));
  const auto flag = load_settings({.flags = {{"logging.format", "xml"}}});
  ASSERT_FALSE(flag);
  EXPECT_EQ(flag.failure().message, "command line: logging.format is \"xml\"; expected one of text, json");
}

TEST_F(loader, refuses_values_of_the_wrong_type) {
  for (const char* yaml :
       {"server: {port: eighty}", "server: {port: 80.5}", "server: {port: -1}", "server: {port: 80 }x",
        "server: {port: ''}", "server: {port: [80]}", "server: 80", "hot_reload: {enabled: maybe}",
        "events: {half_life_days: .nan}", "events: {half_life_days: inf}", "events: {weights: {view: much}}",
        "events: {weights: [1, 2]}", "- 1\n- 2", "logging: {level: LOUD}", "server: {workers: 99999999999999999999}",
        "supervisor: {backoff_min_ms: 9000}"}) {
    EXPECT_NE(refusal(yaml), "accepted") << yaml;
  }
}

TEST_F(loader, reports_every_problem_at_once) {
  EXPECT_THAT(refusal("server: {port: x}\napi: {max_recommendations: 0}\n"),
              AllOf(HasSubstr("server.port"), HasSubstr("api.max_recommendations")));
}

TEST_F(loader, refuses_a_key_given_twice_and_bad_yaml_with_the_line) {
  EXPECT_THAT(refusal("server:\n  port: 1\n  port: 2\n"), HasSubstr("refused.yaml:3: server.port is given twice"));
  EXPECT_THAT(refusal("server: {port: 1\n\n"), HasSubstr("not valid YAML"));
  EXPECT_THAT(refusal("a: &a {b: *a}\n"), Not("accepted"));
}

TEST_F(loader, a_missing_file_is_an_error_naming_it) {
  const auto loaded = load_settings({.files = {directory_ / "absent.yaml"}});
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.failure().message, HasSubstr("absent.yaml: cannot be read"));
}

TEST_F(loader, sections_without_content_set_nothing) {
  EXPECT_EQ(refusal("server:\n#  port: 1\nkafka:\n"), "accepted");
  EXPECT_EQ(refusal("# nothing but a comment\n"), "accepted");
}

TEST_F(loader, passes_properties_of_librdkafka_through) {
  const auto loaded = load_settings({.environment = {{"FRESHET_KAFKA__SASL__PASSWORD", "letmein"}},
                                     .files = {write("a.yaml",
                                                     "kafka:\n  brokers: b:9092\n  security.protocol: SSL\n"
                                                     "  ssl: {ca.location: /ca.pem}\n  acks: all\n")}});
  ASSERT_TRUE(loaded);
  const std::map<std::string, std::string> expected{
      {"security.protocol", "SSL"}, {"ssl.ca.location", "/ca.pem"}, {"acks", "all"}, {"sasl.password", "letmein"}};
  EXPECT_EQ(loaded->values.kafka.properties, expected);
  EXPECT_EQ(loaded->values.kafka.brokers, "b:9092");
}

TEST_F(loader, adds_event_types_to_the_weights) {
  const auto loaded = load_settings({.environment = {{"FRESHET_EVENTS__WEIGHTS__ADD_TO_CART", "3"}},
                                     .files = {write("a.yaml", "events: {weights: {gift: 2.5, view: 0.1}}")}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->values.events.weights.at("gift"), 2.5);
  EXPECT_EQ(loaded->values.events.weights.at("view"), 0.1);
  EXPECT_EQ(loaded->values.events.weights.at("add_to_cart"), 3);
  EXPECT_EQ(loaded->values.events.weights.at("purchase"), 1);
}

TEST_F(loader, takes_the_guides_serving_config_and_names_what_has_no_effect) {
  const auto file = write("serving_config.yaml",
                          "cache:\n  user_profile:\n    max_size: 25000\n    ttl_seconds: 60\n"
                          "warmup: {enabled: true, num_popular_items: 100}\n"
                          "reranking:\n  enabled: true\n  weights_trainable: {cf: 0.25, content: 0.40}\n"
                          "fallback: {default_strategy: popularity}\n"
                          "hot_reload: {enabled: true, on_update: {re_warmup: false}}\n"
                          "targets: {p50: 40}\nretrain: {schedule: '0 2 * * 0', params: {factors: 64}}\n"
                          "paths: {processed: data}\n");
  const auto loaded =
      load_settings({.environment = {{"FAISS_NLIST", "50"}, {"WORKER_INTERVAL", "7"}}, .files = {file}});
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->values.cache.user_profile.max_size, 25'000u);
  EXPECT_EQ(loaded->values.reranking.weights_trainable.cf, .25F);
  EXPECT_EQ(loaded->values.fallback.default_strategy, fallback_strategy::popularity);
  EXPECT_EQ(loaded->values.faiss.nlist, 50u);
  EXPECT_EQ(loaded->values.cache.user_profile.ttl, seconds(60));
  EXPECT_EQ(loaded->values.warmup.num_popular_items, 100u);
  EXPECT_FALSE(loaded->values.hot_reload.on_update.re_warmup);
  EXPECT_EQ(loaded->values.targets.p50, milliseconds(40));
  EXPECT_EQ(loaded->values.retrain.schedule, "0 2 * * 0");
  EXPECT_EQ(loaded->values.retrain.params.at("factors"), "64");
  EXPECT_EQ(loaded->values.worker.interval, seconds(7));
  EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("paths.processed")));
}

TEST_F(loader, reads_a_schedule_before_anything_starts) {
  const auto refused = [&](const char* yaml) {
    const auto loaded = load_settings({.files = {write("retrain.yaml", yaml)}});
    return loaded ? std::string() : loaded.failure().message;
  };
  EXPECT_THAT(refused("retrain: {schedule: sometimes}"), HasSubstr("expected an interval such as 6h"));
  EXPECT_THAT(refused("retrain: {quality_gate: {metric: accuracy}}"), HasSubstr("such as ndcg@10"));
  EXPECT_EQ(refused("retrain: {schedule: 6h, quality_gate: {metric: recall@20}}"), "");
}

TEST_F(loader, passes_by_the_guides_other_files_with_a_warning) {
  const auto loaded =
      load_settings({.files = {write("als_config.yaml", "factors: 64"), write("alerts_config.yaml", "x: 1")}});
  ASSERT_TRUE(loaded);
  EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("als_config.yaml"), HasSubstr("alerts_config.yaml")));
}

TEST_F(loader, never_repeats_a_secret) {
  const auto loaded = load_settings({.files = {write("a.yaml", "kafka: {sasl.password: [letmein]}")}});
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.failure().message, Not(HasSubstr("letmein")));
}

}  // namespace
}  // namespace freshet
