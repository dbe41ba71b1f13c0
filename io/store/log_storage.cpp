#include "io/store/log_storage.hpp"

#include <algorithm>
#include <limits>

namespace freshet {
namespace {

constexpr log_offset last_offset = std::numeric_limits<log_offset>::max();

/// The iterator on one partition, from `first` on. Below `first` lie removed entries. The bound keeps it from those in
/// files; in memory RocksDB steps backwards through every one of them, below the bound as well.
class partition_scan {
 public:
  partition_scan(database::pin files, partition_id partition, log_offset first)
      : files_(std::move(files)),
        first_key_(schema::key_of_log_entry(partition, first)),
        last_key_(schema::key_of_log_entry(partition, last_offset)),
        lower_(slice_of(first_key_.view())),
        upper_(slice_of(last_key_.view())) {
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower_;
    options.iterate_upper_bound = &upper_;
    at_.reset((*files_)->NewIterator(options, (*files_)[family::log]));
  }
  rocksdb::Iterator* operator->() { return at_.get(); }

 private:
  database::pin files_;
  schema::log_key first_key_, last_key_;
  rocksdb::Slice lower_, upper_;
  std::unique_ptr<rocksdb::Iterator> at_;
};

}  // namespace

error log_storage::damaged(partition_id partition) const {
  return {error_code::corrupted, db_->path().string() + ": partition " + std::to_string(to_integer(partition)) +
                                     " of the event log is damaged; restore a backup"};
}

schema::log_bounds log_storage::bounds(partition_id partition) const {
  const std::lock_guard guard(mutex_);
  return bounds_[static_cast<std::size_t>(to_integer(partition))];
}

status log_storage::load(std::int32_t partitions) {
  const auto generation = db_->generation();
  std::vector<schema::log_bounds> found(static_cast<std::size_t>(partitions));
  FRESHET_TRY(load_stored_bounds(found));
  FRESHET_TRY(load_ends(found));
  const std::lock_guard guard(mutex_);
  bounds_ = std::move(found);
  generation_ = generation;
  return success{};
}

status log_storage::load_stored_bounds(std::vector<schema::log_bounds>& found) const {
  return db_->for_each(family::meta, database::with_prefix(schema::log_prefix), database::blocks::passing,
                       [&](auto key, auto value) -> result<scan> {
                         const auto partition = schema::number_of_key<std::uint32_t>(schema::log_prefix, key);
                         const auto bounds = schema::decode_log_bounds(value);
                         if (!partition || !bounds) return damaged(static_cast<partition_id>(partition.value_or(0)));
                         if (*partition >= found.size()) found.resize(std::size_t{*partition} + 1);
                         found[*partition] = *bounds;
                         return scan::go_on;
                       });
}

/// Forwards, and backwards only from what is there: where all was removed, backwards would step through the removed.
status log_storage::load_ends(std::vector<schema::log_bounds>& found) const {
  FRESHET_ASSIGN(const auto files, db_->files());
  const std::unique_ptr<rocksdb::Iterator> beyond((*files)->NewIterator({}, (*files)[family::log]));
  for (;;) {
    const auto partition = static_cast<partition_id>(found.size());
    beyond->Seek(slice_of(schema::key_of_log_entry(partition, 0).view()));
    if (!beyond->Valid()) break;
    const auto position = schema::decode_log_key(view_of(beyond->key()));
    if (!position) return damaged(partition);
    found.resize(static_cast<std::size_t>(to_integer(position->partition)) + 1);
  }
  if (!beyond->status().ok()) return to_error(beyond->status(), db_->path().string());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto partition = static_cast<partition_id>(i);
    // What was appended since the bounds were stored, of which nothing was removed.
    partition_scan since(files, partition, found[i].next);
    since->SeekToFirst();
    if (since->Valid()) {
      since->SeekToLast();
      const auto position = schema::decode_log_key(view_of(since->key()));
      const auto head = schema::decode_log_entry_head(view_of(since->value()));
      if (!position || !head) return damaged(partition);
      found[i].next = std::max(found[i].next, position->offset + static_cast<log_offset>(head->records));
    }
    if (!since->status().ok()) return to_error(since->status(), db_->path().string());
  }
  return success{};
}

result<write_batch> log_storage::begin() {
  FRESHET_ASSIGN(auto batch, db_->begin());
  if (db_->generation() != generation_) FRESHET_TRY(load(partitions()));
  return batch;
}

result<std::vector<log_offset>> log_storage::append(const std::vector<group>& groups, std::int64_t unix_ms) {
  const std::lock_guard entries(db_->entries_mutex());
  FRESHET_ASSIGN(auto batch, begin());
  std::vector<log_offset> offsets;
  for (const auto& [partition, records] : groups) {
    auto entry = schema::begin_log_entry(unix_ms, records.size());
    for (const auto& record : records) schema::append_log_record(entry, record);
    offsets.push_back(at(partition).next);
    batch.put(family::log, schema::key_of_log_entry(partition, offsets.back()).view(), entry);
  }
  FRESHET_TRY(db_->write(batch, /*sync=*/true));
  const std::lock_guard guard(mutex_);
  for (const auto& [partition, records] : groups) at(partition).next += static_cast<log_offset>(records.size());
  return offsets;
}

