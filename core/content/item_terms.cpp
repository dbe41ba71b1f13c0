#include "core/content/item_terms.hpp"

namespace freshet {
namespace {

bool belongs_to_word(unsigned char byte) {
  return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

void add_words(std::string_view text, std::vector<std::string>& terms) {
  std::string word;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && belongs_to_word(static_cast<unsigned char>(text[i]))) {
      word += lower(text[i]);
      continue;
    }
    if (word.size() > 1) terms.push_back(std::move(word));
    word.clear();
  }
}

void add_label(std::string_view field, const std::string& value, std::vector<std::string>& terms) {
  if (value.empty()) return;
  terms.push_back(std::string(field) + "=" + value);
  add_words(value, terms);
}

}  // namespace

std::vector<std::string> terms_of(const item& described) {
  std::vector<std::string> terms;
  add_words(described.title.value_or(""), terms);
  add_words(described.description.value_or(""), terms);
  add_label("category", described.category.value_or(""), terms);
  add_label("brand", described.brand.value_or(""), terms);
  for (const auto& [name, value] : described.attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) add_label(name, *text, terms);
    if (const auto* flag = std::get_if<bool>(&value); flag != nullptr && *flag) terms.push_back(name + "=true");
  }
  return terms;
}

}  // namespace freshet
