// What: how many factors a catalogue of some size wants, as a first guess before a search.
// Source: the operations guide: below 10,000 items 50 to 100, up to 50,000 100 to 200, above 200 to 300.
#pragma once

#include <cstdint>
#include <string>

namespace freshet {

struct factor_range {
  std::uint32_t least{};
  std::uint32_t most{};
};

[[nodiscard]] factor_range advised_factors(std::uint64_t items);
/// "50 to 100 factors are a good start for 3665 items"
[[nodiscard]] std::string factor_advice(std::uint64_t items);

}  // namespace freshet
