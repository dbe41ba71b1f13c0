// What:  a blend that is still to be trained: which families with which parameters, at what weight.
// Form:  parameters are flat, so a part's stand behind its number:
//            parts.0.model  "gru4rec"    parts.0.weight  0.7    parts.0.params.hidden  100
//            parts.1.model  "ease"       parts.1.weight  0.3    parts.1.params.lambda  50
//            cold_start_threshold  5     cold_start_strategy  "content_boost"
//        As JSON they may be nested, which reads the same:
//            {"parts": [{"model": "gru4rec", "weight": 0.7, "params": {"hidden": 100}}, {"model": "ease"}]}
// Errors: invalid_argument naming the parameter; those of the families for their own.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/models/hybrid/hybrid.hpp"
#include "core/models/parameters.hpp"
#include "core/models/trainer.hpp"

namespace freshet {

struct planned_part {
  const trainer* family{};
  double weight = 1;
  /// Complete.
  parameters completed;
};

struct hybrid_plan {
  std::vector<planned_part> parts;
  hybrid_options options;
};

[[nodiscard]] result<hybrid_plan> hybrid_plan_from(const parameters& given);
[[nodiscard]] parameters to_parameters(const hybrid_plan& plan);

/// "parts.<part>.<name>"
[[nodiscard]] std::string part_parameter(std::size_t part, std::string_view name);

/// The family behind `freshet train hybrid`.
[[nodiscard]] trainer hybrid_trainer();

}  // namespace freshet
