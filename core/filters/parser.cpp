// The grammar of expression.hpp in Boost.Spirit X3. Rules build expressions in semantic actions; where only one thing
// can follow, the alternative is `expected`, which says so.
#include <boost/spirit/home/x3.hpp>

#include "core/base/text.hpp"
#include "core/filters/expression.hpp"

namespace freshet::filters {
namespace {

namespace x3 = boost::spirit::x3;

using iterator = const char*;
using range = boost::iterator_range<iterator>;

constexpr std::size_t text_bytes_max = 16 << 10;
constexpr std::size_t levels_max = 64;
constexpr std::size_t literals_max = 1'000;

/// What the actions know besides what was matched.
struct parsing {
  iterator begin{};
  std::size_t level = 0;
  std::size_t literals = 0;

  std::size_t position_of(iterator at) const { return static_cast<std::size_t>(at - begin) + 1; }
};
struct parsing_tag;

parsing& state(auto& context) {
  return x3::get<parsing_tag>(context).get();
}

/// A word of the grammar, not the front of a longer name.
auto word(const char* text) {
  return x3::lexeme[x3::no_case[x3::lit(text)] >> !(x3::alnum | x3::char_('_'))];
}

/// Removes the backslashes of a quoted text.
std::string unescaped(const range& inner) {
  std::string text;
  for (auto at = inner.begin(); at != inner.end(); ++at) {
    if (*at == '\\' && at + 1 != inner.end()) ++at;
    text.push_back(*at);
  }
  return text;
}

/// Leaves the parser: nothing else makes sense at `where`.
struct refusal {
  iterator where{};
  const char* wanted{};
};
auto expected(const char* wanted) {
  return x3::eps[([wanted](auto& context) { throw refusal{x3::_where(context).begin(), wanted}; })];
}
const auto opening = x3::lit('(') | expected("(");
const auto closing = x3::lit(')') | expected(")");
const char* const literal_in_words = "\"text\", a number, true or false";

// --- literals and operands

const auto reserved =
    word("and") | word("or") | word("not") | word("in") | word("is") | word("null") | word("true") | word("false");
const auto name_characters =
    x3::raw[x3::lexeme[(x3::alpha | x3::char_('_')) >> *(x3::alnum | x3::char_('_') | x3::char_('.'))]];

auto quoted(char quote) {
  return x3::lexeme[x3::lit(quote) >> x3::raw[*(('\\' >> x3::char_) | (x3::char_ - quote - '\\'))] >>
                    (x3::lit(quote) | expected("the closing quote"))];
}

/// Numbers as people write them: neither nan nor inf.
struct finite_policies : x3::real_policies<double> {
  template <class Iterator, class Attribute>
  static bool parse_nan(Iterator&, const Iterator&, Attribute&) {
    return false;
  }
  template <class Iterator, class Attribute>
  static bool parse_inf(Iterator&, const Iterator&, Attribute&) {
    return false;
  }
};
const x3::real_parser<double, finite_policies> finite_number;

const auto keep_text = [](auto& context) {
  const range inner = x3::_attr(context);
  x3::_val(context) = {unescaped(inner), state(context).position_of(inner.begin()) - 1};
};
const auto keep_number = [](auto& context) {
  const range digits = x3::_attr(context);
  double value{};
  auto first = digits.begin();
  x3::parse(first, digits.end(), finite_number, value);
  x3::_val(context) = {value, state(context).position_of(digits.begin())};
};
const auto keep_boolean = [](auto& context) {
  const range letters = x3::_attr(context);
  x3::_val(context) = {*letters.begin() == 't' || *letters.begin() == 'T', state(context).position_of(letters.begin())};
};
const auto count_literal = [](auto& context) {
  x3::_val(context) = std::move(x3::_attr(context));
  if (++state(context).literals > literals_max) x3::_pass(context) = false;
};

const x3::rule<struct plain_literal_rule, literal> plain_literal = "a literal: \"text\", a number, true or false";
const auto plain_literal_def = quoted('"')[keep_text] | quoted('\'')[keep_text] |
                               x3::raw[x3::lexeme[finite_number]][keep_number] |
                               x3::raw[word("true") | word("false")][keep_boolean];

const x3::rule<struct value_rule, literal> value = "a literal: \"text\", a number, true or false";
const auto value_def = plain_literal[count_literal];

const auto keep_name = [](auto& context) {
  const range name = x3::_attr(context);
  x3::_val(context) = {std::string(name.begin(), name.end()), false, state(context).position_of(name.begin())};
};
const auto keep_quoted_name = [](auto& context) {
  const range inner = x3::_attr(context);
  x3::_val(context) = {unescaped(inner), false, state(context).position_of(inner.begin()) - 1};
};
const auto keep_age = [](auto& context) {
  x3::_val(context) = std::move(x3::_attr(context));
  x3::_val(context).age_days = true;
};

const x3::rule<struct attribute_rule, operand> attribute = "the name of an attribute";
const auto attribute_def = (!reserved >> name_characters[keep_name]) | quoted('`')[keep_quoted_name];

const auto keep_operand = [](auto& context) { x3::_val(context) = std::move(x3::_attr(context)); };
const x3::rule<struct operand_rule, operand> operand_of = "the name of an attribute";
const auto operand_of_def =
    (word("age_days") >> x3::lit('(') >> (attribute[keep_age] | expected("the name of an attribute")) >> closing) |
    attribute[keep_operand];

// --- comparisons

struct operators_table : x3::symbols<comparison_operator> {
  operators_table() {
    add("==", comparison_operator::equal)("=", comparison_operator::equal)("!=", comparison_operator::not_equal)(
        "<>", comparison_operator::not_equal)("<=", comparison_operator::less_or_equal)(
        ">=", comparison_operator::greater_or_equal)("<", comparison_operator::less)(">", comparison_operator::greater);
  }
};
const operators_table operators;

const auto begin_comparison = [](auto& context) { x3::_val(context) = flag{std::move(x3::_attr(context))}; };
const auto left_of = [](auto& context) -> operand { return std::get<flag>(x3::_val(context)).of; };
const auto keep_operator = [](auto& context) {
  x3::_val(context) = comparison{left_of(context), x3::_attr(context), {}};
};
const auto keep_right = [](auto& context) { std::get<comparison>(x3::_val(context)).right = x3::_attr(context); };
const auto begin_list = [](auto& context) { x3::_val(context) = membership{left_of(context), {}}; };
const auto add_value = [](auto& context) {
  std::get<membership>(x3::_val(context)).values.push_back(std::move(x3::_attr(context)));
};
const auto keep_missing = [](auto& context) { x3::_val(context) = missing{left_of(context)}; };
const auto negate_it = [](auto& context) { x3::_val(context) = negate(std::move(x3::_val(context))); };

const x3::rule<struct comparison_rule, expression> compare = "a comparison";
const auto listed = opening >> ((value[add_value] | expected(literal_in_words)) % ',') >> closing;
const auto null_follows = word("null")[keep_missing] | expected("null");
const auto compare_def = operand_of[begin_comparison] >>
                         -((operators[keep_operator] >> (value[keep_right] | expected(literal_in_words))) |
                           (word("in")[begin_list] >> listed) |
                           (word("not") >> word("in")[begin_list] >> listed)[negate_it] |
                           (word("is") >> word("not") >> null_follows)[negate_it] | (word("is") >> null_follows));

// --- and, or, not

const auto keep = [](auto& context) { x3::_val(context) = std::move(x3::_attr(context)); };
const auto keep_negated = [](auto& context) { x3::_val(context) = negate(std::move(x3::_attr(context))); };
const auto descend = [](auto& context) {
  if (++state(context).level > levels_max) x3::_pass(context) = false;
};
const auto ascend = [](auto& context) { --state(context).level; };
const auto add_part = [](auto& context) { x3::_val(context).push_back(std::move(x3::_attr(context))); };

const x3::rule<struct whole_rule, expression> whole = "a condition";
const x3::rule<struct condition_rule, expression> condition = "a condition";
const x3::rule<struct conjunction_rule, std::vector<expression>> conjuncts = "a condition";
const x3::rule<struct disjunction_rule, std::vector<expression>> disjuncts = "a condition";

const auto keep_all = [](auto& context) { x3::_val(context).push_back(all_of(std::move(x3::_attr(context)))); };
const auto keep_any = [](auto& context) { x3::_val(context) = any_of(std::move(x3::_attr(context))); };

const auto condition_def =
    (word("not")[descend] >> (condition[keep_negated] | expected("a condition")) >> x3::eps[ascend]) |
    (x3::lit('(')[descend] >> (whole[keep] | expected("a condition")) >> closing >> x3::eps[ascend]) | compare[keep];
const auto conjuncts_def = condition[add_part] >> *(word("and") >> (condition[add_part] | expected("a condition")));
const auto disjuncts_def = conjuncts[keep_all] >> *(word("or") >> (conjuncts[keep_all] | expected("a condition")));
const auto whole_def = disjuncts[keep_any];

BOOST_SPIRIT_DEFINE(plain_literal, value, attribute, operand_of, compare, condition, conjuncts, disjuncts, whole)

error at(std::size_t position, std::string_view wanted, std::string_view text) {
  const std::string_view rest = text.substr(std::min(position - 1, text.size()));
  return {error_code::invalid_argument, "filter: position " + std::to_string(position) + ": expected " +
                                            std::string(wanted) + ", found " +
                                            (rest.empty() ? "the end" : in_quotes(rest, 24))};
}

error too_large() {
  return {error_code::invalid_argument, "filter: more than " + std::to_string(levels_max) + " levels or " +
                                            std::to_string(literals_max) + " literals"};
}

}  // namespace

result<expression> parse_expression(std::string_view text) {
  if (text.size() > text_bytes_max) {
    return error{error_code::invalid_argument, "filter: " + std::to_string(text.size()) +
                                                   " bytes; an expression has at most " +
                                                   std::to_string(text_bytes_max)};
  }
  parsing known{.begin = text.data()};
  iterator first = text.data();
  const iterator last = first + text.size();
  const char* wanted = "a condition";
  expression parsed;
  try {
    if (x3::phrase_parse(first, last, x3::with<parsing_tag>(std::ref(known))[whole], x3::space, parsed)) {
      if (first == last) return parsed;
      wanted = "and, or, or the end";
    }
  } catch (const refusal& refused) {
    first = refused.where;
    wanted = refused.wanted;
  }
  if (known.level > levels_max || known.literals > literals_max) return too_large();
  while (first != last && *first == ' ') ++first;
  return at(known.position_of(first), wanted, text);
}

}  // namespace freshet::filters
