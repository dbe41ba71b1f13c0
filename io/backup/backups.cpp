#include "io/backup/backups.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "config/stored_settings.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/artifacts/registry.hpp"
#include "io/backup/file_pool.hpp"
#include "io/events/timestamp.hpp"
#include "io/files/atomic_file.hpp"
#include "io/store/checkpoint.hpp"
#include "io/store/erasure_ledger.hpp"
#include "io/store/schema.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

constexpr int attempts_max = 5;
constexpr unix_seconds day = 86'400;

fs::path files_of(const fs::path& directory) {
  return directory / "files";
}

/// Held until the descriptor is closed, by a crash too.
result<file_descriptor> lock(const fs::path& directory) {
  const auto path = directory / "lock";
  file_descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.is_open()) return system_failure("cannot open", path);
  if (::flock(file.number(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) return system_failure("cannot lock", path);
  return error{error_code::conflict,
               "another process makes or prunes backups in " + directory.string() + "; try again when it has ended"};
}

status prepare(const fs::path& directory) {
  std::error_code failure;
  const bool is_used = fs::exists(files_of(directory), failure);
  if (!is_used && fs::exists(directory, failure) && !fs::is_empty(directory, failure)) {
    return error{error_code::invalid_argument,
                 directory.string() + " holds something else than backups; give an empty or a new directory"};
  }
  fs::create_directories(files_of(directory), failure);
  if (failure) return error{error_code::io_failure, "cannot create " + directory.string() + ": " + failure.message()};
  // What is in there is as private as the database.
  fs::permissions(directory, fs::perms::owner_all, failure);
  return success{};
}

result<std::vector<fs::path>> manifests_of(const fs::path& directory) {
  std::error_code failure;
  std::vector<fs::path> found;
  for (const auto& file : fs::directory_iterator(directory, failure)) {
    if (file.path().extension() == ".json") found.push_back(file.path());
  }
  if (failure || !fs::exists(files_of(directory), failure)) {
    return error{error_code::not_found, "there are no backups in " + directory.string()};
  }
  std::ranges::sort(found, is_older, [](const fs::path& path) { return path.stem().string(); });
  return found;
}

/// Collects the files of one backup.
class collector {
 public:
  explicit collector(const backup_order& order) : order_(order), pool_(files_of(order.directory)) {}

  void expect(std::uint64_t bytes) { progress_.bytes += bytes; }
  status add(const std::string& name, const fs::path& source) {
    FRESHET_ASSIGN(auto stored, pool_.put(source, [this](std::uint64_t read) {
      progress_.read_bytes += read;
      // A registry that changes is read again.
      progress_.bytes = std::max(progress_.bytes, progress_.read_bytes);
      return order_.stopped && order_.stopped(progress_);
    }));
    note(name, std::move(stored));
    return success{};
  }
  status add_text(const std::string& name, std::string_view text) {
    FRESHET_ASSIGN(auto stored, pool_.put_text(text));
    note(name, std::move(stored));
    return success{};
  }
  /// What is below it, without links.
  status add_tree(const std::string& name, const fs::path& root) {
    std::error_code failure;
    for (fs::recursive_directory_iterator at(root, failure), end; !failure && at != end; at.increment(failure)) {
      if (!at->is_regular_file(failure)) continue;
      FRESHET_TRY(add(name + "/" + at->path().lexically_relative(root).generic_string(), at->path()));
    }
    if (failure) return error{error_code::io_failure, "cannot read " + root.string() + ": " + failure.message()};
    return success{};
  }
  void move_to(backup_receipt& receipt) {
    for (auto& [name, file] : files_) {
      receipt.manifest.files.push_back({name, file.size, file.sha256});
      if (file.shared) continue;
      ++receipt.new_files;
      receipt.new_bytes += file.size;
    }
  }

 private:
  void note(const std::string& name, file_pool::stored_file stored) {
    auto& known = files_[name];
    // A second look at the same bytes finds what the first has stored.
    if (known.sha256 == stored.sha256) stored.shared = known.shared;
    known = std::move(stored);
  }

  const backup_order& order_;
  file_pool pool_;
  backup_progress progress_;
  std::map<std::string, file_pool::stored_file> files_;
};

std::uint64_t bytes_below(const fs::path& root) {
  std::uint64_t sum = 0;
  std::error_code failure;
  for (fs::recursive_directory_iterator at(root, failure), end; !failure && at != end; at.increment(failure)) {
    std::error_code gone;
    const auto size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    if (!gone) sum += size;
  }
  return sum;
}

std::uint64_t bytes_of_models(const fs::path& root) {
  const auto known = registry::read(root);
  if (!known || known->models().empty()) return bytes_below(root);
  std::uint64_t sum = 0;
  for (const auto& model : known->models()) sum += bytes_below(model.path);
  return sum;
}

bool lies_below(const fs::path& path, const fs::path& root) {
  const auto relative = fs::weakly_canonical(path).lexically_relative(fs::weakly_canonical(root));
  return !relative.empty() && *relative.begin() != "..";
}

/// Where a model goes below the artifacts root.
fs::path place_of(const registered_model& model, const fs::path& root) {
  // One that lies elsewhere goes where the registry looks last.
  if (!lies_below(model.path, root)) return fs::path(model.model_type) / model.version;
  return fs::weakly_canonical(model.path).lexically_relative(fs::weakly_canonical(root));
}

/// The models that a registry names, and the registry with their places below the root, wherever that will be.
status add_registered(collector& files, const fs::path& root, const std::string& text) {
  FRESHET_ASSIGN(auto document, parse_json(text));
  FRESHET_ASSIGN(const auto known, registry::read(root));
  auto* entries = document.find("models");
  auto* current = document.find("current_best");
  for (const auto& model : known.models()) {
    std::error_code absent;
    // A registry outlives models that were removed by hand.
    if (!fs::is_directory(model.path, absent)) continue;
    const auto place = place_of(model, root).generic_string();
    FRESHET_TRY(files.add_tree("models/" + place, model.path));
    auto* entry = entries == nullptr ? nullptr : entries->find(model.model_id);
    if (entry != nullptr && entry->is_object()) entry->set("path", json_tree::of_text(place));
    const bool serves = known.current() && known.current()->model_id == model.model_id;
    if (serves && current != nullptr && current->is_object()) current->set("path", json_tree::of_text(place));
  }
  return files.add_text("models/registry.json", document.pretty());
}

/// The registry as it was before and after its models were read.
status add_models(collector& files, const fs::path& root) {
  std::error_code absent;
  if (root.empty() || !fs::is_directory(root, absent)) return success{};
  const auto registry_file = root / "registry.json";
  if (!fs::exists(registry_file, absent)) return files.add_tree("models", root);
  status added = success{};
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    FRESHET_ASSIGN(const auto before, read_file(registry_file));
    added = add_registered(files, root, before);
    FRESHET_ASSIGN(const auto after, read_file(registry_file));
    if (added && before == after) return success{};
    if (!added && added.failure().code == error_code::cancelled) return added;
  }
  if (!added) return added;
  return error{error_code::unavailable, registry_file.string() + " keeps changing; try again"};
}

