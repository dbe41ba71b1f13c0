// Keys, rate limits and origins: what a configuration may say of who may ask.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "config/loader.hpp"
#include "config/settings.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::temporary_directory;

const std::string key = "a-key-of-the-shop-0123";

class access_settings : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
    return directory_ / name;
  }
  result<loaded_settings> load(const std::string& yaml, environment_variables environment = {}) {
    return load_settings({.environment = std::move(environment), .files = {write("access.yaml", yaml)}});
  }
  std::string refusal(const std::string& yaml) {
    const auto loaded = load(yaml);
    return loaded ? "accepted" : loaded.failure().message;
  }

  temporary_directory directory_;
};

TEST_F(access_settings, takes_keys_as_a_list_with_names) {
  const auto loaded =
      load("security:\n  api_keys:\n    - name: shop\n      sha256: " + to_hex(sha256(key)) +
           "\n      scopes: [read, ingest]\n    - {name: ops, key: another-key-012345, scopes: [admin]}\n");
  ASSERT_TRUE(loaded) << loaded.failure().message;
  const auto& keys = loaded->values.security.api_keys;
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys.at("shop").digest, sha256(key));
  EXPECT_THAT(keys.at("shop").scopes, ElementsAre(access_scope::read, access_scope::ingest));
  EXPECT_EQ(keys.at("ops").digest, sha256("another-key-012345"));
  EXPECT_THAT(keys.at("ops").scopes, ElementsAre(access_scope::admin));
}

TEST_F(access_settings, takes_keys_as_a_map_by_name) {
  const auto loaded = load("security: {api_keys: {shop: {key: " + key + ", scopes: read}}}\n");
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->values.security.api_keys.at("shop").digest, sha256(key));
}

TEST_F(access_settings, reads_a_key_from_a_file_without_its_line_break) {
  const auto file = write("secret", key + "\n").string();
  const auto by_file = load("security: {api_keys: [{name: shop, key_file: " + file + ", scopes: [read]}]}\n");
  ASSERT_TRUE(by_file) << by_file.failure().message;
  EXPECT_EQ(by_file->values.security.api_keys.at("shop").digest, sha256(key));
  const auto by_environment = load("security: {api_keys: [{name: shop, scopes: [read]}]}\n",
                                   {{"FRESHET_SECURITY__API_KEYS__SHOP__KEY_FILE", file}});
  ASSERT_TRUE(by_environment) << by_environment.failure().message;
  EXPECT_EQ(by_environment->values.security.api_keys.at("shop").digest, sha256(key));
}

TEST_F(access_settings, takes_a_whole_key_from_the_environment) {
  const auto loaded = load("", {{"FRESHET_SECURITY__API_KEYS__SHOP__KEY", key},
                                {"FRESHET_SECURITY__API_KEYS__SHOP__SCOPES", "read, ADMIN"}});
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_THAT(loaded->values.security.api_keys.at("shop").scopes, ElementsAre(access_scope::read, access_scope::admin));
}

TEST_F(access_settings, an_empty_list_of_keys_is_none) {
  const auto loaded = load("security: {api_keys: []}\n");
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_TRUE(loaded->values.security.api_keys.empty());
}

