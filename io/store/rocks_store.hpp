// What:    event_store on RocksDB.
// How:     one mutex for writers. A batch is planned (numbers for ids, duplicates), written as one WriteBatch, and only
//          then known to memory; a reader that is faster than that finds a new id in the files.
// Why:     the key of an event is (user, hash of its identity): looking it up is the dedupe, and writing it twice
//          would write the same bytes.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <atomic>
#include <map>
#include <mutex>

#include "io/store/counters.hpp"
#include "io/store/database.hpp"
#include "io/store/erasure_ledger.hpp"
#include "io/store/erasures.hpp"
#include "io/store/event_store.hpp"
#include "io/store/name_table.hpp"
#include "io/store/schema.hpp"
#include "io/store/user_directory.hpp"

namespace freshet {

struct ingest_plan;

class rocks_store final : public event_store {
 public:
  rocks_store(std::unique_ptr<database> db, const store_options& options, const schema::salts& salts);

  /// Reads into memory what is held there; of a reader, what is new since.
  status load();
  database& files() { return *db_; }
  const database& files() const { return *db_; }

  status refresh() override;
  result<ingest_outcome> apply(const ingest_batch& batch, bool sync) override;
  result<std::vector<item_index>> put_items(std::span<const item> items) override;
  status remove_items(std::span<const item_index> items) override;
  result<std::vector<item_index>> intern_items(std::span<const std::string> item_ids) override;
  status sync() override { return db_->sync(); }
  result<erasure_outcome> erase_users(const erasure_order& order) override;
  /// What apply_erasure_ledger promises.
  result<erasure_outcome> erase_again(const erasure_ledger& ledger);
  /// The same for a database that has just been made: it holds nobody, and keeps the hashes.
  status take_over(const erasure_ledger& ledger);
  bool is_erased(std::string_view user_id) const override { return erasures_.find(user_id) != nullptr; }
  void set_retention(std::uint32_t days) override { retention_days_ = days; }
  result<expiry_outcome> remove_expired() override;

  result<std::optional<user_index>> find_user(std::string_view user_id) const override;
  result<std::optional<item_index>> find_item(std::string_view item_id) const override;
  bool is_surely_unknown(std::string_view user_id) const override { return users_.is_surely_unknown(user_id); }
  result<std::string> user_id(user_index user) const override { return users_.id(user); }
  result<std::string> item_id(item_index item) const override;
  result<std::vector<std::string>> item_ids() const override { return items_.all(); }
  std::vector<std::string> event_types() const override { return types_.all(); }

  result<user_history> history(user_index user) const override;
  result<std::vector<stored_event>> events(user_index user, std::size_t limit,
                                           std::optional<event_cursor> after) const override;
  status for_each_history(const std::function<bool(user_index, std::span<const interaction>)>& visit) const override;
  result<std::vector<consumed_position>> for_each_event(
      const std::function<bool(const interaction&)>& visit) const override;
  result<std::optional<item>> find_metadata(item_index index) const override;
  result<bool> is_deleted(item_index index) const override;
  status for_each_item(const std::function<void(item_index, const item&)>& visit) const override;
  result<std::vector<item_index>> deleted_items() const override;
  result<store_counts> counts() const override;
  result<std::vector<std::uint64_t>> item_event_counts() const override { return counters_.events_of_items(); }

  std::optional<log_offset> position(std::string_view source, partition_id partition) const override;
  status recover() override;
  result<std::optional<record_mark>> last_record(std::string_view source, partition_id partition) const override;
  result<std::vector<consumed_position>> positions() const override;
  result<std::vector<waiting_letter>> waiting_dead_letters(std::size_t limit) const override;
  status remove_dead_letters(std::span<const std::uint64_t> sequences) override;

  std::filesystem::path path() const override { return db_->path(); }

 private:
  using position_key = std::pair<std::string, partition_id>;

  status load_items();
  status load_types();
  status load_positions();
  result<std::vector<consumed_position>> read_positions(const rocksdb::Snapshot* moment) const;
  error damaged(std::string_view what) const;

  // --- reading
  result<interaction> read_interaction(std::string_view key, std::string_view value) const;
  status sort_canonically(user_history& history) const;
  result<std::string> type_name(event_type_index type) const;
  result<stored_event> read_stored_event(std::uint64_t key, std::string_view value) const;

  /// Events before this time are not read.
  unix_seconds oldest_kept() const;

  // --- applying a batch, in this order
  void drop_events(ingest_plan& plan) const;
  status number_users(ingest_plan& plan) const;
  status find_duplicates(ingest_plan& plan) const;
  void number_items_and_types(ingest_plan& plan) const;
  event_type_index number_of_type(ingest_plan& plan, std::string_view name) const;
  status count_new_items(ingest_plan& plan) const;
  status put_users(ingest_plan& plan) const;
  void put_events(ingest_plan& plan) const;
  status put_letters(ingest_plan& plan) const;
  void put_positions(ingest_plan& plan) const;
  void remember(const ingest_plan& plan);
  ingest_outcome outcome_of(const ingest_plan& plan) const;

  // --- removing
  using item_sums = absl::flat_hash_map<item_index, std::uint64_t>;
  /// Events that are removed, by item, as what is left of each; and the totals with them.
  result<std::vector<schema::item_count>> counts_without(const item_sums& removed, schema::totals& after) const;
  result<erasure_outcome> erase(const erasure_note& note, bool put_into_ledger);
  status erase_user(write_batch& batch, const user_directory::located_user& user, item_sums& removed) const;
  result<std::uint64_t> erase_letters(write_batch& batch, std::span<const std::uint64_t> hashes) const;
  /// Of the users from `from` on, about as many events as are read in a moment. The user to go on with, or nothing.
  result<std::optional<user_index>> remove_some_expired(user_index from, unix_seconds oldest, expiry_outcome& sum);

  status put_some_items(std::span<const item> items, std::vector<item_index>& numbers);
  /// The number of an id, a new one when it has none; new ids are appended to `fresh` and put into the batch.
  item_index intern(write_batch& batch, std::string_view id, std::vector<std::string>& fresh, schema::totals& after);
  /// An empty batch; memory is up to date with the files then.
  result<write_batch> begin();
  status commit(write_batch& batch, const schema::totals& after, std::span<const schema::item_count> counts, bool sync);

  std::unique_ptr<database> db_;
  const store_options options_;
  const schema::salts salts_;
  name_table items_;
  name_table types_;
  user_directory users_;
  counters counters_;
  erasures erasures_;
  std::atomic<std::uint32_t> retention_days_;
  std::mutex write_mutex_;
  /// Of the files that memory knows.
  std::uint64_t loaded_generation_ = 0;
  mutable std::mutex positions_mutex_;
  std::map<position_key, log_offset> positions_;
};

}  // namespace freshet