status add_database(collector& files, backup_manifest& manifest, const event_store& store) {
  FRESHET_ASSIGN(const auto moment, checkpoint::take(store));
  {
    // It opens, and says what it holds.
    FRESHET_ASSIGN(const auto read, event_store::open_reader(moment.path()));
    FRESHET_ASSIGN(manifest.counts, read->counts());
    FRESHET_ASSIGN(manifest.positions, read->positions());
  }
  files.expect(bytes_below(moment.path()));
  return files.add_tree("database", moment.path());
}

status add_if_there(collector& files, const std::string& name, const fs::path& source) {
  std::error_code absent;
  return fs::exists(source, absent) ? files.add(name, source) : status(success{});
}

result<backup_receipt> collect(const event_store& store, const backup_order& order, const clock& time) {
  backup_receipt receipt;
  auto& manifest = receipt.manifest;
  manifest.created_at = time.now_seconds();
  manifest.schema = schema::version;
  const auto ledger = ledger_of(fs::absolute(store.path()));
  manifest.ledger = ledger.string();
  collector files(order);
  if (!order.artifacts.empty()) files.expect(bytes_of_models(order.artifacts));
  FRESHET_TRY(add_database(files, manifest, store));
  FRESHET_TRY(add_if_there(files, "database/settings.yaml", stored_settings_file(store.path())));
  FRESHET_TRY(add_models(files, order.artifacts));
  FRESHET_TRY(add_if_there(files, "erasures", ledger));
  for (const auto& [name, text] : order.configuration) FRESHET_TRY(files.add_text("configuration/" + name, text));
  files.move_to(receipt);
  return receipt;
}

/// "20261128T051300Z", and a number when there is one of this second.
std::string free_id(const fs::path& directory, unix_seconds now) {
  auto time = to_rfc3339(now);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  auto id = time;
  std::error_code unknown;
  for (int number = 2; fs::exists(directory / (id + ".json"), unknown); ++number) {
    id = time + "-" + std::to_string(number);
  }
  return id;
}

