#include "io/http/document.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "core/base/base64.hpp"
#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/base/sha256.hpp"

// Made by freshet_embed (cmake/embed.cmake) from the files in io/http/documents.
namespace freshet::embedded {
extern const std::string_view openapi_json;
extern const std::string_view docs_html;
extern const std::string_view dashboard_html;
extern const std::string_view dashboard_css;
extern const std::string_view dashboard_figures_js;
extern const std::string_view dashboard_panels_js;
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

/// 'sha256-...' of everything between <name> and </name> (Content Security Policy 3, section 2.3.1).
std::string hashes_of(std::string_view html, const std::string& name) {
  const std::string opening = '<' + name + '>', closing = "</" + name + '>';
  std::string list;
  for (auto at = html.find(opening); at != std::string_view::npos; at = html.find(opening, at)) {
    at += opening.size();
    const auto end = html.find(closing, at);
    FRESHET_CHECK(end != std::string_view::npos, "a page closes what it opens");
    list += " 'sha256-" + to_base64(sha256(html.substr(at, end - at))) + '\'';
  }
  return list.empty() ? " 'none'" : list;
}

/// The text with the one place in it that is called so filled in.
std::string filled(std::string text, std::string_view place, std::string_view with) {
  const auto at = text.find(place);
  FRESHET_CHECK(at != std::string::npos, "a document has the place that is filled in");
  return text.replace(at, place.size(), with);
}

}  // namespace

document make_document(std::string content_type, std::string_view body) {
  return {.content_type = std::move(content_type), .body = body, .etag = etag_of(body), .content_security_policy = ""};
}

document make_page(std::string_view html) {
  auto page = make_document("text/html; charset=utf-8", html);
  page.content_security_policy =
      "default-src 'none'; connect-src 'self'; img-src data:; script-src" + hashes_of(html, "script") + "; style-src" +
      hashes_of(html, "style") +
      "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
  return page;
}

const document& openapi_document() {
  static const std::string text = filled(std::string(embedded::openapi_json), "@FRESHET_VERSION@", FRESHET_VERSION);
  static const document made = make_document("application/json", text);
  return made;
}

const document& docs_page() {
  static const document made = make_page(embedded::docs_html);
  return made;
}

const document& dashboard_page() {
  static const std::string script = std::string(embedded::dashboard_figures_js).append(embedded::dashboard_panels_js);
  static const std::string html =
      filled(filled(std::string(embedded::dashboard_html), "@STYLE@", embedded::dashboard_css), "@SCRIPT@", script);
  static const document made = make_page(html);
  return made;
}

response render_document(const document& shown) {
  response out{.status = 200,
               .content_type = shown.content_type,
               .body = std::string(shown.body),
               .headers = {{"ETag", shown.etag}, {"Cache-Control", "no-cache"}}};
  if (!shown.content_security_policy.empty()) {
    out.headers.emplace_back("Content-Security-Policy", shown.content_security_policy);
    out.headers.emplace_back("X-Content-Type-Options", "nosniff");
  }
  return out;
}

response render_document(const document& shown, const request& in) {
  const auto known = in.header("if-none-match");
  if (!known || !names(*known, shown.etag)) return render_document(shown);
  return {
      .status = 304, .content_type = "", .body = "", .headers = {{"ETag", shown.etag}, {"Cache-Control", "no-cache"}}};
}

}  // namespace freshet::http
