// What:   which parameters a search tries, and between which bounds.
// Units:  a number has a position in [0, 1]: linear between its bounds, or in their logarithms; a whole number has the
//         width of its rounding, so that the first and the last are as likely as those between.
// Errors: bounds that make no range are a programmer mistake.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/models/parameters.hpp"

namespace freshet {

struct number_range {
  double min{};
  double max{};
  bool is_log = false;
  bool is_whole = false;

  /// The number at a position in [0, 1].
  double at(double position) const;
  double position_of(double value) const;

 private:
  double scaled(double value) const;
  double half_step() const { return is_whole ? 0.5 : 0; }
};

/// One of these; no order.
struct choices {
  std::vector<parameter> values;
};

struct search_dimension {
  std::string name;
  std::variant<number_range, choices> values;
};
using search_space = std::vector<search_dimension>;

/// Every point is as likely as any other.
[[nodiscard]] parameters draw(const search_space& space, random_source& random);
/// Whether every parameter of the space is there and within its bounds.
[[nodiscard]] bool holds(const search_space& space, const parameters& given);

/// What is searched for a family of models whose other parameters are `fixed`, complete. Of a blend these are the
/// weights of its parts beside that of the first. Errors: invalid_argument for one without anything to search.
[[nodiscard]] result<search_space> search_space_of(std::string_view family, const parameters& fixed = {});

}  // namespace freshet
