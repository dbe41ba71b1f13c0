#include "io/backup/restore.hpp"

#include <algorithm>
#include <map>
#include <memory>
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

result<backup_manifest> chosen(const std::vector<backup_manifest>& all, const restore_order& order) {
  const auto found =
      std::find_if(all.rbegin(), all.rend(), [&](const auto& each) { return order.id.empty() || each.id == order.id; });
  if (found != all.rend()) return *found;
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
  part(const fs::path& place, std::string prefix)
      : place_(as_target(place)), staged_(place_), prefix_(std::move(prefix)) {}

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
  fs::path place_;
  staging_directory staged_;
  std::string prefix_;
};

/// The lists of erasures that may know more than the backup.
std::vector<fs::path> ledgers(const std::vector<backup_manifest>& all, const backup_manifest& manifest,
                              const restore_order& order, const file_pool& pool) {
  std::vector<fs::path> found{ledger_of(fs::absolute(order.database)), manifest.ledger};
  for (const auto& each : all) {
    if (const auto* file = file_in(each, "erasures"); file != nullptr && each.ledger == manifest.ledger) {
      found.push_back(pool.path_of(file->sha256));
    }
  }
  return found;
}

/// Erases again; returns the longest list.
result<fs::path> apply_all(event_store& store, const std::vector<fs::path>& lists, restore_receipt& receipt) {
  fs::path longest;
  std::uintmax_t size = 0;
  for (const auto& path : lists) {
    std::error_code absent;
    const auto length = fs::file_size(path, absent);
    if (absent) continue;
    FRESHET_ASSIGN(const auto erased, apply_erasure_ledger(store, path));
    receipt.erased_users += erased.users;
    if (length > size) longest = path, size = length;
  }
  return longest;
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
  std::vector<std::unique_ptr<part>> parts;
  for (const auto& [place, prefix] : wanted) {
    if (!has_part(manifest, prefix)) continue;
    std::error_code ignored;
    if (place.has_parent_path()) fs::create_directories(fs::absolute(place).parent_path(), ignored);
    parts.push_back(std::make_unique<part>(place, prefix));
    FRESHET_TRY(parts.back()->fill(pool, manifest));
  }
  fs::path ledger;
  {
    FRESHET_ASSIGN(const auto store, event_store::open(parts.back()->path(), {.create_if_missing = false}));
    FRESHET_ASSIGN(ledger, apply_all(*store, ledgers(all, manifest, order, pool), receipt));
    for (const auto& each : parts) {
      if (!each->has_models()) continue;
      FRESHET_ASSIGN(const auto models, erase_users_from_models(each->path(), [&](std::string_view id) {
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
  for (const auto& each : parts) FRESHET_TRY(each->put_in_place());
  return receipt;
}

}  // namespace freshet
