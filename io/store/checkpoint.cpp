#include "io/store/checkpoint.hpp"

#include <rocksdb/utilities/checkpoint.h>

#include <memory>

#include "io/store/rocks_store.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

/// RocksDB's name for one that is being made.
fs::path unfinished(const fs::path& database) {
  return checkpoint_of(database) += ".tmp";
}

}  // namespace

fs::path checkpoint_of(const fs::path& database) {
  return database / "checkpoint";
}

bool has_checkpoint(const fs::path& database) {
  std::error_code unknown;
  return fs::exists(checkpoint_of(database), unknown) || fs::exists(unfinished(database), unknown);
}

void remove_checkpoint(const fs::path& database) {
  std::error_code ignored;
  fs::remove_all(checkpoint_of(database), ignored);
  fs::remove_all(unfinished(database), ignored);
}

result<checkpoint> checkpoint::take(const event_store& store) {
  const auto* rocks = dynamic_cast<const rocks_store*>(&store);
  FRESHET_CHECK(rocks != nullptr, "a store that event_store::open gave");
  const auto& database = rocks->files();
  if (database.is_reader()) {
    return error{error_code::unsupported,
                 database.path().string() + " is open for reading; its owner makes checkpoints"};
  }
  FRESHET_ASSIGN(const auto open, database.files());
  rocksdb::Checkpoint* made = nullptr;
  auto outcome = rocksdb::Checkpoint::Create(open->operator->(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> maker(made);
  const auto path = checkpoint_of(database.path());
  remove_checkpoint(database.path());
  if (outcome.ok()) outcome = maker->CreateCheckpoint(path.string());
  if (outcome.ok()) return checkpoint(path);
  remove_checkpoint(database.path());
  return to_error(outcome, "cannot make a checkpoint of " + database.path().string());
}

checkpoint::~checkpoint() {
  if (!path_.empty()) remove_checkpoint(path_.parent_path());
}

}  // namespace freshet
