#include "io/files/content_key.hpp"

#include <absl/container/flat_hash_map.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "core/base/hash.hpp"

namespace freshet {
namespace {

template <class Value>
void append_bytes(std::string& out, Value value) {
  static_assert(std::endian::native == std::endian::little);
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void append_text(std::string& out, std::string_view text) {
  append_bytes(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

struct hash_bits {
  std::size_t operator()(const content_hash& hash) const { return hash.low; }
};
using counts_map = absl::flat_hash_map<content_hash, std::uint32_t, hash_bits>;

error spill_failure(const std::filesystem::path& directory, const std::string& reason) {
  return error{error_code::io_failure, "cannot keep the counts of repeated rows in " + directory.string() + ": " +
                                           reason + "; set TMPDIR to a directory with room"};
}

/// Counts that no longer fit in memory, in a database that nobody else sees and that need not survive anything.
class spilled_counts {
 public:
  static result<std::unique_ptr<spilled_counts>> create(std::filesystem::path parent) {
    std::error_code failure;
    if (parent.empty()) parent = std::filesystem::temp_directory_path(failure);
    if (failure) return spill_failure("TMPDIR", failure.message());
    std::string directory = (parent / "freshet-counts-XXXXXX").string();
    if (mkdtemp(directory.data()) == nullptr) return spill_failure(parent, std::strerror(errno));
    auto spilled = std::unique_ptr<spilled_counts>(new spilled_counts(directory));
    rocksdb::DB* opened = nullptr;
    if (const auto outcome = rocksdb::DB::Open(options(), directory, &opened); !outcome.ok()) {
      return spill_failure(directory, outcome.ToString());
    }
    spilled->database_.reset(opened);
    return spilled;
  }
  ~spilled_counts() {
    database_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  result<std::uint32_t> find(const content_hash& hash) {
    rocksdb::PinnableSlice value;
    const auto outcome = database_->Get({}, database_->DefaultColumnFamily(), key_of(hash), &value);
    if (outcome.IsNotFound()) return std::uint32_t{0};
    if (!outcome.ok()) return spill_failure(directory_, outcome.ToString());
    std::uint32_t count = 0;
    std::memcpy(&count, value.data(), std::min(value.size(), sizeof count));
    return count;
  }

  /// In the order of the keys, which the memtable takes faster.
  status take(const counts_map& counts) {
    std::vector<std::pair<content_hash, std::uint32_t>> sorted(counts.begin(), counts.end());
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& left, const auto& right) { return key_bytes(left.first) < key_bytes(right.first); });
    rocksdb::WriteOptions unlogged;
    unlogged.disableWAL = true;
    rocksdb::WriteBatch batch;
    for (std::size_t at = 0; at < sorted.size(); ++at) {
      const auto& [hash, count] = sorted[at];
      batch.Put(key_of(hash), {reinterpret_cast<const char*>(&count), sizeof count});
      if (batch.Count() < 10'000 && at + 1 < sorted.size()) continue;
      if (const auto outcome = database_->Write(unlogged, &batch); !outcome.ok()) {
        return spill_failure(directory_, outcome.ToString());
      }
      batch.Clear();
    }
    return success{};
  }

 private:
  explicit spilled_counts(std::filesystem::path directory) : directory_(std::move(directory)) {}

  static rocksdb::Options options() {
    rocksdb::BlockBasedTableOptions blocks;
    blocks.block_cache = rocksdb::NewLRUCache(64 << 20);
    blocks.cache_index_and_filter_blocks = true;
    blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = 32 << 20;
    options.compression = rocksdb::kNoCompression;
    options.max_open_files = 256;
    options.info_log_level = rocksdb::FATAL_LEVEL;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
    return options;
  }
  static rocksdb::Slice key_of(const content_hash& hash) { return {reinterpret_cast<const char*>(&hash), sizeof hash}; }
  static std::string_view key_bytes(const content_hash& hash) {
    return {reinterpret_cast<const char*>(&hash), sizeof hash};
  }

  std::filesystem::path directory_;
  std::unique_ptr<rocksdb::DB> database_;
};

}  // namespace

content_hash content_hash_of(const event& value) {
  std::string content;
  content.reserve(256);
  append_bytes(content, std::int64_t{value.ts});
  append_bytes(content, std::int64_t{value.qty});
  content += static_cast<char>(value.value.has_value());
  if (value.value) append_bytes(content, *value.value == 0 ? 0.0f : *value.value);
  for (const auto* text : {&value.user_id, &value.item_id, &value.event_type, &value.session_id,
                           &value.recommendation_id, &value.properties}) {
    append_text(content, *text);
  }
  return {.high = hash64(content, 0), .low = hash64(content, 1)};
}

std::string content_event_id(const content_hash& hash, std::uint64_t n) {
  char text[64];
  const int length =
      std::snprintf(text, sizeof text, "content:%016llx%016llx:%llu", static_cast<unsigned long long>(hash.high),
                    static_cast<unsigned long long>(hash.low), static_cast<unsigned long long>(n));
  return {text, static_cast<std::size_t>(length)};
}

struct content_counter::state {
  content_counter_options options;
  counts_map in_memory;
  std::unique_ptr<spilled_counts> spilled;
};

content_counter::content_counter(content_counter_options options)
    : state_(std::make_unique<state>(state{std::move(options), {}, nullptr})) {}

content_counter::~content_counter() = default;

result<std::uint64_t> content_counter::count(const content_hash& hash) {
  auto& [options, in_memory, spilled] = *state_;
  const auto [found, is_new] = in_memory.try_emplace(hash, 0);
  if (is_new && spilled != nullptr) {
    FRESHET_ASSIGN(found->second, spilled->find(hash));
  }
  const std::uint64_t before = found->second++;
  if (in_memory.size() < options.entries_in_memory_max) return before;
  if (spilled == nullptr) {
    FRESHET_ASSIGN(spilled, spilled_counts::create(options.spill_directory));
  }
  FRESHET_TRY(spilled->take(in_memory));
  in_memory.clear();
  return before;
}

}  // namespace freshet
