#include "io/files/content_key.hpp"

#include <absl/container/flat_hash_map.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
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

/// A Bloom filter whose probes of one hash share a cache line: 0.1 % false alarms at 30 million hashes, 10 % at 100.
class seen_filter {
 public:
  void add(const content_hash& hash) {
    auto& line = lines_[hash.high % lines_.size()];
    for_each_probe(hash, [&](std::size_t word, std::uint64_t bit) {
      line[word] |= bit;
      return true;
    });
  }
  bool may_have(const content_hash& hash) const {
    const auto& line = lines_[hash.high % lines_.size()];
    bool has_all = true;
    for_each_probe(hash, [&](std::size_t word, std::uint64_t bit) { return has_all = (line[word] & bit) != 0; });
    return has_all;
  }

 private:
  static constexpr std::size_t bytes = 64 << 20;
  static constexpr int probes = 4;

  /// Nine bits of the hash choose one of a line's 512 bits; until `probe` says no.
  template <class Probe>
  static void for_each_probe(const content_hash& hash, Probe probe) {
    std::uint64_t bits = hash.low;
    for (int left = probes; left > 0; --left, bits >>= 9) {
      if (!probe(bits >> 6 & 7, std::uint64_t{1} << (bits & 63))) return;
    }
  }

  std::vector<std::array<std::uint64_t, 8>> lines_ = std::vector<std::array<std::uint64_t, 8>>(bytes / 64);
};

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
    if (!seen_.may_have(hash)) return std::uint32_t{0};
    rocksdb::PinnableSlice value;
    const auto outcome = database_->Get({}, database_->DefaultColumnFamily(), key_of(hash), &value);
    if (outcome.IsNotFound()) return std::uint32_t{0};
    if (!outcome.ok()) return spill_failure(directory_, outcome.ToString());
    std::uint32_t count = 0;
    std::memcpy(&count, value.data(), std::min(value.size(), sizeof count));
    return count;
  }

  /// As one sorted file: no log, no memtable, nothing that a database does for data that must survive.
  status take(const counts_map& counts) {
    std::vector<std::pair<content_hash, std::uint32_t>> sorted(counts.begin(), counts.end());
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& left, const auto& right) { return key_of(left.first).compare(key_of(right.first)) < 0; });
    const auto file = (directory_ / "counts.sst").string();
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), database_->GetOptions());
    auto outcome = writer.Open(file);
    for (const auto& [hash, count] : sorted) {
      if (!outcome.ok()) break;
      outcome = writer.Put(key_of(hash), {reinterpret_cast<const char*>(&count), sizeof count});
    }
    if (outcome.ok()) outcome = writer.Finish();
    rocksdb::IngestExternalFileOptions moved;
    moved.move_files = true;
    if (outcome.ok()) outcome = database_->IngestExternalFile({file}, moved);
    if (!outcome.ok()) return spill_failure(directory_, outcome.ToString());
    for (const auto& [hash, count] : sorted) seen_.add(hash);
    return success{};
  }

 private:
  explicit spilled_counts(std::filesystem::path directory) : directory_(std::move(directory)) {}

  static rocksdb::Options options() {
    rocksdb::BlockBasedTableOptions blocks;
    blocks.block_cache = rocksdb::NewLRUCache(32 << 20);
    blocks.cache_index_and_filter_blocks = true;
    blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    rocksdb::Options options;
    options.create_if_missing = true;
    // Few sorted runs are what a look-up wants, and what is merged seldom costs little.
    options.compaction_style = rocksdb::kCompactionStyleUniversal;
    options.compression = rocksdb::kNoCompression;
    options.max_open_files = 256;
    options.info_log_level = rocksdb::FATAL_LEVEL;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
    return options;
  }
  static rocksdb::Slice key_of(const content_hash& hash) { return {reinterpret_cast<const char*>(&hash), sizeof hash}; }

  std::filesystem::path directory_;
  std::unique_ptr<rocksdb::DB> database_;
  seen_filter seen_;
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
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id = "content:";
  id.reserve(64);
  for (const std::uint64_t half : {hash.high, hash.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) id += digits[half >> shift & 15];
  }
  id += ':';
  return id += std::to_string(n);
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
