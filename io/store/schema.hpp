// What: every key and value of the database, byte by byte; encoders and decoders.
// Why:  this page is what another program needs to read the files, and what a change of format must change.
// Errors: a decoder gives nothing for bytes that it could not have been given by its encoder (cut off, left over, an
//       unknown flag); the reader of the key makes that `corrupted`. Flipped bits inside a text are RocksDB's matter:
//       every block and every log record carries a checksum.
//
// Words are those of byte_codec.hpp. `hash(x)` is XXH3 of x, seeded with a secret of this database (meta `salts`): no
// key holds an id, because a key's bytes outlive its deletion in the MANIFEST as a file's first or last key.
//
// family  key                                     value
// ------  --------------------------------------  --------------------------------------------------------------------
// hist    user u32 BE, event key u64 BE           one event; the event key is hash(identity), so the record is its own
//                                                 dedupe mark and a user's events lie together
//           flags u8        1 type  2 qty  4 value  8 event id  16 session  32 recommendation  64 properties
//           ts zigzag, item varint, then for each flag in this order:
//           type varint, qty zigzag (absent = 1), value f32 LE, event id text, session id text,
//           recommendation id text, properties text
// ids     'u', hash(user id) u64 BE               number u32 LE, user id to the end
//           two ids with one hash: the later lies at the next free hash (hash + 1, + 2, ...); no id at all: a user was
//           erased here, and another lies behind
//         'U', user u32 BE                        user id
//         'I', item u32 BE                        item id; all of them are read at open, so there is no way back here
// items   item u32 BE                             metadata; no bytes at all: of a deleted item only its number stays
//           flags u8        1 title  2 category  4 brand  8 description  16 image  32 price  64 stars  128 sold
//           for each flag in this order: text x 5, f64 LE x 3; then
//           attributes varint, each: name text, kind u8, then by kind 0 text | 1 f64 LE | 2 u8 (0 or 1)
// meta    "schema"                                version u32 LE; 1 knew no deleted items, 2 no erased users; both
//                                                 become 3 when their owner opens them
//         "salts"                                 ids u64 LE, events u64 LE
//         "type/", number u16 BE                  name of an event type; numbers start at 1
//         "offset/", partition u32 BE, source     next offset zigzag
//         "taken/", partition u32 BE, source      the last record before the next offset: its offset zigzag, its mark
//                                                 (record_mark.hpp) u64 LE
//         "letter/", sequence u64 BE              a dead letter: source text, partition varint, offset zigzag, reason
//                                                 text, message text, key text, bytes text, headers varint, each: name
//                                                 text, value text
//         "letterkey/", hash u64 BE               sequence u64 LE of the waiting letter with this source, partition,
//                                                 offset and bytes
//         "erased/", hash(user id) u64 BE         sequence u64 LE of the latest erasure of this user
//         "erasure/", sequence u64 BE             erased at zigzag, logs varint, each: source text, partition varint,
//                                                 offset after the last one before the erasure zigzag
//         "totals"                                totals, below, and in `folded` the last change that they contain
//         "counts/", page u32 BE                  events per item: varint for each item of the page, 1024 a page,
//                                                 zeros at the end left out
//         "change/", sequence u64 BE              one per batch: totals after it, then changed items varint, each: item
//                                                 varint, events of the item after it varint. Absolute numbers, so
//                                                 reading a change twice changes nothing; changes up to `folded` are
//                                                 contained in "totals" and "counts/" and are removed
//         "log/", partition u32 BE                of the embedded log: first offset kept zigzag, next offset zigzag
//           totals: folded varint, next user varint, next item varint, next letter varint, users varint, items varint,
//           events varint, letters varint
// log     partition u32 BE, first offset u64 BE   consecutive records of the embedded log, written at one time:
//           unix ms zigzag, records varint, each: key text, value text; a record of an erased user is empty texts
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/strong_id.hpp"
#include "core/data/event.hpp"
#include "core/data/history.hpp"
#include "core/data/item.hpp"
#include "io/events/event_source.hpp"
#include "io/store/event_store.hpp"

