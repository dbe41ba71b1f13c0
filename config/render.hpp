// What: settings as the commented YAML file that sets them; config/freshet.yaml is this text for the defaults.
#pragma once

#include <string>

#include "config/options.hpp"

namespace freshet {

[[nodiscard]] std::string render_yaml(const options& values);

}  // namespace freshet
