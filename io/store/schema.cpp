#include "io/store/schema.hpp"

#include "io/store/byte_codec.hpp"

namespace freshet::schema {
namespace {

template <class Unsigned>
void write_big_endian(char* out, Unsigned value) {
  for (int shift = 8 * (sizeof value - 1); shift >= 0; shift -= 8) *out++ = static_cast<char>(value >> shift);
}

/// Of something that fills the reader exactly.
template <class T>
std::optional<T> when_complete(const byte_reader& in, T value) {
  if (!in.complete()) return std::nullopt;
  return value;
}

void put_totals(std::string& out, const totals& value) {
  put_varint(out, value.folded);
  put_varint(out, value.next_user);
  put_varint(out, value.next_item);
  put_varint(out, value.next_letter);
  put_varint(out, value.users);
  put_varint(out, value.items);
  put_varint(out, value.events);
  put_varint(out, value.letters);
}

totals read_totals(byte_reader& in) {
  totals value;
  value.folded = in.varint();
  value.next_user = in.varint32();
  value.next_item = in.varint32();
  value.next_letter = in.varint();
  value.users = in.varint();
  value.items = in.varint();
  value.events = in.varint();
  value.letters = in.varint();
  return value;
}

}  // namespace

template <class Unsigned>
std::string numbered_key(std::string_view prefix, Unsigned number) {
  std::string key(prefix);
  put_big_endian(key, number);
  return key;
}
template std::string numbered_key(std::string_view, std::uint16_t);
template std::string numbered_key(std::string_view, std::uint32_t);
template std::string numbered_key(std::string_view, std::uint64_t);

template <class Unsigned>
std::optional<Unsigned> number_of_key(std::string_view prefix, std::string_view key) {
  if (!key.starts_with(prefix)) return std::nullopt;
  byte_reader in(key.substr(prefix.size()));
  const auto number = in.big_endian<Unsigned>();
  return when_complete(in, number);
}
template std::optional<std::uint16_t> number_of_key(std::string_view, std::string_view);
template std::optional<std::uint32_t> number_of_key(std::string_view, std::string_view);
template std::optional<std::uint64_t> number_of_key(std::string_view, std::string_view);

// --- ids

fixed_key<9> key_of_user_hash(std::uint64_t hash) {
  fixed_key<9> key;
  key.bytes[0] = 'u';
  write_big_endian(key.bytes.data() + 1, hash);
  return key;
}

fixed_key<5> key_of_user_id(user_index user) {
  fixed_key<5> key;
  key.bytes[0] = 'U';
  write_big_endian(key.bytes.data() + 1, to_integer(user));
  return key;
}

fixed_key<5> key_of_item_id(item_index item) {
  fixed_key<5> key;
  key.bytes[0] = item_id_prefix.front();
  write_big_endian(key.bytes.data() + 1, to_integer(item));
  return key;
}

std::optional<item_index> decode_item_id_key(std::string_view key) {
  const auto number = number_of_key<std::uint32_t>(item_id_prefix, key);
  if (!number) return std::nullopt;
  return static_cast<item_index>(*number);
}

std::string encode_user_entry(user_entry entry) {
  std::string out;
  out.reserve(sizeof entry.number + entry.id.size());
  put_little_endian(out, to_integer(entry.number));
  out.append(entry.id);
  return out;
}

std::optional<user_entry> decode_user_entry(std::string_view value) {
  byte_reader in(value);
  user_entry entry;
  entry.number = static_cast<user_index>(in.little_endian<std::uint32_t>());
  entry.id = in.rest();
  return when_complete(in, entry);
}

// --- meta

std::string encode_version(std::uint32_t number) {
  std::string out;
  put_little_endian(out, number);
  return out;
}

std::optional<std::uint32_t> decode_version(std::string_view value) {
  byte_reader in(value);
  const auto number = in.little_endian<std::uint32_t>();
  return when_complete(in, number);
}

std::string encode_salts(const salts& value) {
  std::string out;
  put_little_endian(out, value.ids);
  put_little_endian(out, value.events);
  return out;
}

std::optional<salts> decode_salts(std::string_view value) {
  byte_reader in(value);
  salts found;
  found.ids = in.little_endian<std::uint64_t>();
  found.events = in.little_endian<std::uint64_t>();
  return when_complete(in, found);
}

std::string key_of_offset(std::string_view source, partition_id partition) {
  auto key = numbered_key(offset_prefix, static_cast<std::uint32_t>(partition));
  key.append(source);
  return key;
}

std::string encode_offset(log_offset offset) {
  std::string out;
  put_zigzag(out, offset);
  return out;
}

std::optional<consumed_position> decode_position(std::string_view key, std::string_view value) {
  if (!key.starts_with(offset_prefix)) return std::nullopt;
  byte_reader in(key.substr(offset_prefix.size()));
  consumed_position position;
  position.partition = static_cast<partition_id>(in.big_endian<std::uint32_t>());
  position.source = in.rest();
  if (!in.complete()) return std::nullopt;
  byte_reader number(value);
  position.next_offset = number.zigzag();
  return when_complete(number, position);
}

std::string key_of_taken(std::string_view source, partition_id partition) {
  auto key = numbered_key(taken_prefix, static_cast<std::uint32_t>(partition));
  key.append(source);
  return key;
}

std::string encode_mark(const record_mark& mark) {
  std::string out;
  put_zigzag(out, mark.offset);
  put_little_endian(out, mark.hash);
  return out;
}

std::optional<record_mark> decode_mark(std::string_view value) {
  byte_reader in(value);
  record_mark mark;
  mark.offset = in.zigzag();
  mark.hash = in.little_endian<std::uint64_t>();
  return when_complete(in, mark);
}

std::string encode_sequence(std::uint64_t sequence) {
  std::string out;
  put_little_endian(out, sequence);
  return out;
}

std::optional<std::uint64_t> decode_sequence(std::string_view value) {
  byte_reader in(value);
  const auto sequence = in.little_endian<std::uint64_t>();
  return when_complete(in, sequence);
}

std::string encode_erasure(const erasure& value) {
  std::string out;
  put_zigzag(out, value.erased_at);
  put_varint(out, value.before.size());
  for (const auto& log : value.before) {
    put_text(out, log.source);
    put_varint(out, static_cast<std::uint32_t>(log.partition));
    put_zigzag(out, log.next_offset);
  }
  return out;
}

std::optional<erasure> decode_erasure(std::string_view value) {
  byte_reader in(value);
  erasure found;
  found.erased_at = in.zigzag();
  for (auto left = in.varint(); left > 0 && in.ok(); --left) {
    consumed_position log;
    log.source = in.text();
    log.partition = static_cast<partition_id>(in.varint32());
    log.next_offset = in.zigzag();
    found.before.push_back(std::move(log));
  }
  return when_complete(in, std::move(found));
}

std::string encode_totals(const totals& value) {
  std::string out;
  put_totals(out, value);
  return out;
}

std::optional<totals> decode_totals(std::string_view value) {
  byte_reader in(value);
  const auto found = read_totals(in);
  return when_complete(in, found);
}

std::string encode_change(const totals& after, std::span<const item_count> counts) {
  std::string out;
  put_totals(out, after);
  put_varint(out, counts.size());
  for (const auto& count : counts) {
    put_varint(out, to_integer(count.item));
    put_varint(out, count.events);
  }
  return out;
}

std::optional<change> decode_change(std::string_view value) {
  byte_reader in(value);
  change found;
  found.after = read_totals(in);
  for (auto left = in.varint(); left > 0 && in.ok(); --left) {
    const auto item = static_cast<item_index>(in.varint32());
    found.counts.push_back({item, in.varint()});
  }
  return when_complete(in, std::move(found));
}

std::string encode_counts_page(std::span<const std::uint64_t> counts) {
  while (!counts.empty() && counts.back() == 0) counts = counts.first(counts.size() - 1);
  std::string out;
  for (const auto count : counts) put_varint(out, count);
  return out;
}

std::optional<std::vector<std::uint64_t>> decode_counts_page(std::string_view value) {
  byte_reader in(value);
  std::vector<std::uint64_t> counts;
  while (!in.empty() && in.ok() && counts.size() < items_per_page) counts.push_back(in.varint());
  return when_complete(in, std::move(counts));
}

std::string encode_log_bounds(const log_bounds& bounds) {
  std::string out;
  put_zigzag(out, bounds.first);
  put_zigzag(out, bounds.next);
  return out;
}

std::optional<log_bounds> decode_log_bounds(std::string_view value) {
  byte_reader in(value);
  log_bounds bounds;
  bounds.first = in.zigzag();
  bounds.next = in.zigzag();
  return when_complete(in, bounds);
}

}  // namespace freshet::schema
