// The description of the service that the service itself gives.
#include <gtest/gtest.h>

#include "tests/conformance/served_shop.hpp"

namespace freshet::testing {
namespace {

TEST(http_documentation, describes_every_endpoint_of_the_specification) {
  const auto answer = shop_of_texts().service().get("/openapi.json");
  ASSERT_EQ(answer.status, 200U);
  EXPECT_TRUE(answer.body.at("openapi").as_string().starts_with("3.1"));
  const auto& paths = answer.body.at("paths").as_object();
  const std::pair<const char*, std::vector<const char*>> documented[] = {
      {"/recommend", {"get", "post"}},
      {"/similar-items", {"get"}},
      {"/health", {"get"}},
      {"/metrics", {"get"}},
      {"/batch_recommend", {"post"}},
      {"/similar_items", {"post"}},
      {"/reload_model", {"post"}},
      {"/model_info", {"get"}},
      {"/v1/events", {"get", "post"}},
      {"/dashboard", {"get"}},
      {"/v1/recommend", {"post"}},
      {"/v1/rank", {"post"}},
      {"/v1/items", {"post"}},
      {"/v1/items/{id}", {"get", "put", "patch", "delete"}},
      {"/v1/items/{id}/similar", {"get"}},
      {"/v1/popular", {"get"}},
      {"/v1/trending", {"get"}},
      {"/v1/users/{id}", {"get"}},
      {"/v1/users/{id}/events", {"get"}},
      {"/v1/users/{id}/export", {"get"}},
      {"/v1/users/{id}/because/{item}", {"get"}},
      {"/v1/models", {"get"}},
      {"/v1/models/{id}/activate", {"post"}},
      {"/v1/models/rollback", {"post"}},
      {"/v1/status", {"get"}}};
  for (const auto& [path, verbs] : documented) {
    const auto* described = paths.if_contains(path);
    ASSERT_NE(described, nullptr) << path;
    for (const auto* verb : verbs) EXPECT_TRUE(described->as_object().contains(verb)) << verb << " " << path;
  }
}

TEST(http_documentation, has_pages_that_need_no_internet) {
  for (const auto* target : {"/docs", "/dashboard"}) {
    const auto page = shop_of_texts().service().get(target);
    ASSERT_EQ(page.status, 200U) << target;
    EXPECT_TRUE(page.raw.content_type.starts_with("text/html")) << page.raw.content_type;
    for (const auto* elsewhere : {"src=\"http", "href=\"http", "@import", "url(http"}) {
      EXPECT_EQ(page.raw.body.find(elsewhere), std::string::npos) << target << ": " << elsewhere;
    }
  }
}

}  // namespace
}  // namespace freshet::testing
