#include "config/stored_settings.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "config/loader.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using testing::temporary_directory;

void store(const std::filesystem::path& database, const std::map<std::string, std::optional<std::string>>& changes) {
  const auto text = changed_stored_settings(database, changes);
  ASSERT_TRUE(text) << text.failure().message;
  std::ofstream(stored_settings_file(database)) << *text;
}

std::string refusal_of(const std::filesystem::path& database, const std::string& key, const std::string& value) {
  const auto text = changed_stored_settings(database, {{key, value}});
  return text ? "" : text.failure().message;
}

TEST(stored_settings, are_weaker_than_everything_but_the_defaults) {
  const temporary_directory directory;
  settings_sources sources{
      .flags = {{"store.path", directory.path().string()}}, .environment = {}, .dotenv = {}, .files = {}};
  const auto days = [&] {
    const auto loaded = load_settings(sources);
    EXPECT_TRUE(loaded) << loaded.failure().message;
    return loaded ? loaded->values.retention.days : 0;
  };
  EXPECT_EQ(days(), 0U);
  store(directory.path(), {{"retention.days", "180"}, {"events.weights.purchase", "5"}, {"server.host", "a \"b\""}});
  EXPECT_EQ(days(), 180U);
  EXPECT_EQ(load_settings(sources)->values.events.weights.at("purchase"), 5);
  EXPECT_EQ(load_settings(sources)->values.server.host, "a \"b\"");
  EXPECT_EQ(load_settings(sources)->origins.at("retention.days"), (directory / "settings.yaml").string() + ":3");
  std::ofstream(directory / "file.yaml") << "retention: {days: 90}\n";
  sources.files = {directory / "file.yaml"};
  EXPECT_EQ(days(), 90U);
  sources.environment = {{"FRESHET_RETENTION__DAYS", "30"}};
  EXPECT_EQ(days(), 30U);
  sources.environment.clear();
  sources.files.clear();
  store(directory.path(), {{"retention.days", std::nullopt}});
  EXPECT_EQ(days(), 0U);
  EXPECT_EQ(read_stored_settings(directory.path())->size(), 2U);
}

TEST(stored_settings, are_checked_before_they_are_stored) {
  const temporary_directory directory;
  EXPECT_NE(refusal_of(directory.path(), "retention.days", "-1").find("expected a whole number from 0"),
            std::string::npos);
  EXPECT_NE(refusal_of(directory.path(), "retention.dys", "1").find("did you mean retention.days?"), std::string::npos);
  EXPECT_NE(refusal_of(directory.path(), "store.path", "elsewhere").find("cannot be one of them"), std::string::npos);
  EXPECT_NE(refusal_of(directory.path(), "kafka.sasl.password", "x").find("is a secret"), std::string::npos);
  EXPECT_NE(refusal_of(directory.path(), "security.api_keys.me.key", "x").find("is a secret"), std::string::npos);
  EXPECT_NE(refusal_of(directory.path(), "events.weights.view", "many").find("expected a number"), std::string::npos);
  EXPECT_EQ(refusal_of(directory.path(), "kafka.client.id", "shop"), "");
}

}  // namespace
}  // namespace freshet
