// What: writes the members of one JSON object into a text, with the commas between them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/text.hpp"

namespace freshet::http {

class object_writer {
 public:
  explicit object_writer(std::string& out) : out_(out) { out_ += '{'; }

  void text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
  }
  void text_or_null(std::string_view name, std::string_view value) {
    if (!value.empty()) return text(name, value);
    key(name);
    out_ += "null";
  }
  void number(std::string_view name, double value) {
    key(name);
    append_json_number(out_, value);
  }
  void integer(std::string_view name, std::int64_t value) {
    key(name);
    append_json_integer(out_, value);
  }
  void count(std::string_view name, std::uint64_t value) {
    key(name);
    append_json_unsigned(out_, value);
  }
  void flag(std::string_view name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
  }
  /// For a value that the caller appends.
  void key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
  }
  void null(std::string_view name) {
    key(name);
    out_ += "null";
  }
  void close() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace freshet::http
