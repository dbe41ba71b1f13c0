#include "tools/freshet/incremental_thread.hpp"

#include <exception>
#include <utility>

#include "actors/engine.hpp"
#include "tools/freshet/arriving_files.hpp"
#include "tools/freshet/ingestion_report.hpp"

namespace freshet::tools {
namespace {

namespace fs = std::filesystem;

std::string in_one_line(const fs::path& file, const ingestion_counts& counts) {
  auto words = in_words("took " + file.string() + ":", counts, "duplicates");
  if (words.empty()) return "took " + file.string() + ": no rows";
  words.pop_back();
  for (std::size_t at = 0; (at = words.find("\n  ", at)) != std::string::npos;) words.replace(at, 3, "; ");
  return words;
}

fs::path directory_of(const options& settings) {
  if (!settings.worker.incremental_dir.empty()) return settings.worker.incremental_dir;
  return fs::absolute(settings.store.path).parent_path() / "incremental";
}

}  // namespace

incremental_thread::incremental_thread(const options& settings, std::shared_ptr<log> journal)
    : journal_(std::move(journal)), thread_([this, settings] {
        try {
          run(settings);
        } catch (const std::exception& unexpected) {
          journal_->failure(std::string("the incremental directory is no longer looked at: ") + unexpected.what());
        }
      }) {}

incremental_thread::~incremental_thread() {
  stop_.make();
  thread_.join();
}

void incremental_thread::run(const options& settings) {
  const fs::path database = settings.store.path;
  const auto socket = "unix:" + owner_socket(fs::absolute(database)).string();
  std::string told;
  while (!stop_.is_made()) {
    const auto files = arriving_files::open(
        {.directory = directory_of(settings),
         .database = database,
         .interval = settings.worker.interval,
         .keep_days = settings.worker.incremental_keep_days,
         .open_target = [&] { return connect_ingest_target(socket, stop_); },
         .on_taken = [&](const fs::path& file,
                         const ingestion_counts& counts) { journal_->info(in_one_line(file, counts)); },
         .on_failure = [&](const error& why) { journal_->failure("incremental files: " + why.message); }});
    if (files) return (*files)->follow(stop_);
    // Somebody else does it now, and may not for ever.
    if (std::exchange(told, files.failure().message) != files.failure().message) {
      journal_->info("incremental files: " + files.failure().message);
    }
    stop_.wait(settings.worker.interval);
  }
}

}  // namespace freshet::tools
