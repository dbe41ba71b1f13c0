#include "core/filters/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/text.hpp"

namespace freshet::filters {
namespace {

constexpr std::size_t word_bits = 64;
constexpr double seconds_per_day = 86400;
/// From here on a time is in milliseconds.
constexpr double milliseconds_from = 1e11;
constexpr std::size_t names_shown_max = 20;

std::size_t words_for(std::size_t items) {
  return (items + word_bits - 1) / word_bits;
}

/// Sets the bits of all places for which `holds` says so.
template <class Predicate>
bitmap where(std::size_t items, Predicate holds) {
  bitmap bits(words_for(items));
  for (std::size_t place = 0; place < items; ++place) {
    bits[place / word_bits] |= std::uint64_t{holds(place)} << place % word_bits;
  }
  return bits;
}

template <class T>
bool compare(const T& left, comparison_operator by, const T& right) {
  switch (by) {
    case comparison_operator::equal:
      return left == right;
    case comparison_operator::not_equal:
      return left != right;
    case comparison_operator::less:
      return left < right;
    case comparison_operator::less_or_equal:
      return left <= right;
    case comparison_operator::greater:
      return left > right;
    case comparison_operator::greater_or_equal:
      return left >= right;
  }
  return false;
}

const char* type_in_words(const attribute_value& value) {
  return std::holds_alternative<double>(value) ? "a number"
         : std::holds_alternative<bool>(value) ? "a boolean"
                                               : "text";
}

class evaluation {
 public:
  evaluation(const item_columns& items, const evaluation_context& context) : items_(items), context_(context) {}

  result<bitmap> operator()(const comparison& given) const {
    FRESHET_ASSIGN(const auto column, resolve(given.left));
    if (given.by == comparison_operator::not_equal) {
      FRESHET_ASSIGN(const auto equal, matches(given.left, column, comparison_operator::equal, given.right));
      return inverted(equal);
    }
    return matches(given.left, column, given.by, given.right);
  }

  result<bitmap> operator()(const membership& given) const {
    FRESHET_ASSIGN(const auto column, resolve(given.left));
    bitmap any(words_for(items_.size()));
    for (const auto& each : given.values) {
      FRESHET_ASSIGN(const auto equal, matches(given.left, column, comparison_operator::equal, each));
      for (std::size_t word = 0; word < any.size(); ++word) any[word] |= equal[word];
    }
    return any;
  }

  result<bitmap> operator()(const missing& given) const {
    FRESHET_ASSIGN(const auto column, resolve(given.of));
    if (const auto* text = std::get_if<const text_column*>(&column)) {
      const auto& codes = (*text)->codes();
      return where(items_.size(), [&](std::size_t place) { return codes[place] == text_column::no_text; });
    }
    if (const auto* number = std::get_if<numbers>(&column)) {
      return where(items_.size(), [&](std::size_t place) { return std::isnan((*number->values)[place]); });
    }
    const auto& flags = std::get<const boolean_column*>(column)->values;
    return where(items_.size(), [&](std::size_t place) { return flags[place] == boolean_column::none; });
  }

  result<bitmap> operator()(const flag& given) const {
    FRESHET_ASSIGN(const auto column, resolve(given.of));
    const auto* flags = std::get_if<const boolean_column*>(&column);
    if (flags == nullptr) {
      return refused(given.of.position, given.of.attribute + " is not true or false; compare it with a value");
    }
    const auto& values = (*flags)->values;
    return where(items_.size(), [&](std::size_t place) { return values[place] == 1; });
  }

  result<bitmap> operator()(const std::shared_ptr<const negation>& given) const {
    FRESHET_ASSIGN(const auto inner, std::visit(*this, given->inner));
    return inverted(inner);
  }

  result<bitmap> operator()(const std::shared_ptr<const conjunction>& given) const {
    bitmap all = where(items_.size(), [](std::size_t) { return true; });
    for (const auto& part : given->parts) {
      FRESHET_ASSIGN(const auto bits, std::visit(*this, part));
      for (std::size_t word = 0; word < all.size(); ++word) all[word] &= bits[word];
    }
    return all;
  }

  result<bitmap> operator()(const std::shared_ptr<const disjunction>& given) const {
    bitmap any(words_for(items_.size()));
    for (const auto& part : given->parts) {
      FRESHET_ASSIGN(const auto bits, std::visit(*this, part));
      for (std::size_t word = 0; word < any.size(); ++word) any[word] |= bits[word];
    }
    return any;
  }

 private:
  /// A column of numbers, or ages made of one.
  struct numbers {
    std::shared_ptr<const std::vector<double>> values;
  };
  using resolved = std::variant<const text_column*, numbers, const boolean_column*>;

  static error refused(std::size_t position, const std::string& why) {
    const std::string place = position > 0 ? "position " + std::to_string(position) + ": " : "";
    return {error_code::invalid_argument, "filter: " + place + why};
  }

