// What:   security.api_keys.<name>.<member> as a family of settings: the digest or the key itself, and its scopes.
// Forms:  a list of maps with a name each, a map by name, or FRESHET_SECURITY__API_KEYS__<NAME>__KEY_FILE.
// Rule:   a key that is given in the clear is hashed at once and kept nowhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace freshet {

[[nodiscard]] setting_family api_key_settings();

/// "read", "ingest", "admin"; "none".
[[nodiscard]] std::string_view name_of(access_scope scope);

/// A key without a digest or without scopes, as a sentence.
[[nodiscard]] std::optional<std::string> find_incomplete_key(const security_options& security);

}  // namespace freshet