TEST_F(access_settings, refuses_keys_that_would_not_protect) {
  const std::string digest = to_hex(sha256(key));
  EXPECT_THAT(refusal("security: {api_keys: [{name: shop, scopes: [read]}]}"), HasSubstr("shop has no key"));
  EXPECT_THAT(refusal("security: {api_keys: [{name: shop, sha256: " + digest + "}]}"), HasSubstr("shop has no scopes"));
  EXPECT_THAT(refusal("security: {api_keys: [{sha256: " + digest + ", scopes: [read]}]}"),
              HasSubstr("a map with a name"));
  EXPECT_THAT(refusal("security: {api_keys: [{name: shop, sha256: " + digest + ", scopes: [write]}]}"),
              HasSubstr("of read, ingest, admin"));
  EXPECT_THAT(refusal("security: {api_keys: [{name: shop, sha256: abc, scopes: [read]}]}"),
              HasSubstr("64 hexadecimal"));
  EXPECT_THAT(refusal("security: {api_keys: [{name: shop, key: short, scopes: [read]}]}"), HasSubstr("16 visible"));
  EXPECT_THAT(refusal("security: {api_keys: [{name: shop, key_file: absent, scopes: [read]}]}"),
              HasSubstr("a file that"));
  EXPECT_THAT(refusal("security: {api_keys: [{name: 'my shop', key: " + key + ", scopes: [read]}]}"),
              HasSubstr("named by letters"));
  EXPECT_THAT(refusal("security: {api_keys: [{name: shop, password: " + key + ", scopes: [read]}]}"),
              HasSubstr("expected sha256"));
}

TEST_F(access_settings, never_repeat_a_key) {
  EXPECT_THAT(refusal("security: {api_keys: {shop: hidden-hidden-hidden}}"), Not(HasSubstr("hidden")));
  EXPECT_THAT(refusal("security: {api_keys: [{name: shop, key: hid den, scopes: [read]}]}"), Not(HasSubstr("hid den")));
  EXPECT_THAT(refusal("security: {api_keys: [{name: shop, key: [hidden], scopes: [read]}]}"), Not(HasSubstr("hidden")));
}

TEST_F(access_settings, take_rate_limits_and_origins) {
  const auto loaded = load(
      "rate_limit: {requests_per_second: 2.5, burst: 10}\n"
      "cors: {allowed_origins: ['https://shop.example', 'http://localhost:3000']}\nserver: {admin_port: 9001}\n");
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->values.rate_limit.requests_per_second, 2.5);
  EXPECT_EQ(loaded->values.rate_limit.burst, 10u);
  EXPECT_EQ(loaded->values.server.admin_port, 9001);
  EXPECT_THAT(loaded->values.cors.allowed_origins, ElementsAre("https://shop.example", "http://localhost:3000"));
}

TEST_F(access_settings, take_each_from_the_environment) {
  const auto loaded = load("", {{"FRESHET_RATE_LIMIT__REQUESTS_PER_SECOND", "7"},
                                {"FRESHET_RATE_LIMIT__BURST", "8"},
                                {"FRESHET_CORS__ALLOWED_ORIGINS", "https://a.example,https://b.example"},
                                {"FRESHET_SERVER__ADMIN_PORT", "9001"},
                                {"FRESHET_SECURITY__ALLOW_ANONYMOUS", "true"}});
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->values.rate_limit.requests_per_second, 7);
  EXPECT_EQ(loaded->values.rate_limit.burst, 8u);
  EXPECT_THAT(loaded->values.cors.allowed_origins, ElementsAre("https://a.example", "https://b.example"));
  EXPECT_EQ(loaded->values.server.admin_port, 9001);
  EXPECT_TRUE(loaded->values.security.allow_anonymous);
}

TEST_F(access_settings, refuse_what_is_no_origin) {
  for (const char* wrong : {"shop.example", "https://shop.example/", "https://", "https://*.example", "null"}) {
    EXPECT_THAT(refusal("cors: {allowed_origins: ['" + std::string(wrong) + "']}"), HasSubstr("a list of origins"))
        << wrong;
  }
  EXPECT_THAT(refusal("cors: {allowed_origins: [{a: 1}]}"), HasSubstr("a map with a name"));
}

TEST_F(access_settings, refuse_one_port_for_two_doors) {
  EXPECT_THAT(refusal("server: {port: 9000, admin_port: 9000}"), HasSubstr("both 9000"));
}

TEST(live_settings, are_those_that_a_hangup_takes_over) {
  for (const char* key_of :
       {"logging.level", "rate_limit.requests_per_second", "rate_limit.burst", "cors.allowed_origins"}) {
    EXPECT_TRUE(find_setting(key_of)->live) << key_of;
  }
}

}  // namespace
}  // namespace freshet
