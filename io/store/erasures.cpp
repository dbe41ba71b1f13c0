#include "io/store/erasures.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <mutex>

namespace freshet {
namespace {

error damaged(const database& db) {
  return {error_code::corrupted, db.path().string() + ": a record of an erasure is damaged; restore a backup"};
}

bool belongs_to_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0 || std::string_view("._@+-").find(c) != std::string_view::npos;
}

/// Whether `"user_id": ` or the like stands at the end of the text.
bool ends_with_name_of_user(std::string_view text) {
  const auto trim = [&] {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  };
  trim();
  if (!text.ends_with(':')) return false;
  text.remove_suffix(1);
  trim();
  constexpr std::array names{"\"user_id\"", "\"userId\"", "\"visitorId\"", "\"anonymousId\""};
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return text.ends_with(name); });
}

}  // namespace

status erasures::load() {
  absl::flat_hash_map<std::uint64_t, erasure_ptr> by_sequence;
  std::uint64_t next = 1;
  FRESHET_TRY(db_->for_each(family::meta, database::with_prefix(schema::erasure_prefix), database::blocks::passing,
                            [&](auto key, auto value) -> result<scan> {
                              const auto sequence = schema::number_of_key<std::uint64_t>(schema::erasure_prefix, key);
                              auto found = schema::decode_erasure(value);
                              if (!sequence || !found) return damaged(*db_);
                              by_sequence[*sequence] = std::make_shared<const schema::erasure>(*std::move(found));
                              next = *sequence + 1;
                              return scan::go_on;
                            }));
  absl::flat_hash_map<std::uint64_t, erasure_ptr> by_user;
  FRESHET_TRY(db_->for_each(family::meta, database::with_prefix(schema::erased_prefix), database::blocks::passing,
                            [&](auto key, auto value) -> result<scan> {
                              const auto hash = schema::number_of_key<std::uint64_t>(schema::erased_prefix, key);
                              const auto sequence = schema::decode_sequence(value);
                              if (!hash || !sequence || !by_sequence.contains(*sequence)) return damaged(*db_);
                              by_user[*hash] = by_sequence[*sequence];
                              return scan::go_on;
                            }));
  const std::unique_lock guard(mutex_);
  next_sequence_ = next;
  by_user_ = std::move(by_user);
  return success{};
}

bool erasures::empty() const {
  const std::shared_lock guard(mutex_);
  return by_user_.empty();
}

erasures::erasure_ptr erasures::find(std::uint64_t hash) const {
  const std::shared_lock guard(mutex_);
  const auto at = by_user_.find(hash);
  return at == by_user_.end() ? nullptr : at->second;
}

void erasures::put(write_batch& batch, const schema::erasure& what, std::span<const std::uint64_t> hashes) const {
  batch.put(family::meta, schema::numbered_key(schema::erasure_prefix, next_sequence_), schema::encode_erasure(what));
  for (const auto hash : hashes) {
    batch.put(family::meta, schema::numbered_key(schema::erased_prefix, hash), schema::encode_sequence(next_sequence_));
  }
}

void erasures::written(schema::erasure what, std::span<const std::uint64_t> hashes) {
  const auto shared = std::make_shared<const schema::erasure>(std::move(what));
  const std::unique_lock guard(mutex_);
  ++next_sequence_;
  for (const auto hash : hashes) by_user_[hash] = shared;
}

bool lies_before(const schema::erasure& erased, std::string_view source, partition_id partition, log_offset offset) {
  return std::any_of(erased.before.begin(), erased.before.end(), [&](const consumed_position& log) {
    return log.partition == partition && log.source == source && offset < log.next_offset;
  });
}

void for_each_possible_user(const dead_letter& letter, const std::function<void(std::string_view)>& visit) {
  visit(letter.key);
  for (const auto& [name, value] : letter.headers) visit(value);
  const std::string_view bytes = letter.bytes;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] == '"') {
      const auto end = bytes.find('"', at + 1);
      if (end != std::string_view::npos) visit(bytes.substr(at + 1, end - at - 1));
      continue;
    }
    if (!belongs_to_word(bytes[at])) continue;
    const auto end = std::find_if_not(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), belongs_to_word);
    const auto word = bytes.substr(at, static_cast<std::size_t>(end - bytes.begin()) - at);
    const bool is_number = std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!is_number || ends_with_name_of_user(bytes.substr(0, at))) visit(word);
    at += word.size() - 1;
  }
}

}  // namespace freshet
