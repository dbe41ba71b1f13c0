// What:   a JSON document as a tree that keeps what it does not understand: members in their order, numbers in their
//         own digits.
// Why:    the registry is edited by people and other programs; rewriting it must not reorder members or round
//         numbers. Small documents only; mappings have a streaming reader of their own (id_mapping.hpp).
// Errors: corrupted with line and reason for what is not JSON, and for a member given twice.
// Limits: 32 levels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace freshet {

class json_tree {
 public:
  enum class kind { null, boolean, number, text, array, object };

  json_tree() = default;
  static json_tree of_text(std::string_view value);
  static json_tree of_number(double value);
  static json_tree of_integer(std::uint64_t value);
  static json_tree of_boolean(bool value);
  static json_tree of_object() { return json_tree(kind::object, {}); }
  static json_tree of_array() { return json_tree(kind::array, {}); }

  kind type() const { return kind_; }
  bool is_object() const { return kind_ == kind::object; }

  /// The value when it is of that type, else nothing.
  std::optional<std::string> text() const;
  std::optional<bool> boolean() const;
  /// Finite.
  std::optional<double> number() const;
  std::optional<std::uint64_t> whole_number() const;

  const std::vector<std::pair<std::string, json_tree>>& members() const { return members_; }
  const std::vector<json_tree>& elements() const { return elements_; }
  /// The member, or nullptr; of anything that is no object nullptr.
  const json_tree* find(std::string_view name) const;
  json_tree* find(std::string_view name);
  /// Replaces or appends.
  void set(std::string_view name, json_tree value);
  void append(json_tree element) { elements_.push_back(std::move(element)); }

  /// Two spaces a level, a line break at the end.
  std::string pretty() const;
  std::string compact() const;

  friend bool operator==(const json_tree&, const json_tree&) = default;

 private:
  friend class json_tree_builder;
  json_tree(kind type, std::string token) : kind_(type), token_(std::move(token)) {}
  void write(std::string& out, int level, bool indented) const;

  kind kind_ = kind::null;
  /// Text, digits of a number, "true" or "false".
  std::string token_;
  std::vector<json_tree> elements_;
  std::vector<std::pair<std::string, json_tree>> members_;
};

[[nodiscard]] result<json_tree> parse_json(std::string_view text);

}  // namespace freshet
