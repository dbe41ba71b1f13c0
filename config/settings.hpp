// What:    every setting declared once: key, field of `options`, documentation, bounds, environment names.
// Why:     the loader, config/freshet.yaml, `freshet check-config` and the error messages all read this one table.
// Keys:    "section.key" as in YAML. FRESHET_<SECTION>__<KEY> in the environment follows from the key.
// Threads: the tables are constant.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.hpp"
#include "core/base/result.hpp"

namespace freshet {

/// How a value is written in YAML and JSON: text in quotes, a list in brackets, the others bare. The environment and
/// flags write a list as "first, second".
enum class setting_kind { text, number, boolean, choice, list };

struct setting {
  std::string key;
  setting_kind kind{};
  /// One sentence.
  std::string documentation;
  /// What is accepted, for messages: "a whole number from 1 to 65535".
  std::string accepts;
  /// Older environment names, the stronger one first; FRESHET_* is stronger than all of them.
  std::vector<std::string> environment;
  /// Whether SIGHUP applies a change without a restart.
  bool live = false;
  /// False when `text` is not what is accepted; the options are then unchanged.
  std::function<bool(options&, std::string_view text)> set;
  std::function<std::string(const options&)> get;
};

/// Settings whose names are free: events.weights.<event type>, kafka.<librdkafka property>.
struct setting_family {
  /// With the dot at the end: "kafka.".
  std::string prefix;
  setting_kind kind{};
  std::string documentation;
  std::string accepts;
  /// Whether a list may stand for a value.
  bool takes_lists = false;
  std::function<bool(options&, const std::string& name, std::string_view text)> set;
  std::function<std::map<std::string, std::string>(const options&)> get;
  /// Makes them all what they are in `changed`, when SIGHUP applies changes without a restart; else empty.
  std::function<void(options&, const options& changed)> take = {};
};

[[nodiscard]] const std::vector<setting>& all_settings();
[[nodiscard]] const std::vector<setting_family>& setting_families();
[[nodiscard]] const setting* find_setting(std::string_view key);

/// "server.port" -> "FRESHET_SERVER__PORT".
[[nodiscard]] std::string environment_name(std::string_view key);
/// "FRESHET_SERVER__PORT" -> "server.port"; nothing for names of another form.
[[nodiscard]] std::optional<std::string> key_of_environment_name(std::string_view name);

/// Passwords, private keys and tokens: shown as "***".
[[nodiscard]] bool is_secret(std::string_view key);

/// Least number of characters inserted, removed or replaced (Levenshtein 1966).
[[nodiscard]] std::size_t edit_distance(std::string_view from, std::string_view to);

/// The key that somebody who wrote `unknown` most likely meant: same last part, or fewest edits.
[[nodiscard]] std::string nearest_key(std::string_view unknown, std::span<const std::string> known);

}  // namespace freshet
