#include "config/api_key_settings.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "config/setting_kinds.hpp"

namespace freshet {

namespace {

/// Short keys can be found from their digest by trying.
constexpr std::size_t key_bytes_min = 16;
constexpr std::size_t name_bytes_max = 64;
constexpr std::pair<std::string_view, access_scope> scope_names[] = {
    {"read", access_scope::read}, {"ingest", access_scope::ingest}, {"admin", access_scope::admin}};

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

bool set_key(api_key& key, std::string_view text) {
  // What no header field can carry would never be presented.
  const bool is_visible = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (text.size() < key_bytes_min || !is_visible) return false;
  key.digest = sha256(text);
  return true;
}

bool set_key_file(api_key& key, std::string_view path) {
  std::ifstream file(std::string(path), std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return file && set_key(key, text);
}

bool set_digest(api_key& key, std::string_view text) {
  const auto digest = parse_sha256(text);
  if (digest) key.digest = *digest;
  return digest.has_value();
}

bool set_scopes(api_key& key, std::string_view text) {
  std::vector<access_scope> scopes;
  for (const auto& word : setting_kinds::split_list(text)) {
    const auto* named = std::find_if(std::begin(scope_names), std::end(scope_names), [&word](const auto& each) {
      return setting_kinds::equal_ignoring_case(each.first, word);
    });
    if (named == std::end(scope_names)) return false;
    scopes.push_back(named->second);
  }
  if (scopes.empty()) return false;
  key.scopes = std::move(scopes);
  return true;
}

bool set_member(options& o, const std::string& path, std::string_view text) {
  const auto dot = path.rfind('.');
  if (dot == std::string::npos || !is_key_name(std::string_view(path).substr(0, dot))) return false;
  const std::string member = path.substr(dot + 1);
  const std::pair<const char*, bool (*)(api_key&, std::string_view)> members[] = {
      {"sha256", set_digest}, {"key", set_key}, {"key_file", set_key_file}, {"scopes", set_scopes}};
  for (const auto& [name, set] : members) {
    if (member != name) continue;
    const auto known = o.security.api_keys.find(path.substr(0, dot));
    api_key changed = known == o.security.api_keys.end() ? api_key{} : known->second;
    if (!set(changed, text)) return false;
    o.security.api_keys[path.substr(0, dot)] = std::move(changed);
    return true;
  }
  return false;
}

std::map<std::string, std::string> members_of(const options& o) {
  std::map<std::string, std::string> members;
  for (const auto& [name, key] : o.security.api_keys) {
    std::string scopes;
    for (const auto& [word, scope] : scope_names) {
      if (std::find(key.scopes.begin(), key.scopes.end(), scope) == key.scopes.end()) continue;
      scopes += (scopes.empty() ? "" : ", ") + std::string(word);
    }
    members[name + ".scopes"] = scopes;
    members[name + ".sha256"] = key.digest ? to_hex(*key.digest) : "";
  }
  return members;
}

}  // namespace

setting_family api_key_settings() {
  return {.prefix = "security.api_keys.",
          .kind = setting_kind::text,
          .documentation =
              "Who may ask, as a list: {name: shop, sha256: digest of the key in hexadecimal, scopes: [read, ingest, "
              "admin]}; instead of sha256, key_file names a file that holds the key. None = everybody.",
          .accepts =
              "sha256 (64 hexadecimal digits), key (16 visible characters or more), key_file (a file that holds "
              "such a key) or scopes (of read, ingest, admin) of a key named by letters, digits, _ and -",
          .takes_lists = true,
          .set = set_member,
          .get = members_of,
          .take = [](options& o, const options& changed) { o.security.api_keys = changed.security.api_keys; }};
}

std::string_view name_of(access_scope scope) {
  for (const auto& [name, named] : scope_names) {
    if (named == scope) return name;
  }
  return "none";
}

std::optional<std::string> find_incomplete_key(const security_options& security) {
  for (const auto& [name, key] : security.api_keys) {
    if (!key.digest) return "security.api_keys: " + name + " has no key; give its sha256 or key_file";
    if (key.scopes.empty()) return "security.api_keys: " + name + " has no scopes; give some of read, ingest, admin";
  }
  return std::nullopt;
}

}  // namespace freshet