  error unknown(const operand& given) const {
    std::string known;
    const auto names = items_.names();
    for (std::size_t i = 0; i < std::min(names.size(), names_shown_max); ++i) known += (i > 0 ? ", " : "") + names[i];
    if (names.size() > names_shown_max) known += ", ...";
    return refused(given.position, "no item has an attribute " + in_quotes(given.attribute) + "; known are " + known);
  }

  result<resolved> resolve(const operand& given) const {
    const auto* column = items_.find(given.attribute);
    if (column == nullptr) return unknown(given);
    if (given.age_days) return ages(given, *column);
    if (const auto* text = std::get_if<text_column>(column)) return resolved(text);
    if (const auto* flags = std::get_if<boolean_column>(column)) return resolved(flags);
    // Without an owner: the column outlives the evaluation.
    const auto& values = std::get<number_column>(*column).values;
    return resolved(numbers{std::shared_ptr<const std::vector<double>>(std::shared_ptr<void>(), &values)});
  }

  double age_of(double time) const {
    const double seconds = std::abs(time) >= milliseconds_from ? time / 1000 : time;
    return (static_cast<double>(context_.now) - seconds) / seconds_per_day;
  }

  result<resolved> ages(const operand& given, const item_column& column) const {
    auto days = std::make_shared<std::vector<double>>(items_.size(), std::numeric_limits<double>::quiet_NaN());
    if (const auto* number = std::get_if<number_column>(&column)) {
      std::transform(number->values.begin(), number->values.end(), days->begin(),
                     [&](double time) { return age_of(time); });
    } else if (const auto* text = std::get_if<text_column>(&column);
               text != nullptr && context_.parse_time != nullptr) {
      std::vector<double> age_of_code(text->distinct() + 1, std::numeric_limits<double>::quiet_NaN());
      for (std::uint32_t code = 1; code < age_of_code.size(); ++code) {
        const auto time = context_.parse_time(text->text_of(code));
        if (time) age_of_code[code] = age_of(static_cast<double>(*time));
      }
      for (std::size_t place = 0; place < days->size(); ++place) (*days)[place] = age_of_code[text->codes()[place]];
    } else {
      return refused(given.position, given.attribute + " holds no times; age_days needs unix seconds or RFC 3339");
    }
    return resolved(numbers{std::move(days)});
  }

  /// Missing values match nothing.
  result<bitmap> matches(const operand& left, const resolved& column, comparison_operator by,
                         const literal& right) const {
    if (const auto* text = std::get_if<const text_column*>(&column)) {
      const auto* wanted = std::get_if<std::string>(&right.value);
      return wanted == nullptr ? result<bitmap>(mistyped(left, "text", right)) : matching(**text, by, *wanted);
    }
    if (const auto* number = std::get_if<numbers>(&column)) {
      const auto* wanted = std::get_if<double>(&right.value);
      if (wanted == nullptr) return mistyped(left, "a number", right);
      const auto& values = *number->values;
      return where(items_.size(), [&](std::size_t place) { return compare(values[place], by, *wanted); });
    }
    const auto* wanted = std::get_if<bool>(&right.value);
    if (wanted == nullptr) return mistyped(left, "a boolean", right);
    if (by != comparison_operator::equal) {
      return refused(left.position, left.attribute + " is true or false; neither is less than the other");
    }
    const auto& flags = std::get<const boolean_column*>(column)->values;
    return where(items_.size(), [&](std::size_t place) { return flags[place] == (*wanted ? 1 : 0); });
  }

  bitmap matching(const text_column& column, comparison_operator by, const std::string& wanted) const {
    const auto& codes = column.codes();
    if (by == comparison_operator::equal) {
      const auto code = column.code_of(wanted);
      if (!code) return bitmap(words_for(items_.size()));
      return where(items_.size(), [&](std::size_t place) { return codes[place] == *code; });
    }
    std::vector<bool> holds(column.distinct() + 1);
    for (std::uint32_t code = 1; code < holds.size(); ++code) holds[code] = compare(column.text_of(code), by, wanted);
    return where(items_.size(), [&](std::size_t place) { return bool{holds[codes[place]]}; });
  }

  static error mistyped(const operand& left, const std::string& type, const literal& right) {
    const std::string name = left.age_days ? "age_days(" + left.attribute + ")" : left.attribute;
    return refused(right.position, name + " is " + type + ", compared with " + type_in_words(right.value));
  }

  bitmap inverted(bitmap bits) const {
    for (auto& word : bits) word = ~word;
    if (items_.size() % word_bits != 0) bits.back() &= ~(~std::uint64_t{0} << items_.size() % word_bits);
    return bits;
  }

  const item_columns& items_;
  const evaluation_context& context_;
};

}  // namespace

result<bitmap> evaluate(const expression& condition, const item_columns& items, const evaluation_context& context) {
  return std::visit(evaluation(items, context), condition);
}

}  // namespace freshet::filters
