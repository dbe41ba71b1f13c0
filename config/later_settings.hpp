// What: settings that the operations documents name and that have no effect in this version.
// Why:  a documented file must load, and nobody may believe that such a setting works: the loader names each one that
//       is given in a warning.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freshet {

/// Keys, and prefixes that end with a dot for sections whose names are free.
[[nodiscard]] const std::vector<std::string>& later_settings();
[[nodiscard]] bool is_later_setting(std::string_view key);
/// Files of the documents that are no settings of the service: als_config.yaml, alerts_config.yaml.
[[nodiscard]] bool is_later_file(std::string_view file_name);

}  // namespace freshet
