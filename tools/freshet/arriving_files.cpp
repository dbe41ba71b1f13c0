#include "tools/freshet/arriving_files.hpp"

#include <array>
#include <cstdio>

#include "core/base/hash.hpp"
#include "tools/freshet/ingestion_report.hpp"

namespace freshet::tools {
namespace {

std::filesystem::path memory_of(const std::filesystem::path& database, const std::filesystem::path& directory) {
  std::error_code failed;
  auto place = std::filesystem::weakly_canonical(directory, failed);
  if (failed) place = std::filesystem::absolute(directory, failed);
  std::array<char, 17> name{};
  std::snprintf(name.data(), name.size(), "%016llx", static_cast<unsigned long long>(hash64(place.native())));
  return std::filesystem::absolute(database) / "taken" / name.data();
}

}  // namespace

result<std::unique_ptr<arriving_files>> arriving_files::open(arrival_plan plan) {
  std::unique_ptr<arriving_files> made(new arriving_files(std::move(plan)));
  const auto& wanted = made->plan_;
  FRESHET_ASSIGN(made->incoming_, incoming_files::open({.directory = wanted.directory,
                                                        .memory = memory_of(wanted.database, wanted.directory),
                                                        .settle = wanted.interval}));
  return made;
}

void arriving_files::passed_by(const incoming_file& file, const error& why) {
  incoming_->note_bad(file);
  ++unreadable_;
  plan_.on_failure(why);
}

status arriving_files::take(const incoming_file& file, ingest_target& target, stop_condition& stop) {
  auto rows = open_events(file.path, {.format = {}, .columns = plan_.columns, .ignored_columns = {}}, time_);
  if (!rows) {
    passed_by(file, rows.failure());
    return success{};
  }
  file_ingestion work(target, std::filesystem::absolute(plan_.database).parent_path(), stop);
  const auto worked = work.add_events({file.path, std::move(*rows)});
  if (!worked && !work.is_file_at_fault()) return worked;
  if (!worked) {
    passed_by(file, worked.failure());
    return success{};
  }
  if (stop.is_made()) return success{};
  if (const auto wrong = only_rejected(work.events(), file.path)) {
    passed_by(file, *wrong);
    return success{};
  }
  FRESHET_TRY(target.finish());
  FRESHET_TRY(incoming_->note_taken(file));
  plan_.on_taken(file.path, work.events());
  return success{};
}

status arriving_files::take(const std::vector<incoming_file>& files, stop_condition& stop) {
  if (files.empty()) return success{};
  FRESHET_ASSIGN(const auto target, plan_.open_target());
  for (const auto& file : files) {
    if (stop.is_made()) break;
    FRESHET_TRY(take(file, *target, stop));
  }
  return success{};
}

status arriving_files::remove_old() {
  if (plan_.keep_days == 0) return success{};
  const auto oldest = time_.now() - std::chrono::days(plan_.keep_days);
  FRESHET_TRY(
      incoming_->remove_taken(std::chrono::duration_cast<std::chrono::nanoseconds>(oldest.time_since_epoch()).count()));
  return success{};
}

void arriving_files::follow(stop_condition& stop) {
  std::string told;
  while (!stop.is_made()) {
    auto outcome = [&]() -> status {
      FRESHET_ASSIGN(const auto seen, incoming_->look());
      FRESHET_TRY(take(seen.complete, stop));
      return remove_old();
    }();
    const bool is_new = !outcome && outcome.failure().message != told;
    told = outcome ? "" : outcome.failure().message;
    if (is_new && !stop.is_made()) plan_.on_failure(outcome.failure());
    if (stop.is_made()) return;
    // What has refused is not asked again with each file that comes.
    stop.wait(plan_.interval, outcome ? incoming_->descriptor() : -1);
  }
}

result<arriving_files::remainder> arriving_files::take_once(stop_condition& stop) {
  for (;;) {
    FRESHET_ASSIGN(auto seen, incoming_->look());
    FRESHET_TRY(take(seen.complete, stop));
    if (stop.is_made() || seen.unsettled.empty()) {
      FRESHET_TRY(remove_old());
      return remainder{.unreadable = unreadable_, .being_written = std::move(seen.being_written)};
    }
    stop.wait(plan_.interval);
  }
}

}  // namespace freshet::tools
