#include "io/http/api_keys.hpp"

#include <algorithm>

#include "io/http/framing.hpp"

namespace freshet::http {

std::optional<std::string_view> presented_key(const request& in) {
  if (const auto field = in.header("authorization")) {
    constexpr std::string_view scheme = "bearer ";
    if (!equal_ignoring_case(field->substr(0, scheme.size()), scheme)) return std::string_view();
    const auto key = field->find_first_not_of(' ', scheme.size());
    return key == std::string_view::npos ? std::string_view() : field->substr(key);
  }
  return in.header("x-api-key");
}

const key_ring::entry* key_ring::find(std::string_view presented) const {
  const auto digest = sha256(presented);
  const entry* found = nullptr;
  // Every key is compared with, so that the time says nothing about where a match is.
  for (const auto& each : keys_) {
    if (each.second.digest && equal_in_constant_time(*each.second.digest, digest)) found = &each;
  }
  return found;
}

bool allows(const api_key& key, access_scope wanted) {
  return wanted == access_scope::none || std::find(key.scopes.begin(), key.scopes.end(), wanted) != key.scopes.end();
}

}  // namespace freshet::http
