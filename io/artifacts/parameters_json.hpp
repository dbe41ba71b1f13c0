// What:   a model's parameters as a JSON object: <type>_params.json, and what `--params` takes.
// Errors: corrupted for what is not JSON, invalid_argument for what is not a flat object of numbers, words and
// switches.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/models/parameters.hpp"

namespace freshet {

[[nodiscard]] result<parameters> parameters_from_json(std::string_view text);
/// Pretty-printed, with a line break at the end.
[[nodiscard]] std::string to_json(const parameters& values);

/// Those that `known` has too: files of other programs hold more than a family understands.
[[nodiscard]] result<parameters> known_parameters_from_json(std::string_view text, const parameters& known);

}  // namespace freshet