namespace freshet::schema {

inline constexpr std::uint32_t version = 3;
inline constexpr std::uint32_t items_per_page = 1024;

template <std::size_t Size>
struct fixed_key {
  std::array<char, Size> bytes{};
  std::string_view view() const { return {bytes.data(), Size}; }
  // As RocksDB compares: bytes are unsigned, which a char need not be.
  friend auto operator<=>(const fixed_key& a, const fixed_key& b) { return a.view() <=> b.view(); }
  friend bool operator==(const fixed_key& a, const fixed_key& b) { return a.view() == b.view(); }
};

// --- hist
using history_key = fixed_key<12>;
[[nodiscard]] history_key key_of_event(user_index user, std::uint64_t event_key);
[[nodiscard]] fixed_key<4> prefix_of_user(user_index user);
struct history_position {
  user_index user{};
  std::uint64_t event_key{};
};
[[nodiscard]] std::optional<history_position> decode_history_key(std::string_view key);

void encode_event(std::string& out, const event& value, item_index item, event_type_index type);
/// What ranking needs; the texts are passed over, `key` stays 0.
[[nodiscard]] std::optional<interaction> decode_interaction(std::string_view value);
/// All of it but the ids of user and item, whose numbers the caller looks up.
struct event_fields {
  interaction numbers;
  event value;
};
[[nodiscard]] std::optional<event_fields> decode_event(std::string_view value);

// --- ids
[[nodiscard]] fixed_key<9> key_of_user_hash(std::uint64_t hash);
[[nodiscard]] fixed_key<5> key_of_user_id(user_index user);
[[nodiscard]] fixed_key<5> key_of_item_id(item_index item);
/// What precedes the numbers of all items.
inline constexpr std::string_view item_id_prefix = "I";
[[nodiscard]] std::optional<item_index> decode_item_id_key(std::string_view key);
struct user_entry {
  user_index number{};
  std::string_view id;
};
[[nodiscard]] std::string encode_user_entry(user_entry entry);
[[nodiscard]] std::optional<user_entry> decode_user_entry(std::string_view value);

// --- items
[[nodiscard]] fixed_key<4> key_of_item(item_index item);
/// The record of an item that was deleted. No metadata is encoded as this.
inline constexpr std::string_view deleted_item;
[[nodiscard]] std::string encode_item(const item& value);
/// `item_id` stays empty.
[[nodiscard]] std::optional<item> decode_item(std::string_view value);

// --- meta
inline constexpr std::string_view version_key = "schema";
inline constexpr std::string_view salts_key = "salts";
inline constexpr std::string_view totals_key = "totals";
inline constexpr std::string_view type_prefix = "type/";
inline constexpr std::string_view offset_prefix = "offset/";
inline constexpr std::string_view taken_prefix = "taken/";
inline constexpr std::string_view letter_prefix = "letter/";
inline constexpr std::string_view letter_key_prefix = "letterkey/";
inline constexpr std::string_view counts_prefix = "counts/";
inline constexpr std::string_view change_prefix = "change/";
inline constexpr std::string_view log_prefix = "log/";
inline constexpr std::string_view erased_prefix = "erased/";
inline constexpr std::string_view erasure_prefix = "erasure/";

/// `prefix` and a number, big endian; the number back.
template <class Unsigned>
[[nodiscard]] std::string numbered_key(std::string_view prefix, Unsigned number);
template <class Unsigned>
[[nodiscard]] std::optional<Unsigned> number_of_key(std::string_view prefix, std::string_view key);

struct salts {
  std::uint64_t ids{};
  std::uint64_t events{};
  friend bool operator==(const salts&, const salts&) = default;
};
[[nodiscard]] std::string encode_version(std::uint32_t number);
[[nodiscard]] std::optional<std::uint32_t> decode_version(std::string_view value);
[[nodiscard]] std::string encode_salts(const salts& value);
[[nodiscard]] std::optional<salts> decode_salts(std::string_view value);

[[nodiscard]] std::string key_of_offset(std::string_view source, partition_id partition);
[[nodiscard]] std::string encode_offset(log_offset offset);
[[nodiscard]] std::optional<consumed_position> decode_position(std::string_view key, std::string_view value);
[[nodiscard]] std::string key_of_taken(std::string_view source, partition_id partition);
[[nodiscard]] std::string encode_mark(const record_mark& mark);
[[nodiscard]] std::optional<record_mark> decode_mark(std::string_view value);

[[nodiscard]] std::string encode_letter(const dead_letter& letter);
[[nodiscard]] std::optional<dead_letter> decode_letter(std::string_view value);
/// Bytes that are the same for the same letter only, to be hashed.
[[nodiscard]] std::string identity_of(const dead_letter& letter);
[[nodiscard]] std::string encode_sequence(std::uint64_t sequence);
[[nodiscard]] std::optional<std::uint64_t> decode_sequence(std::string_view value);

/// When users were erased, and how far the logs reached then.
struct erasure {
  unix_seconds erased_at{};
  std::vector<consumed_position> before;
};
[[nodiscard]] std::string encode_erasure(const erasure& value);
[[nodiscard]] std::optional<erasure> decode_erasure(std::string_view value);

struct totals {
  std::uint64_t folded{};
  std::uint32_t next_user{};
  std::uint32_t next_item{};
  std::uint64_t next_letter{};
  std::uint64_t users{};
  std::uint64_t items{};
  std::uint64_t events{};
  std::uint64_t letters{};
  friend bool operator==(const totals&, const totals&) = default;
};
struct item_count {
  item_index item{};
  std::uint64_t events{};
  friend bool operator==(const item_count&, const item_count&) = default;
};
struct change {
  totals after;
  std::vector<item_count> counts;
};
[[nodiscard]] std::string encode_totals(const totals& value);
[[nodiscard]] std::optional<totals> decode_totals(std::string_view value);
[[nodiscard]] std::string encode_change(const totals& after, std::span<const item_count> counts);
[[nodiscard]] std::optional<change> decode_change(std::string_view value);
[[nodiscard]] std::string encode_counts_page(std::span<const std::uint64_t> counts);
/// At most items_per_page numbers.
[[nodiscard]] std::optional<std::vector<std::uint64_t>> decode_counts_page(std::string_view value);

struct log_bounds {
  log_offset first{};
  log_offset next{};
  friend bool operator==(const log_bounds&, const log_bounds&) = default;
};
[[nodiscard]] std::string encode_log_bounds(const log_bounds& bounds);
[[nodiscard]] std::optional<log_bounds> decode_log_bounds(std::string_view value);

// --- log
using log_key = fixed_key<12>;
[[nodiscard]] log_key key_of_log_entry(partition_id partition, log_offset first);
struct log_position {
  partition_id partition{};
  log_offset offset{};
};
[[nodiscard]] std::optional<log_position> decode_log_key(std::string_view key);

struct log_record {
  std::string_view key;
  std::string_view value;
};
/// Builds a log entry record by record.
[[nodiscard]] std::string begin_log_entry(std::int64_t unix_ms, std::size_t records);
void append_log_record(std::string& entry, log_record value);

struct log_entry_head {
  std::int64_t unix_ms{};
  std::uint64_t records{};
};
[[nodiscard]] std::optional<log_entry_head> decode_log_entry_head(std::string_view value);
/// The records from number `skip` on, at most `limit`, appended to `records` but for erased ones. How many that were,
/// erased ones included; nothing for damaged bytes.
[[nodiscard]] std::optional<std::size_t> decode_log_records(std::string_view value, log_offset first, std::size_t skip,
                                                            std::size_t limit, std::vector<record>& records);
/// All of them, in views of `value`.
[[nodiscard]] std::optional<std::vector<log_record>> decode_log_entry(std::string_view value);

}  // namespace freshet::schema
