#include "io/http/document.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"

// Made by freshet_embed (cmake/embed.cmake) from the files in io/http/documents.
namespace freshet::embedded {
extern const std::string_view openapi_json;
extern const std::string_view docs_html;
}  // namespace freshet::embedded

namespace freshet::http {
namespace {

std::string etag_of(std::string_view body) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hash64(body), 16).ptr;
  // Weak: the answer may be compressed on its way.
  return "W/\"" + std::string(digits.data(), end) + '"';
}

/// Whether a list of entity tags ("*", `"a", W/"b"`) names this one, weak or not (RFC 9110, 13.1.2).
bool names(std::string_view list, std::string_view etag) {
  if (list == "*") return true;
  etag.remove_prefix(2);  // W/
  for (auto at = list.find(etag); at != std::string_view::npos; at = list.find(etag, at + 1)) {
    const auto behind = at + etag.size();
    if (behind == list.size() || list[behind] == ',' || list[behind] == ' ' || list[behind] == '\t') return true;
  }
  return false;
}

std::string with_version(std::string_view openapi) {
  constexpr std::string_view place = "@FRESHET_VERSION@";
  std::string text(openapi);
  const auto at = text.find(place);
  FRESHET_CHECK(at != std::string::npos, "openapi.json has a place for the version");
  return text.replace(at, place.size(), FRESHET_VERSION);
}

}  // namespace

document make_document(std::string content_type, std::string_view body) {
  return {.content_type = std::move(content_type), .body = body, .etag = etag_of(body), .content_security_policy = ""};
}

document make_page(std::string_view html) {
  auto page = make_document("text/html; charset=utf-8", html);
  page.content_security_policy =
      "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'unsafe-inline'; style-src "
      "'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return page;
}

const document& openapi_document() {
  static const std::string text = with_version(embedded::openapi_json);
  static const document made = make_document("application/json", text);
  return made;
}

const document& docs_page() {
  static const document made = make_page(embedded::docs_html);
  return made;
}

response render_document(const document& shown, const request& in) {
  response out{.status = 200,
               .content_type = shown.content_type,
               .body = "",
               .headers = {{"ETag", shown.etag}, {"Cache-Control", "no-cache"}}};
  if (const auto known = in.header("if-none-match"); known && names(*known, shown.etag)) {
    out.status = 304;
    out.content_type.clear();
    return out;
  }
  if (!shown.content_security_policy.empty()) {
    out.headers.emplace_back("Content-Security-Policy", shown.content_security_policy);
    out.headers.emplace_back("X-Content-Type-Options", "nosniff");
  }
  out.body = shown.body;
  return out;
}

}  // namespace freshet::http
