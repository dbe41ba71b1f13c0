#include "core/models/advised_factors.hpp"

namespace freshet {

factor_range advised_factors(std::uint64_t items) {
  if (items < 10'000) return {50, 100};
  if (items <= 50'000) return {100, 200};
  return {200, 300};
}

std::string factor_advice(std::uint64_t items) {
  const auto [least, most] = advised_factors(items);
  return std::to_string(least) + " to " + std::to_string(most) + " factors are a good start for " +
         std::to_string(items) + " items";
}

}  // namespace freshet
