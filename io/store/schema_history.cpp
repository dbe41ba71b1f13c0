// The records of families hist and log.
#include <algorithm>
#include <limits>

#include "core/base/hash.hpp"
#include "io/store/byte_codec.hpp"
#include "io/store/schema.hpp"

namespace freshet::schema {
namespace {

enum event_flag : std::uint8_t {
  has_type = 1,
  has_qty = 2,
  has_value = 4,
  has_event_id = 8,
  has_session_id = 16,
  has_recommendation_id = 32,
  has_properties = 64,
  known_event_flags = 127,
};

template <class Unsigned>
void write_big_endian(char* out, Unsigned value) {
  for (int shift = 8 * (sizeof value - 1); shift >= 0; shift -= 8) *out++ = static_cast<char>(value >> shift);
}

std::uint8_t flags_of(const event& value, event_type_index type) {
  unsigned flags = 0;
  if (type != event_type_index{0}) flags |= has_type;
  if (value.qty != 1) flags |= has_qty;
  if (value.value) flags |= has_value;
  if (!value.event_id.empty()) flags |= has_event_id;
  if (!value.session_id.empty()) flags |= has_session_id;
  if (!value.recommendation_id.empty()) flags |= has_recommendation_id;
  if (!value.properties.empty()) flags |= has_properties;
  return static_cast<std::uint8_t>(flags);
}

/// Never 0, which says that there is none.
std::uint64_t session_hash(std::string_view session_id) {
  return std::max<std::uint64_t>(1, hash64(session_id));
}

/// The part before the texts; fails the reader for what no encoder writes.
interaction read_numbers(byte_reader& in, std::uint8_t flags, bool& sound) {
  interaction numbers;
  numbers.ts = in.zigzag();
  numbers.item = static_cast<item_index>(in.varint32());
  const auto type = flags & has_type ? in.varint() : 0;
  const auto qty = flags & has_qty ? in.zigzag() : 1;
  numbers.value = flags & has_value ? in.float32() : std::numeric_limits<float>::quiet_NaN();
  numbers.type = static_cast<event_type_index>(type);
  numbers.qty = static_cast<std::int32_t>(qty);
  sound = type <= std::numeric_limits<std::uint16_t>::max() && qty == numbers.qty && flags <= known_event_flags;
  return numbers;
}

}  // namespace

history_key key_of_event(user_index user, std::uint64_t event_key) {
  history_key key;
  write_big_endian(key.bytes.data(), to_integer(user));
  write_big_endian(key.bytes.data() + 4, event_key);
  return key;
}

fixed_key<4> prefix_of_user(user_index user) {
  fixed_key<4> key;
  write_big_endian(key.bytes.data(), to_integer(user));
  return key;
}

std::optional<history_position> decode_history_key(std::string_view key) {
  byte_reader in(key);
  history_position position;
  position.user = static_cast<user_index>(in.big_endian<std::uint32_t>());
  position.event_key = in.big_endian<std::uint64_t>();
  if (!in.complete()) return std::nullopt;
  return position;
}

void encode_event(std::string& out, const event& value, item_index item, event_type_index type) {
  const auto flags = flags_of(value, type);
  out.push_back(static_cast<char>(flags));
  put_zigzag(out, value.ts);
  put_varint(out, to_integer(item));
  if (flags & has_type) put_varint(out, to_integer(type));
  if (flags & has_qty) put_zigzag(out, value.qty);
  if (flags & has_value) put_float(out, *value.value);
  if (flags & has_event_id) put_text(out, value.event_id);
  if (flags & has_session_id) put_text(out, value.session_id);
  if (flags & has_recommendation_id) put_text(out, value.recommendation_id);
  if (flags & has_properties) put_text(out, value.properties);
}

std::optional<interaction> decode_interaction(std::string_view value) {
  byte_reader in(value);
  const auto flags = in.u8();
  bool sound = true;
  auto numbers = read_numbers(in, flags, sound);
  if (flags & has_event_id) in.text();
  if (flags & has_session_id) numbers.session = session_hash(in.text());
  for (unsigned texts = flags & (has_recommendation_id | has_properties); texts != 0; texts &= texts - 1) in.text();
  if (!sound || !in.complete()) return std::nullopt;
  return numbers;
}

std::optional<event_fields> decode_event(std::string_view value) {
  byte_reader in(value);
  const auto flags = in.u8();
  bool sound = true;
  event_fields fields;
  fields.numbers = read_numbers(in, flags, sound);
  fields.value.ts = fields.numbers.ts;
  fields.value.qty = fields.numbers.qty;
  if (flags & has_value) fields.value.value = fields.numbers.value;
  if (flags & has_event_id) fields.value.event_id = in.text();
  if (flags & has_session_id) {
    fields.value.session_id = in.text();
    fields.numbers.session = session_hash(fields.value.session_id);
  }
  if (flags & has_recommendation_id) fields.value.recommendation_id = in.text();
  if (flags & has_properties) fields.value.properties = in.text();
  if (!sound || !in.complete()) return std::nullopt;
  return fields;
}

// --- log

log_key key_of_log_entry(partition_id partition, log_offset first) {
  log_key key;
  write_big_endian(key.bytes.data(), static_cast<std::uint32_t>(partition));
  write_big_endian(key.bytes.data() + 4, static_cast<std::uint64_t>(first));
  return key;
}

std::optional<log_position> decode_log_key(std::string_view key) {
  byte_reader in(key);
  log_position position;
  position.partition = static_cast<partition_id>(in.big_endian<std::uint32_t>());
  position.offset = static_cast<log_offset>(in.big_endian<std::uint64_t>());
  if (!in.complete()) return std::nullopt;
  return position;
}

std::string begin_log_entry(std::int64_t unix_ms, std::size_t records) {
  std::string entry;
  put_zigzag(entry, unix_ms);
  put_varint(entry, records);
  return entry;
}

void append_log_record(std::string& entry, log_record value) {
  put_text(entry, value.key);
  put_text(entry, value.value);
}

std::optional<log_entry_head> decode_log_entry_head(std::string_view value) {
  byte_reader in(value);
  log_entry_head head;
  head.unix_ms = in.zigzag();
  head.records = in.varint();
  if (!in.ok()) return std::nullopt;
  return head;
}

std::optional<std::vector<log_record>> decode_log_entry(std::string_view value) {
  byte_reader in(value);
  in.zigzag();
  std::vector<log_record> records;
  for (auto left = in.varint(); left > 0 && in.ok(); --left) {
    const auto key = in.text();
    records.push_back({key, in.text()});
  }
  if (!in.complete()) return std::nullopt;
  return records;
}

std::optional<std::size_t> decode_log_records(std::string_view value, log_offset first, std::size_t skip,
                                              std::size_t limit, std::vector<record>& records) {
  byte_reader in(value);
  const auto unix_ms = in.zigzag();
  const auto count = in.varint();
  std::size_t passed = 0;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const auto key = in.text();
    const auto bytes = in.text();
    if (i < skip || !in.ok()) continue;
    if (passed == limit) return passed;
    ++passed;
    if (key.empty() && bytes.empty()) continue;
    records.push_back({.offset = first + static_cast<log_offset>(i),
                       .timestamp_ms = unix_ms,
                       .key = std::string(key),
                       .value = std::string(bytes),
                       .headers = {}});
  }
  if (!in.complete()) return std::nullopt;
  return passed;
}

}  // namespace freshet::schema
