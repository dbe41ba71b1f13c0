#include "config/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "config/later_settings.hpp"
#include "config/loader.hpp"
#include "config/profile.hpp"
#include "config/render.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path shipped_file = std::filesystem::path(FRESHET_SOURCE_DIR) / "config" / "freshet.yaml";

std::string shipped() {
  std::ostringstream text;
  text << std::ifstream(shipped_file).rdbuf();
  return text.str();
}

TEST(settings, the_shipped_file_names_and_documents_every_setting) {
  // Made by `freshet check-config --defaults`.
  EXPECT_EQ(shipped(), render_yaml(options{}));
  for (const auto& declared : all_settings()) EXPECT_THAT(shipped(), HasSubstr("# " + declared.documentation));
  for (const auto& family : setting_families()) EXPECT_THAT(shipped(), HasSubstr("# " + family.documentation));
}

TEST(settings, the_shipped_file_gives_every_setting_its_default) {
  const auto loaded = load_settings({.files = {shipped_file}});
  ASSERT_TRUE(loaded) << loaded.failure().message;
  const options defaults;
  for (const auto& declared : all_settings()) {
    EXPECT_EQ(declared.get(loaded->values), declared.get(defaults)) << declared.key;
    EXPECT_TRUE(loaded->origins.contains(declared.key)) << declared.key;
  }
  for (const auto& family : setting_families()) EXPECT_EQ(family.get(loaded->values), family.get(defaults));
}

constexpr const char* samples[] = {"7",          "0.5", "1500", "true",   "false", "latest", "json",   "ERROR", "lite",
                                   "popularity", "ivf", "*",    "hashed", "6h",    "mrr@20", "shadow", "other"};

TEST(settings, every_field_reads_back_what_was_set) {
  const options defaults;
  for (const auto& declared : all_settings()) {
    bool changed = false;
    for (const char* text : samples) {
      options values;
      if (!declared.set(values, text)) continue;
      EXPECT_EQ(declared.get(values), text) << declared.key;
      changed = changed || declared.get(values) != declared.get(defaults);
    }
    EXPECT_TRUE(changed) << declared.key << " cannot be changed";
  }
}

// Two rows of the table that point at one field would shadow each other.
TEST(settings, each_setting_changes_itself_alone) {
  const options defaults;
  for (const auto& declared : all_settings()) {
    for (const char* text : samples) {
      options values;
      if (!declared.set(values, text)) continue;
      for (const auto& other : all_settings()) {
        const bool same = other.get(values) == other.get(defaults);
        EXPECT_TRUE(same || other.key == declared.key) << declared.key << " changes " << other.key;
      }
    }
  }
}

TEST(settings, a_refused_value_changes_nothing) {
  options values;
  EXPECT_FALSE(find_setting("server.port")->set(values, "70000"));
  EXPECT_EQ(values.server.port, 8000);
}

TEST(settings, names_are_used_once) {
  std::set<std::string> seen;
  for (const auto& declared : all_settings()) {
    EXPECT_TRUE(seen.insert(declared.key).second) << declared.key;
    for (const auto& name : declared.environment) EXPECT_TRUE(seen.insert(name).second) << name;
    EXPECT_FALSE(is_later_setting(declared.key)) << declared.key;
    EXPECT_EQ(declared.documentation.back(), '.') << declared.key;
    EXPECT_EQ(key_of_environment_name(environment_name(declared.key)), declared.key);
  }
}

TEST(settings, words_are_accepted_in_any_case_and_kept_in_one) {
  options values;
  ASSERT_TRUE(find_setting("logging.level")->set(values, "warning"));
  EXPECT_EQ(values.logging.level, "WARNING");
  ASSERT_TRUE(find_setting("hot_reload.enabled")->set(values, "Off"));
  EXPECT_FALSE(values.hot_reload.enabled);
}

TEST(settings, the_profile_gives_what_is_not_set) {
  options values;
  EXPECT_EQ(health_status_word(values), "healthy");
  values.profile = profile::lite;
  EXPECT_EQ(health_status_word(values), "ok");
  values.api.health_status_word = "fine";
  EXPECT_EQ(health_status_word(values), "fine");
  EXPECT_EQ(als_alpha_default(profile::lite), 1);
  EXPECT_EQ(als_alpha_default(profile::guide), 10);
  EXPECT_EQ(bpr_factors_default(profile::lite), 100u);
  EXPECT_EQ(bpr_factors_default(profile::guide), 64u);
}

TEST(settings, the_nearest_key_is_the_one_with_the_fewest_edits) {
  const std::vector<std::string> known{"server.port", "server.host", "store.path"};
  EXPECT_EQ(nearest_key("server.prt", known), "server.port");
  EXPECT_EQ(nearest_key("http.port", known), "server.port");
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
}

TEST(settings, secrets_are_recognised_by_name) {
  for (const char* key : {"kafka.sasl.password", "kafka.ssl.key.password", "kafka.ssl.key.pem",
                          "kafka.sasl.oauthbearer.client.secret", "security.api_keys.shop"}) {
    EXPECT_TRUE(is_secret(key)) << key;
  }
  EXPECT_FALSE(is_secret("kafka.ssl.ca.location"));
}

}  // namespace
}  // namespace freshet
