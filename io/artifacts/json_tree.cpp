#include "io/artifacts/json_tree.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/base/text.hpp"

namespace freshet {

namespace {

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

json_tree json_tree::of_text(std::string_view value) {
  return {kind::text, std::string(value)};
}

json_tree json_tree::of_number(double value) {
  std::string digits;
  append_json_number(digits, value);
  return {std::isfinite(value) ? kind::number : kind::null, digits};
}

json_tree json_tree::of_integer(std::uint64_t value) {
  return {kind::number, std::to_string(value)};
}

json_tree json_tree::of_boolean(bool value) {
  return {kind::boolean, value ? "true" : "false"};
}

std::optional<std::string> json_tree::text() const {
  return kind_ == kind::text ? std::optional(token_) : std::nullopt;
}

std::optional<bool> json_tree::boolean() const {
  return kind_ == kind::boolean ? std::optional(token_ == "true") : std::nullopt;
}

std::optional<double> json_tree::number() const {
  return kind_ == kind::number ? parse_whole<double>(token_) : std::nullopt;
}

std::optional<std::uint64_t> json_tree::whole_number() const {
  return kind_ == kind::number ? parse_whole<std::uint64_t>(token_) : std::nullopt;
}

const json_tree* json_tree::find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [name](const auto& m) { return m.first == name; });
  return found == members_.end() ? nullptr : &found->second;
}

json_tree* json_tree::find(std::string_view name) {
  return const_cast<json_tree*>(std::as_const(*this).find(name));
}

void json_tree::set(std::string_view name, json_tree value) {
  if (json_tree* existing = find(name)) {
    *existing = std::move(value);
  } else {
    members_.emplace_back(name, std::move(value));
  }
}

std::string json_tree::pretty() const {
  std::string out;
  write(out, 0, true);
  return out + "\n";
}

std::string json_tree::compact() const {
  std::string out;
  write(out, 0, false);
  return out;
}

void json_tree::write(std::string& out, int level, bool indented) const {
  const auto new_line = [&](int depth) {
    if (indented) out.append("\n").append(static_cast<std::size_t>(2 * depth), ' ');
  };
  switch (kind_) {
    case kind::null:
      out += "null";
      return;
    case kind::boolean:
    case kind::number:
      out += token_;
      return;
    case kind::text:
      append_json_string(out, token_);
      return;
    case kind::array:
      out += '[';
      for (std::size_t i = 0; i < elements_.size(); ++i) {
        if (i > 0) out += ',';
        new_line(level + 1);
        elements_[i].write(out, level + 1, indented);
      }
      if (!elements_.empty()) new_line(level);
      out += ']';
      return;
    case kind::object:
      out += '{';
      for (std::size_t i = 0; i < members_.size(); ++i) {
        if (i > 0) out += ',';
        new_line(level + 1);
        append_json_string(out, members_[i].first);
        out += indented ? ": " : ":";
        members_[i].second.write(out, level + 1, indented);
      }
      if (!members_.empty()) new_line(level);
      out += '}';
      return;
  }
}

/// The events of Boost.JSON's parser, put together as a tree.
class json_tree_builder {
 public:
  using error_code = boost::json::error_code;
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return open(json_tree::kind::object); }
  bool on_object_end(std::size_t, error_code&) { return close(); }
  bool on_array_begin(error_code&) { return open(json_tree::kind::array); }
  bool on_array_end(std::size_t, error_code&) { return close(); }
  bool on_key_part(boost::json::string_view part, std::size_t, error_code&) { return hold(part); }
  bool on_key(boost::json::string_view part, std::size_t, error_code& failed) {
    hold(part);
    if (open_.back().find(held_) != nullptr) {
      repeated = held_;
      failed = boost::json::error::extra_data;
      return false;
    }
    names_.push_back(std::exchange(held_, {}));
    return true;
  }
  bool on_string_part(boost::json::string_view part, std::size_t, error_code&) { return hold(part); }
  bool on_string(boost::json::string_view part, std::size_t, error_code&) {
    hold(part);
    return add(json_tree(json_tree::kind::text, std::exchange(held_, {})));
  }
  bool on_number_part(boost::json::string_view part, error_code&) { return hold(part); }
  bool on_int64(std::int64_t, boost::json::string_view part, error_code&) { return on_digits(part); }
  bool on_uint64(std::uint64_t, boost::json::string_view part, error_code&) { return on_digits(part); }
  bool on_double(double, boost::json::string_view part, error_code&) { return on_digits(part); }
  bool on_bool(bool value, error_code&) { return add(json_tree::of_boolean(value)); }
  bool on_null(error_code&) { return add(json_tree()); }
  bool on_comment_part(boost::json::string_view, error_code&) { return true; }
  bool on_comment(boost::json::string_view, error_code&) { return true; }

  json_tree root;
  std::string repeated;

 private:
  bool hold(boost::json::string_view part) {
    held_.append(part.data(), part.size());
    return true;
  }
  bool on_digits(boost::json::string_view part) {
    hold(part);
    return add(json_tree(json_tree::kind::number, std::exchange(held_, {})));
  }
  bool open(json_tree::kind kind) {
    open_.push_back(json_tree(kind, {}));
    return true;
  }
  bool close() {
    json_tree done = std::move(open_.back());
    open_.pop_back();
    return add(std::move(done));
  }
  bool add(json_tree value) {
    if (open_.empty()) {
      root = std::move(value);
    } else if (json_tree& parent = open_.back(); parent.is_object()) {
      parent.members_.emplace_back(std::move(names_.back()), std::move(value));
      names_.pop_back();
    } else {
      parent.elements_.push_back(std::move(value));
    }
    return true;
  }

  std::string held_;
  /// Names of members whose values are not complete yet; the innermost last.
  std::vector<std::string> names_;
  std::vector<json_tree> open_;
};

result<json_tree> parse_json(std::string_view text) {
  boost::json::basic_parser<json_tree_builder> parser(boost::json::parse_options{});
  boost::json::error_code failed;
  const std::size_t parsed = parser.write_some(false, text.data(), text.size(), failed);
  if (!failed && parsed < text.size()) failed = boost::json::error::extra_data;
  if (!failed) return std::move(parser.handler().root);
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(parsed), '\n');
  const std::string& repeated = parser.handler().repeated;
  return error{freshet::error_code::corrupted,
               "line " + std::to_string(line) + " is not valid JSON: " +
                   (repeated.empty() ? failed.message() : in_quotes(repeated) + " is given twice; keep one")};
}

}  // namespace freshet
