#include "core/content/item_terms.hpp"

#include <algorithm>
#include <array>

namespace freshet {
namespace {

/// What a byte of a word becomes; 0 for what belongs to none.
constexpr std::array<char, 256> in_words = [] {
  std::array<char, 256> table{};
  for (std::size_t byte = 0x80; byte < 256; ++byte) table[byte] = static_cast<char>(byte);
  for (std::size_t byte = '0'; byte <= '9'; ++byte) table[byte] = static_cast<char>(byte);
  for (std::size_t byte = 'a'; byte <= 'z'; ++byte) table[byte] = static_cast<char>(byte);
  for (std::size_t byte = 'A'; byte <= 'Z'; ++byte) table[byte] = static_cast<char>(byte - 'A' + 'a');
  return table;
}();

constexpr std::string_view is_true = "true";

std::string_view text_of(const std::optional<std::string>& field) {
  return field ? *field : std::string_view();
}

/// "field=value" and the words of the value.
std::size_t label_bytes(std::string_view field, std::string_view value) {
  return field.size() + 1 + 2 * value.size();
}

std::size_t bytes_max(const item& described) {
  std::size_t bytes = text_of(described.title).size() + text_of(described.description).size() +
                      label_bytes("category", text_of(described.category)) +
                      label_bytes("brand", text_of(described.brand));
  for (const auto& [name, value] : described.attributes) {
    const auto* text = std::get_if<std::string>(&value);
    bytes += label_bytes(name, text != nullptr ? *text : is_true);
  }
  return bytes;
}

}  // namespace

std::span<const std::string_view> term_reader::read(const item& described) {
  terms_.clear();
  used_ = 0;
  // Before the first term: they view what they stand in.
  if (const auto bytes = bytes_max(described); bytes_.size() < bytes) bytes_.resize(bytes);
  add_words(text_of(described.title));
  add_words(text_of(described.description));
  add_label("category", text_of(described.category));
  add_label("brand", text_of(described.brand));
  for (const auto& [name, value] : described.attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) add_label(name, *text);
    if (const auto* flag = std::get_if<bool>(&value); flag != nullptr && *flag) add_term(name, is_true);
  }
  return terms_;
}

void term_reader::add_words(std::string_view text) {
  const auto kept = [&](std::size_t at) { return in_words[static_cast<unsigned char>(text[at])]; };
  for (std::size_t at = 0; at < text.size(); ++at) {
    char* const begin = bytes_.data() + used_;
    char* end = begin;
    for (; at < text.size() && kept(at) != 0; ++at) *end++ = kept(at);
    if (end - begin < 2) continue;
    terms_.emplace_back(begin, end);
    used_ += terms_.back().size();
  }
}

void term_reader::add_term(std::string_view field, std::string_view value) {
  char* const begin = bytes_.data() + used_;
  char* end = std::ranges::copy(field, begin).out;
  *end++ = '=';
  end = std::ranges::copy(value, end).out;
  terms_.emplace_back(begin, end);
  used_ += terms_.back().size();
}

void term_reader::add_label(std::string_view field, std::string_view value) {
  if (value.empty()) return;
  add_term(field, value);
  add_words(value);
}

}  // namespace freshet