/// Forwards first: where everything before was removed, backwards would step through the removed.
result<log_offset> log_storage::border_at(partition_id partition, log_offset offset) const {
  const auto kept = bounds(partition);
  if (offset <= kept.first || offset >= kept.next) return offset;
  FRESHET_ASSIGN(const auto files, db_->files());
  partition_scan from(files, partition, offset);
  from->SeekToFirst();
  if (!from->status().ok()) return to_error(from->status(), db_->path().string());
  if (from->Valid()) {
    const auto position = schema::decode_log_key(view_of(from->key()));
    if (!position) return damaged(partition);
    if (position->offset == offset) return offset;
  }

  // Within an entry, which is kept as long as one of its records is.
  partition_scan before(files, partition, kept.first);
  before->SeekForPrev(slice_of(schema::key_of_log_entry(partition, offset).view()));
  if (!before->Valid()) {
    if (!before->status().ok()) return to_error(before->status(), db_->path().string());
    return offset;
  }
  const auto position = schema::decode_log_key(view_of(before->key()));
  const auto head = schema::decode_log_entry_head(view_of(before->value()));
  if (!position || !head) return damaged(partition);
  const bool inside = position->offset + static_cast<log_offset>(head->records) > offset;
  return inside ? position->offset : offset;
}

status log_storage::trim(const std::vector<consumed>& positions) {
  const std::lock_guard entries(db_->entries_mutex());
  FRESHET_ASSIGN(auto batch, begin());
  std::vector<std::pair<partition_id, schema::log_bounds>> trimmed;
  for (const auto& [partition, next] : positions) {
    auto kept = bounds(partition);
    // A position beyond the end belongs to another log; nothing says that these records were consumed.
    if (next <= kept.first || next > kept.next) continue;
    FRESHET_ASSIGN(const auto border, border_at(partition, next));
    if (border <= kept.first) continue;
    batch.remove_range(family::log, schema::key_of_log_entry(partition, kept.first).view(),
                       schema::key_of_log_entry(partition, border).view());
    kept.first = border;
    batch.put(family::meta, schema::numbered_key(schema::log_prefix, static_cast<std::uint32_t>(to_integer(partition))),
              schema::encode_log_bounds(kept));
    trimmed.emplace_back(partition, kept);
  }
  if (trimmed.empty()) return success{};
  FRESHET_TRY(db_->write(batch, /*sync=*/false));
  const std::lock_guard guard(mutex_);
  for (const auto& [partition, kept] : trimmed) at(partition) = kept;
  return success{};
}

result<record_batch> log_storage::read(partition_id partition, log_offset from, std::size_t records_max) const {
  record_batch batch{.partition = partition, .records = {}, .next_offset = from};
  // Entries beyond this may be written, but their sync has not been confirmed.
  const auto end = bounds(partition).next;
  FRESHET_ASSIGN(const auto first, border_at(partition, from));
  FRESHET_ASSIGN(auto files, db_->files());
  partition_scan scan(std::move(files), partition, first);
  for (scan->SeekToFirst(); scan->Valid() && batch.records.size() < records_max && batch.next_offset < end;
       scan->Next()) {
    const auto position = schema::decode_log_key(view_of(scan->key()));
    // Offsets without gaps: an entry is missing otherwise.
    if (!position || position->offset > batch.next_offset) return damaged(partition);
    const auto skip = static_cast<std::size_t>(batch.next_offset - position->offset);
    const auto limit = std::min(records_max - batch.records.size(), static_cast<std::size_t>(end - batch.next_offset));
    const auto passed =
        schema::decode_log_records(view_of(scan->value()), position->offset, skip, limit, batch.records);
    if (!passed) return damaged(partition);
    batch.next_offset += static_cast<log_offset>(*passed);
  }
  if (!scan->status().ok()) return to_error(scan->status(), db_->path().string());
  if (batch.next_offset == from && from < end) return damaged(partition);
  return batch;
}

result<std::uint64_t> erase_log_records(const database& db, write_batch& batch,
                                        const std::function<bool(std::string_view key)>& is_erased) {
  std::uint64_t erased = 0;
  const auto visit = [&](auto key, auto value) -> result<scan> {
    const auto head = schema::decode_log_entry_head(value);
    const auto records = schema::decode_log_entry(value);
    if (!head || !records) {
      return error{error_code::corrupted, db.path().string() + ": the event log is damaged; restore a backup"};
    }
    const auto of_them = [&](const auto& each) { return !each.key.empty() && is_erased(each.key); };
    const auto count = std::count_if(records->begin(), records->end(), of_them);
    if (count == 0) return scan::go_on;
    erased += static_cast<std::uint64_t>(count);
    auto entry = schema::begin_log_entry(head->unix_ms, records->size());
    for (const auto& each : *records) schema::append_log_record(entry, of_them(each) ? schema::log_record{} : each);
    batch.put(family::log, key, entry);
    return scan::go_on;
  };
  FRESHET_TRY(db.for_each(family::log, {}, database::blocks::passing, visit));
  return erased;
}

}  // namespace freshet
