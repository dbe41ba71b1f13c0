// The records of family items, and dead letters.
#include "io/store/byte_codec.hpp"
#include "io/store/schema.hpp"

namespace freshet::schema {
namespace {

enum attribute_kind : std::uint8_t { text_attribute = 0, number_attribute = 1, flag_attribute = 2 };

constexpr std::array text_fields{&item::title, &item::category, &item::brand, &item::description, &item::img_url};
constexpr std::array number_fields{&item::price, &item::avg_star, &item::num_sold_time};

void put_attribute(std::string& out, const attribute_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    out.push_back(text_attribute);
    put_text(out, *text);
  } else if (const auto* number = std::get_if<double>(&value)) {
    out.push_back(number_attribute);
    put_double(out, *number);
  } else {
    out.push_back(flag_attribute);
    out.push_back(std::get<bool>(value) ? 1 : 0);
  }
}

std::optional<attribute_value> read_attribute(byte_reader& in) {
  switch (in.u8()) {
    case text_attribute:
      return std::string(in.text());
    case number_attribute:
      return in.float64();
    case flag_attribute: {
      const auto flag = in.u8();
      if (flag > 1) return std::nullopt;
      return flag == 1;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

fixed_key<4> key_of_item(item_index item) {
  fixed_key<4> key;
  for (int i = 0; i < 4; ++i)
    key.bytes[static_cast<std::size_t>(i)] = static_cast<char>(to_integer(item) >> (24 - 8 * i));
  return key;
}

std::string encode_item(const item& value) {
  unsigned flags = 0;
  unsigned bit = 1;
  for (const auto field : text_fields) flags |= (value.*field ? bit : 0), bit <<= 1;
  for (const auto field : number_fields) flags |= (value.*field ? bit : 0), bit <<= 1;

  std::string out(1, static_cast<char>(flags));
  for (const auto field : text_fields) {
    if (value.*field) put_text(out, *(value.*field));
  }
  for (const auto field : number_fields) {
    if (value.*field) put_double(out, *(value.*field));
  }
  put_varint(out, value.attributes.size());
  for (const auto& [name, attribute] : value.attributes) {
    put_text(out, name);
    put_attribute(out, attribute);
  }
  return out;
}

std::optional<item> decode_item(std::string_view value) {
  byte_reader in(value);
  unsigned flags = in.u8();
  item found;
  for (const auto field : text_fields) {
    if (flags & 1) found.*field = std::string(in.text());
    flags >>= 1;
  }
  for (const auto field : number_fields) {
    if (flags & 1) found.*field = in.float64();
    flags >>= 1;
  }
  for (auto left = in.varint(); left > 0 && in.ok(); --left) {
    std::string name(in.text());
    auto attribute = read_attribute(in);
    if (!attribute) return std::nullopt;
    found.attributes.emplace(std::move(name), std::move(*attribute));
  }
  if (!in.complete()) return std::nullopt;
  return found;
}

std::string encode_letter(const dead_letter& letter) {
  std::string out;
  put_text(out, letter.source);
  put_varint(out, static_cast<std::uint32_t>(letter.partition));
  put_zigzag(out, letter.offset);
  put_text(out, letter.reason);
  put_text(out, letter.message);
  put_text(out, letter.key);
  put_text(out, letter.bytes);
  put_varint(out, letter.headers.size());
  for (const auto& [name, value] : letter.headers) {
    put_text(out, name);
    put_text(out, value);
  }
  return out;
}

std::optional<dead_letter> decode_letter(std::string_view value) {
  byte_reader in(value);
  dead_letter letter;
  letter.source = in.text();
  letter.partition = static_cast<partition_id>(in.varint32());
  letter.offset = in.zigzag();
  letter.reason = in.text();
  letter.message = in.text();
  letter.key = in.text();
  letter.bytes = in.text();
  for (auto left = in.varint(); left > 0 && in.ok(); --left) {
    std::string name(in.text());
    letter.headers.emplace_back(std::move(name), std::string(in.text()));
  }
  if (!in.complete()) return std::nullopt;
  return letter;
}

std::string identity_of(const dead_letter& letter) {
  std::string out;
  put_text(out, letter.source);
  put_varint(out, static_cast<std::uint32_t>(letter.partition));
  put_zigzag(out, letter.offset);
  put_text(out, letter.bytes);
  return out;
}

}  // namespace freshet::schema
