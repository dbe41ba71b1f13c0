#include "core/base/random.hpp"

#include <cmath>
#include <numbers>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"

namespace freshet {

std::uint64_t random_source::below(std::uint64_t bound) {
  FRESHET_CHECK(bound > 0);
  // Rejects the values of the last, incomplete stretch of `bound` numbers.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value = engine_();
  while (value >= limit) value = engine_();
  return value % bound;
}

double random_source::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

random_source random_source::split(std::uint64_t stream) {
  return random_source(hash_combine(engine_(), stream));
}

}  // namespace freshet
