// What:   a model's parameters as a JSON object: <type>_params.json, and what `--params` takes.
// Nested: parameters are flat; members of an object and elements of an array go under dotted names, so that
//         {"parts": [{"model": "als"}]} and {"parts.0.model": "als"} are the same. Written flat.
// Errors: corrupted for what is not JSON, invalid_argument for what is neither number, word nor switch in the end.
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
