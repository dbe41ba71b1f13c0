#include "config/live_settings.hpp"

#include "config/settings.hpp"
#include "core/base/check.hpp"

namespace freshet {

reread_settings take_live_settings(options& running, const options& changed) {
  reread_settings outcome;
  for (const auto& declared : all_settings()) {
    const std::string wanted = declared.get(changed);
    if (wanted == declared.get(running)) continue;
    if (declared.live) {
      FRESHET_CHECK(declared.set(running, wanted), "a setting reads what it writes");
      outcome.taken.push_back(declared.key);
    } else {
      outcome.waiting.push_back(declared.key);
    }
  }
  for (const auto& family : setting_families()) {
    if (family.get(changed) == family.get(running)) continue;
    if (family.take) family.take(running, changed);
    (family.take ? outcome.taken : outcome.waiting).push_back(family.prefix + "*");
  }
  return outcome;
}

std::string in_words(const std::vector<std::string>& keys) {
  std::string list;
  for (const auto& each : keys) list += (list.empty() ? "" : ", ") + each;
  return list.empty() ? "nothing" : list;
}

}  // namespace freshet
