#include "io/backup/restore.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "io/artifacts/staging_directory.hpp"
#include "io/artifacts/user_erasure.hpp"
#include "io/backup/backups.hpp"
#include "io/backup/file_pool.hpp"
#include "io/files/atomic_file.hpp"
#include "io/store/erasure_ledger.hpp"
#include "io/store/forgotten.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

status refuse_unless_empty(const fs::path& place) {
  std::error_code unknown;
  if (place.empty() || !fs::exists(place, unknown)) return success{};
  if (fs::is_directory(place, unknown) && fs::is_empty(place, unknown)) return success{};
  return error{error_code::conflict,
               place.string() + " is not empty; restore into a new place, or move what is there away"};
}

result<backup_manifest> chosen(const backup_list& all, const restore_order& order) {
  for (const auto& each : all.unreadable) {
    if (each.id == order.id) return each.why;
    const bool may_be_newest = all.readable.empty() || is_older(all.readable.back().id, each.id);
    if (!order.id.empty() || !may_be_newest) continue;
    const auto remedy =
        all.readable.empty() ? "" : "; the newest before it is " + all.readable.back().id + ", which --at names";
    return error{each.why.code, each.why.message + remedy};
  }
  const auto found = std::find_if(all.readable.rbegin(), all.readable.rend(),
                                  [&](const auto& each) { return order.id.empty() || each.id == order.id; });
  if (found != all.readable.rend()) return *found;
  return error{error_code::not_found, "there is no backup " + order.id + " in " + order.directory.string() +
                                          "; freshet backup list shows those that are there"};
}

const backup_file* file_in(const backup_manifest& manifest, std::string_view name) {
  const auto found = std::ranges::find(manifest.files, name, &backup_file::name);
  return found == manifest.files.end() ? nullptr : &*found;
}

bool has_part(const backup_manifest& manifest, std::string_view prefix) {
  return std::ranges::any_of(manifest.files, [&](const auto& each) { return each.name.starts_with(prefix); });
}

/// One part of a backup in a directory beside its place.
class part {
 public:
  static result<part> begin(const fs::path& place, std::string prefix) {
    FRESHET_ASSIGN(auto staged, staging_directory::create(as_target(place)));
    return part(std::move(staged), std::move(prefix));
  }

  const fs::path& path() const { return staged_.path(); }
  bool has_models() const { return prefix_ == "models/"; }
  status fill(const file_pool& pool, const backup_manifest& manifest) const {
    for (const auto& file : manifest.files) {
      if (!file.name.starts_with(prefix_)) continue;
      const auto copied = pool.copy_out(file.sha256, path() / file.name.substr(prefix_.size()));
      if (!copied) return in_context(file.name + " of the backup " + manifest.id, copied.failure());
    }
    return success{};
  }
  status put_in_place() const { return staged_.put_in_place(); }

 private:
  part(staging_directory staged, std::string prefix) : staged_(std::move(staged)), prefix_(std::move(prefix)) {}

  staging_directory staged_;
  std::string prefix_;
};

/// Lists of erasures in the pool, those of unreadable backups too.
result<std::set<std::string>> stored_ledgers(const backup_list& all, const file_pool& pool) {
  FRESHET_ASSIGN(auto found, pool.beginning_with(ledger_title));
  for (const auto& each : all.readable) {
    if (const auto* file = file_in(each, "erasures")) found.insert(file->sha256);
  }
  return found;
}

/// Erases again whom a list names, and remembers the longest list.
class eraser {
 public:
  eraser(event_store& store, restore_receipt& receipt) : store_(store), receipt_(receipt) {}

  status apply(const fs::path& list) {
    std::error_code absent;
    const auto length = fs::file_size(list, absent);
    if (absent) return success{};
    FRESHET_ASSIGN(const auto erased, apply_erasure_ledger(store_, list));
    receipt_.erased_users += erased.users;
    if (length > size_) longest_ = list, size_ = length;
    return success{};
  }
  /// Databases that share a directory of backups have lists of their own.
  status apply_if_ours(const fs::path& list) {
    auto applied = apply(list);
    return !applied && applied.failure().code == error_code::conflict ? status(success{}) : applied;
  }
  const fs::path& longest() const { return longest_; }

 private:
  event_store& store_;
  restore_receipt& receipt_;
  fs::path longest_;
  std::uintmax_t size_ = 0;
};

/// Returns the longest list.
result<fs::path> erase_again(event_store& store, const backup_list& all, const restore_order& order,
                             const file_pool& pool, restore_receipt& receipt) {
  eraser erasing(store, receipt);
  FRESHET_TRY(erasing.apply(ledger_of(fs::absolute(order.database))));
  FRESHET_TRY(erasing.apply(receipt.manifest.ledger));
  FRESHET_ASSIGN(const auto stored, stored_ledgers(all, pool));
  for (const auto& sha256 : stored) {
    const auto whole = pool.check(sha256);
    if (!whole) return in_context("a list of erasures, which says who may not come back", whole.failure());
    FRESHET_TRY(erasing.apply_if_ours(pool.path_of(sha256)));
  }
  return erasing.longest();
}

}  // namespace

result<restore_receipt> restore_backup(const restore_order& order) {
  FRESHET_ASSIGN(const auto all, list_backups(order.directory));
  restore_receipt receipt;
  FRESHET_ASSIGN(receipt.manifest, chosen(all, order));
  const auto& manifest = receipt.manifest;
  for (const auto& place : {order.database, order.artifacts, order.configuration}) {
    FRESHET_TRY(refuse_unless_empty(place));
  }
  const file_pool pool(order.directory / "files");
  std::map<std::string, std::string> distinct;
  for (const auto& file : manifest.files) distinct.emplace(file.sha256, file.name);
  for (const auto& [sha256, name] : distinct) {
    const auto whole = pool.check(sha256);
    if (!whole) return in_context(name + " of the backup " + manifest.id, whole.failure());
  }

  std::vector<std::pair<fs::path, std::string>> wanted;
  if (!order.configuration.empty()) wanted.emplace_back(order.configuration, "configuration/");
  if (!order.artifacts.empty()) wanted.emplace_back(order.artifacts, "models/");
  // The database last: where it is, everything is.
  wanted.emplace_back(order.database, "database/");
  std::vector<part> parts;
  for (const auto& [place, prefix] : wanted) {
    if (!has_part(manifest, prefix)) continue;
    FRESHET_ASSIGN(auto begun, part::begin(place, prefix));
    parts.push_back(std::move(begun));
    FRESHET_TRY(parts.back().fill(pool, manifest));
  }
  fs::path ledger;
  {
    FRESHET_ASSIGN(const auto store, event_store::open(parts.back().path(), {.create_if_missing = false}));
    FRESHET_ASSIGN(ledger, erase_again(*store, all, order, pool, receipt));
    for (const auto& each : parts) {
      if (!each.has_models()) continue;
      FRESHET_ASSIGN(const auto models, erase_users_from_models(each.path(), [&](std::string_view id) {
                       return is_forgotten(*store, id);
                     }));
      receipt.erased_model_rows += models.rows;
    }
  }
  const auto own = ledger_of(fs::absolute(order.database));
  if (!ledger.empty() && ledger != own) {
    FRESHET_ASSIGN(const auto text, read_file(ledger));
    FRESHET_TRY(write_file_atomically(own, text));
  }
  for (const auto& each : parts) FRESHET_TRY(each.put_in_place());
  return receipt;
}

}  // namespace freshet
