// What:    the words by which items resemble each other: of title, description, category, brand and attributes.
// Form:    words in lower case (ASCII; bytes of other scripts stay as they are), cut at everything that is neither a
//          letter nor a digit; category, brand, and attributes that are text or true besides as one term each, such as
//          "category=Tea and Coffee", so that a shared shelf counts more than a shared word.
// Limits:  words of one byte are left out, numbers among the attributes too: near numbers would be no nearer than far.
// Threads: one reader a thread.
// Cost:    linear in the text; nothing is allocated once an item as long was read.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/item.hpp"

namespace freshet {

class term_reader {
 public:
  /// In the order of the fields; a word that occurs twice is there twice. Good until the next call.
  std::span<const std::string_view> read(const item& described);

 private:
  void add_words(std::string_view text);
  void add_term(std::string_view field, std::string_view value);
  void add_label(std::string_view field, std::string_view value);

  /// The terms, back to back: `used_` bytes of as many as the item may need.
  std::string bytes_;
  std::size_t used_ = 0;
  std::vector<std::string_view> terms_;
};

}  // namespace freshet
