#include "io/http/document.hpp"

#include <gtest/gtest.h>

#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

std::string field(const response& out, std::string_view name) {
  for (const auto& [key, value] : out.headers) {
    if (key == name) return value;
  }
  return "";
}

request ask(const std::string& if_none_match = "") {
  auto in = freshet::testing::make_request(method::get, "/docs");
  if (!if_none_match.empty()) in.headers = {{"if-none-match", if_none_match}};
  return in;
}

TEST(document, is_sent_with_a_tag_of_its_content) {
  const auto one = make_document("text/plain", "one"), other = make_document("text/plain", "other");
  const auto out = render_document(one, ask());
  EXPECT_EQ(out.status, 200u);
  EXPECT_EQ(out.body, "one");
  EXPECT_EQ(out.content_type, "text/plain");
  EXPECT_EQ(field(out, "ETag"), one.etag);
  EXPECT_NE(one.etag, other.etag);
  EXPECT_EQ(field(out, "Cache-Control"), "no-cache");
}

TEST(document, is_not_sent_again_to_who_has_it) {
  const auto shown = make_document("text/plain", "text");
  const std::string strong = shown.etag.substr(2);
  for (const std::string& known :
       {shown.etag, strong, "\"x\", " + shown.etag, shown.etag + ",\"x\"", std::string("*")}) {
    const auto out = render_document(shown, ask(known));
    EXPECT_EQ(out.status, 304u) << known;
    EXPECT_EQ(out.body, "");
    EXPECT_EQ(field(out, "ETag"), shown.etag);
  }
}

TEST(document, is_sent_to_who_has_another) {
  const auto shown = make_document("text/plain", "text");
  const std::string inside = shown.etag.substr(0, shown.etag.size() - 1);
  for (const std::string& known : {std::string("\"x\""), std::string("W/\"\""), inside, shown.etag + "x"}) {
    EXPECT_EQ(render_document(shown, ask(known)).status, 200u) << known;
  }
}

TEST(document, the_pages_need_nothing_from_elsewhere) {
  for (const auto* page : {&docs_page(), &dashboard_page()}) {
    EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
    EXPECT_EQ(page->body.find("http://"), std::string_view::npos);
    EXPECT_EQ(page->body.find("https://"), std::string_view::npos);
    const auto policy = field(render_document(*page, ask()), "Content-Security-Policy");
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos) << policy;
    EXPECT_NE(policy.find("connect-src 'self'"), std::string::npos) << policy;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
  }
}

TEST(document, a_page_runs_the_scripts_that_stand_in_it_and_no_others) {
  // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
  const auto page = make_page("<p>script</p><script>alert(1)</script><style></style>");
  EXPECT_NE(page.content_security_policy.find("script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';"),
            std::string::npos)
      << page.content_security_policy;
  EXPECT_NE(make_page("<p>text</p>").content_security_policy.find("script-src 'none'; style-src 'none';"),
            std::string::npos);
}

}  // namespace
}  // namespace freshet::http
