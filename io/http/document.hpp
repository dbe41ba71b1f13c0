// What:    documents that travel with the program: the OpenAPI description, the page that shows it, the dashboard.
// Why:     a service without the internet still explains itself, and its description is of the same build.
// Rules:   a weak ETag of the content and Cache-Control: no-cache, so that a client asks each time and is told 304.
// Threads: immutable.
// Source:  RFC 9110, sections 8.8.3 (ETag) and 13.1.2 (If-None-Match).
#pragma once

#include <string>
#include <string_view>

#include "io/http/message.hpp"

namespace freshet::http {

struct document {
  std::string content_type;
  std::string_view body;
  /// W/"..."
  std::string etag;
  /// What the page may do, for browsers; empty for what is no page.
  std::string content_security_policy;
};

/// `body` must outlive the document.
[[nodiscard]] document make_document(std::string content_type, std::string_view body);
/// A page whose styles and scripts stand in itself, in <style> and <script>, and which asks nobody but its own server.
/// The policy names their hashes: nothing else is run, and no text becomes markup.
[[nodiscard]] document make_page(std::string_view html);

/// /openapi.json, with the version of the program in it.
[[nodiscard]] const document& openapi_document();
/// /docs
[[nodiscard]] const document& docs_page();
/// /dashboard
[[nodiscard]] const document& dashboard_page();

/// 200.
[[nodiscard]] response render_document(const document& shown);
/// 200, or 304 where the client has it already.
[[nodiscard]] response render_document(const document& shown, const request& in);

}  // namespace freshet::http
