// What:    a condition on the metadata of items, as an expression: parsed from text, or put together by code.
// Grammar: expression  = conjunction { "or" conjunction }
//          conjunction = condition { "and" condition }
//          condition   = "not" condition | "(" expression ")" | comparison
//          comparison  = operand ( "=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=" ) literal
//                      | operand [ "not" ] "in" "(" literal { "," literal } ")"
//                      | operand "is" [ "not" ] "null"
//                      | operand                               of an attribute that is true or false
//          operand     = attribute | "age_days" "(" attribute ")"
//          literal     = "text" | 'text' | number | "true" | "false"
//          Words of the grammar in either case; an attribute is a letter or _, then letters, digits, _ and dots; any
//          other name stands in backquotes. \ escapes a quote and itself.
//            category in ("lamps", "rugs") and price < 20 and not brand = "x" and age_days(available_from) < 30
// Meaning: evaluate.hpp.
// Errors:  invalid_argument, with the position (from 1) and what was expected there.
// Limits:  16 KiB of text, 64 levels of parentheses and "not", 1,000 literals.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "core/data/item.hpp"

namespace freshet::filters {

enum class comparison_operator { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

struct operand {
  std::string attribute;
  /// Days since the time that the attribute holds.
  bool age_days = false;
  /// Where it stands in the text, from 1; 0 = put together by code.
  std::size_t position{};

  friend bool operator==(const operand&, const operand&) = default;
};

struct literal {
  attribute_value value;
  std::size_t position{};

  friend bool operator==(const literal&, const literal&) = default;
};

struct comparison {
  operand left;
  comparison_operator by{};
  literal right;

  friend bool operator==(const comparison&, const comparison&) = default;
};

struct membership {
  operand left;
  std::vector<literal> values;

  friend bool operator==(const membership&, const membership&) = default;
};

/// The attribute is unknown of the item.
struct missing {
  operand of;

  friend bool operator==(const missing&, const missing&) = default;
};

/// The attribute is true.
struct flag {
  operand of;

  friend bool operator==(const flag&, const flag&) = default;
};

struct negation;
struct conjunction;
struct disjunction;
/// Immutable and shared: copying an expression copies a pointer.
using expression = std::variant<comparison, membership, missing, flag, std::shared_ptr<const negation>,
                                std::shared_ptr<const conjunction>, std::shared_ptr<const disjunction>>;

struct negation {
  expression inner;
};
/// True of every item when there are no parts.
struct conjunction {
  std::vector<expression> parts;
};
/// True of no item when there are no parts.
struct disjunction {
  std::vector<expression> parts;
};

[[nodiscard]] expression negate(expression inner);
[[nodiscard]] expression all_of(std::vector<expression> parts);
[[nodiscard]] expression any_of(std::vector<expression> parts);

[[nodiscard]] result<expression> parse_expression(std::string_view text);

}  // namespace freshet::filters
