#include "io/store/rocks_store.hpp"

#include <random>

namespace freshet {
namespace {

std::uint64_t secret() {
  std::random_device entropy;
  return std::uint64_t{entropy()} << 32 | entropy();
}

error not_ours(const database& db) {
  return {error_code::corrupted, db.path().string() +
                                     " has no readable schema record: it is not a database of Freshet, "
                                     "or it is damaged; restore a backup"};
}

/// A new database says what it is before it holds anything. Beside a ledger it takes over the salt of that.
result<schema::salts> initialise(database& db) {
  FRESHET_ASSIGN(const auto ledger, read_erasure_ledger(ledger_of(db.path())));
  const schema::salts salts{ledger ? ledger->salt : secret(), secret()};
  FRESHET_ASSIGN(auto batch, db.begin());
  batch.put(family::meta, schema::version_key, schema::encode_version(schema::version));
  batch.put(family::meta, schema::salts_key, schema::encode_salts(salts));
  FRESHET_TRY(db.write(batch, /*sync=*/true));
  return salts;
}

/// Every record of an older schema means the same in the present one; what is new must not meet an older program.
status migrate(database& db) {
  FRESHET_ASSIGN(auto batch, db.begin());
  batch.put(family::meta, schema::version_key, schema::encode_version(schema::version));
  return db.write(batch, /*sync=*/true);
}

struct database_facts {
  schema::salts salts;
  bool is_new = false;
};

result<database_facts> check_schema(database& db) {
  FRESHET_ASSIGN(const auto stored_version, db.get(family::meta, schema::version_key));
  FRESHET_ASSIGN(const auto stored_salts, db.get(family::meta, schema::salts_key));
  if (!stored_version) {
    bool empty = true;
    FRESHET_TRY(db.for_each(family::meta, {}, database::blocks::passing, [&](auto, auto) -> result<scan> {
      empty = false;
      return scan::stop;
    }));
    if (!empty || db.is_reader()) return not_ours(db);
    FRESHET_ASSIGN(const auto salts, initialise(db));
    return database_facts{salts, true};
  }
  const auto number = schema::decode_version(*stored_version);
  if (!number) return not_ours(db);
  if (*number > schema::version) {
    return error{error_code::unsupported, db.path().string() + " was written by a newer Freshet (schema " +
                                              std::to_string(*number) + ", this program knows " +
                                              std::to_string(schema::version) +
                                              "); use the newer program, or restore a backup of the older one"};
  }
  const auto salts = stored_salts ? schema::decode_salts(*stored_salts) : std::nullopt;
  if (*number == 0 || !salts) return not_ours(db);
  if (*number < schema::version && !db.is_reader()) FRESHET_TRY(migrate(db));
  return database_facts{*salts, false};
}

result<std::unique_ptr<event_store>> make_store(std::unique_ptr<database> db, const store_options& options) {
  FRESHET_ASSIGN(const auto found, check_schema(*db));
  auto store = std::make_unique<rocks_store>(std::move(db), options, found.salts);
  FRESHET_TRY(store->load());
  if (found.is_new) {
    FRESHET_ASSIGN(const auto ledger, read_erasure_ledger(ledger_of(store->path())));
    if (ledger) FRESHET_TRY(store->take_over(*ledger));
  }
  return std::unique_ptr<event_store>(std::move(store));
}

}  // namespace

result<std::unique_ptr<event_store>> event_store::open(const std::filesystem::path& path,
                                                       const store_options& options) {
  FRESHET_ASSIGN(auto db, database::open(path, options));
  return make_store(std::move(db), options);
}

result<std::unique_ptr<event_store>> event_store::open_reader(const std::filesystem::path& path,
                                                              const store_options& options) {
  FRESHET_ASSIGN(auto db, database::open_reader(path));
  return make_store(std::move(db), options);
}

rocks_store::rocks_store(std::unique_ptr<database> db, const store_options& options, const schema::salts& salts)
    : db_(std::move(db)),
      options_(options),
      salts_(salts),
      users_(*db_, {.salt = salts.ids}),
      counters_(*db_),
      erasures_(*db_, salts.ids),
      retention_days_(options.retention_days) {
  types_.append("");
}

error rocks_store::damaged(std::string_view what) const {
  return {error_code::corrupted, path().string() + ": " + std::string(what) + " is damaged; restore a backup"};
}

status rocks_store::load() {
  const auto generation = db_->generation();
  FRESHET_TRY(counters_.load());
  FRESHET_TRY(load_items());
  FRESHET_TRY(load_types());
  FRESHET_TRY(load_positions());
  FRESHET_TRY(erasures_.load());
  users_.forget_all();
  loaded_generation_ = generation;
  return success{};
}

status rocks_store::refresh() {
  if (!db_->is_reader()) return success{};
  FRESHET_TRY(db_->reopen_reader());
  return load();
}

status rocks_store::load_items() {
  const auto next = static_cast<item_index>(items_.size());
  const database::range unread{std::string(schema::key_of_item_id(next).view()),
                               database::with_prefix(schema::item_id_prefix).last};
  return db_->for_each(family::ids, unread, database::blocks::passing, [&](auto key, auto id) -> result<scan> {
    const auto number = schema::decode_item_id_key(key);
    if (!number || to_integer(*number) != items_.size() || items_.find(id)) return damaged("the item directory");
    items_.append(std::string(id));
    return scan::go_on;
  });
}

status rocks_store::load_types() {
  const database::range unread{schema::numbered_key(schema::type_prefix, static_cast<std::uint16_t>(types_.size())),
                               database::with_prefix(schema::type_prefix).last};
  return db_->for_each(family::meta, unread, database::blocks::passing, [&](auto key, auto name) -> result<scan> {
    const auto number = schema::number_of_key<std::uint16_t>(schema::type_prefix, key);
    if (!number || *number != types_.size() || types_.find(name)) return damaged("the directory of event types");
    types_.append(std::string(name));
    return scan::go_on;
  });
}

result<std::vector<consumed_position>> rocks_store::read_positions(const rocksdb::Snapshot* moment) const {
  std::vector<consumed_position> found;
  const auto read = [&](auto key, auto value) -> result<scan> {
    auto position = schema::decode_position(key, value);
    if (!position) return damaged("a stored offset");
    found.push_back(*std::move(position));
    return scan::go_on;
  };
  FRESHET_TRY(db_->for_each(family::meta, database::with_prefix(schema::offset_prefix), database::blocks::passing, read,
                            moment));
  return found;
}

status rocks_store::load_positions() {
  FRESHET_ASSIGN(auto stored, read_positions(nullptr));
  std::map<position_key, log_offset> found;
  for (auto& each : stored) found[{std::move(each.source), each.partition}] = each.next_offset;
  const std::lock_guard guard(positions_mutex_);
  positions_ = std::move(found);
  return success{};
}

std::optional<log_offset> rocks_store::position(std::string_view source, partition_id partition) const {
  const std::lock_guard guard(positions_mutex_);
  const auto at = positions_.find({std::string(source), partition});
  if (at == positions_.end()) return std::nullopt;
  return at->second;
}

result<std::optional<record_mark>> rocks_store::last_record(std::string_view source, partition_id partition) const {
  FRESHET_ASSIGN(const auto stored, db_->get(family::meta, schema::key_of_taken(source, partition)));
  if (!stored) return std::optional<record_mark>();
  const auto mark = schema::decode_mark(*stored);
  if (!mark) return damaged("the mark of a record");
  return mark;
}

result<std::vector<consumed_position>> rocks_store::positions() const {
  const std::lock_guard guard(positions_mutex_);
  std::vector<consumed_position> list;
  for (const auto& [key, next] : positions_) list.push_back({key.first, key.second, next});
  return list;
}

result<store_counts> rocks_store::counts() const {
  const auto totals = counters_.totals();
  return store_counts{
      .users = totals.users, .items = totals.items, .events = totals.events, .dead_letters = totals.letters};
}

result<write_batch> rocks_store::begin() {
  FRESHET_ASSIGN(auto batch, db_->begin());
  if (db_->generation() != loaded_generation_) FRESHET_TRY(load());
  return batch;
}

status rocks_store::recover() {
  const std::lock_guard guard(write_mutex_);
  FRESHET_ASSIGN(const auto nothing, begin());
  return success{};
}

status rocks_store::commit(write_batch& batch, const schema::totals& after, std::span<const schema::item_count> counts,
                           bool sync) {
  const bool is_change = after != counters_.totals() || !counts.empty();
  if (is_change) counters_.put(batch, after, counts);
  FRESHET_TRY(db_->write(batch, sync));
  if (is_change) counters_.written(after, counts);
  // The batch stands; a fold that fails is tried again after the next one.
  (void)counters_.fold_when_due();
  return success{};
}

}  // namespace freshet