status remove_manifest(const fs::path& directory, const std::string& id) {
  std::error_code failure;
  fs::remove(directory / (id + ".json"), failure);
  if (failure) return error{error_code::io_failure, "cannot remove " + id + ": " + failure.message()};
  return success{};
}

result<backup_pruning> prune_locked(const fs::path& directory, const pruning_order& order, unix_seconds now) {
  FRESHET_ASSIGN(auto all, list_backups(directory));
  backup_pruning outcome;
  std::set<std::string> needed;
  for (const auto& each : all.readable) {
    const bool is_old = order.keep_days > 0 && each.created_at < now - static_cast<unix_seconds>(order.keep_days) * day;
    if (is_old && each.id != all.readable.back().id) {
      FRESHET_TRY(remove_manifest(directory, each.id));
      outcome.removed.push_back(each.id);
      continue;
    }
    for (const auto& file : each.files) needed.insert(file.sha256);
  }
  for (auto& each : all.unreadable) {
    if (order.damaged && each.why.code == error_code::corrupted) {
      FRESHET_TRY(remove_manifest(directory, each.id));
      outcome.removed.push_back(each.id);
    } else {
      outcome.unreadable.push_back(std::move(each));
    }
  }
  FRESHET_TRY(sync_path(directory));
  const file_pool pool(files_of(directory));
  // Nobody knows what those need.
  FRESHET_TRY(outcome.unreadable.empty() ? pool.keep_only(needed) : pool.remove_unfinished());
  return outcome;
}

}  // namespace

std::string to_json(const unreadable_backup& backup) {
  auto out = json_tree::of_object();
  out.set("id", json_tree::of_text(backup.id));
  out.set("damaged", json_tree::of_text(backup.why.message));
  return out.compact();
}

std::string to_json(const backup_receipt& receipt) {
  auto out = *parse_json(summary_json(receipt.manifest));
  out.set("new_files", json_tree::of_integer(receipt.new_files));
  out.set("new_bytes", json_tree::of_integer(receipt.new_bytes));
  auto pruned = json_tree::of_array();
  for (const auto& id : receipt.pruned.removed) pruned.append(json_tree::of_text(id));
  out.set("pruned", std::move(pruned));
  auto damaged = json_tree::of_array();
  for (const auto& each : receipt.pruned.unreadable) damaged.append(*parse_json(to_json(each)));
  out.set("damaged", std::move(damaged));
  return out.compact();
}

result<backup_receipt> create_backup(const event_store& store, const backup_order& order, const clock& time) {
  FRESHET_TRY(prepare(order.directory));
  FRESHET_ASSIGN(const auto held, lock(order.directory));
  FRESHET_ASSIGN(auto receipt, collect(store, order, time));
  auto& manifest = receipt.manifest;
  manifest.id = free_id(order.directory, manifest.created_at);
  FRESHET_TRY(sync_path(files_of(order.directory)));
  FRESHET_TRY(write_file_atomically(order.directory / (manifest.id + ".json"), render(manifest)));
  FRESHET_ASSIGN(receipt.pruned, prune_locked(order.directory, {.keep_days = order.keep_days}, time.now_seconds()));
  return receipt;
}

result<backup_list> list_backups(const fs::path& directory) {
  FRESHET_ASSIGN(const auto paths, manifests_of(directory));
  backup_list all;
  for (const auto& path : paths) {
    auto manifest = read_backup_manifest(path);
    if (manifest) {
      all.readable.push_back(std::move(manifest).value());
    } else {
      all.unreadable.push_back({path.stem().string(), std::move(manifest).failure()});
    }
  }
  return all;
}

result<std::vector<backup_damage>> verify_backups(const fs::path& directory) {
  FRESHET_ASSIGN(const auto paths, manifests_of(directory));
  const file_pool pool(files_of(directory));
  std::map<std::string, std::string> checked;
  std::vector<backup_damage> found;
  for (const auto& path : paths) {
    const auto manifest = read_backup_manifest(path);
    if (!manifest) {
      found.push_back({path.stem().string(), "", manifest.failure().message});
      continue;
    }
    for (const auto& file : manifest->files) {
      const auto [known, is_new] = checked.try_emplace(file.sha256);
      if (is_new) {
        if (const auto outcome = pool.check(file.sha256); !outcome) known->second = outcome.failure().message;
      }
      if (!known->second.empty()) found.push_back({manifest->id, file.name, known->second});
    }
  }
  return found;
}

result<backup_pruning> prune_backups(const fs::path& directory, const pruning_order& order, const clock& time) {
  FRESHET_TRY(manifests_of(directory));
  FRESHET_ASSIGN(const auto held, lock(directory));
  return prune_locked(directory, order, time.now_seconds());
}

}  // namespace freshet
