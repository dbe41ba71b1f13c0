// What:    the API keys of the configuration, and which of them a request presents.
// Why:     only digests are held: neither a dump of the process nor a log can give a key away.
// Forms:   `Authorization: Bearer KEY`, or `X-API-Key: KEY`; the first wins where both are given.
// Threads: immutable.
// Cost:    one SHA-256 and one comparison with each key; the time does not tell which key was nearly right.
// Source:  RFC 6750, section 2.1.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/options.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

/// The key that a request presents; nothing when it presents none. Empty for a scheme that is not Bearer.
[[nodiscard]] std::optional<std::string_view> presented_key(const request& in);

class key_ring {
 public:
  /// A key by its name.
  using entry = std::map<std::string, api_key>::value_type;

  explicit key_ring(std::map<std::string, api_key> keys) : keys_(std::move(keys)) {}

  bool empty() const { return keys_.empty(); }
  /// Null when it is none of them.
  const entry* find(std::string_view presented) const;

 private:
  const std::map<std::string, api_key> keys_;
};

[[nodiscard]] bool allows(const api_key& key, access_scope wanted);

}  // namespace freshet::http
