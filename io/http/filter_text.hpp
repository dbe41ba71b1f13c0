// What:   puts conditions of a request together as one text in the filter grammar (core/filters/expression.hpp).
// Why:    every surface says the same thing in one language, which is compiled, cached and reported on in one place.
// Shapes: all conditions must hold: `price >= 5 and brand in ("a","b")`.
// Errors: none: whatever bytes a value or a name holds, it stays that value: quotes and backslashes are escaped.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/data/item.hpp"

namespace freshet::http {

class filter_text {
 public:
  void equal(std::string_view attribute, const attribute_value& value);
  /// At least one value.
  void any_of(std::string_view attribute, std::span<const attribute_value> values);
  void at_least(std::string_view attribute, double bound) { bounded(attribute, " >= ", bound); }
  void at_most(std::string_view attribute, double bound) { bounded(attribute, " <= ", bound); }

  /// Empty when there are no conditions.
  const std::string& text() const { return text_; }

 private:
  void begin(std::string_view attribute);
  void bounded(std::string_view attribute, std::string_view by, double bound);
  void append(const attribute_value& value);

  std::string text_;
};

}  // namespace freshet::http
