#include "io/store/event_weights.hpp"

namespace freshet {

strength_options strengths_by_type(const events_options& options, const std::vector<std::string>& type_names) {
  strength_options by_type;
  by_type.half_life_days = options.half_life_days;
  for (const auto& name : type_names) {
    const auto configured = options.weights.find(name);
    by_type.weight_of_type.push_back(configured == options.weights.end() ? 1.0F
                                                                         : static_cast<float>(configured->second));
    by_type.is_rating.push_back(name == "rating");
  }
  return by_type;
}

}  // namespace freshet
