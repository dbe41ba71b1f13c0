#include "io/store/info_log.hpp"

#include <ctime>
#include <system_error>

namespace freshet {
namespace {

constexpr long bytes_max = 4 << 20;

}  // namespace

info_log::info_log(const std::filesystem::path& directory) : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {
  std::error_code ignored;
  std::filesystem::rename(directory / "LOG", directory / "LOG.old", ignored);
  file_.reset(std::fopen((directory / "LOG").c_str(), "we"));
}

void info_log::Logv(const char* format, std::va_list arguments) {
  const std::lock_guard guard(mutex_);
  if (!file_ || bytes_ > bytes_max) return;
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char time[32];
  std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%SZ ", &parts);
  bytes_ += std::fprintf(file_.get(), "%s", time);
  bytes_ += std::vfprintf(file_.get(), format, arguments);
  bytes_ += std::fprintf(file_.get(), "\n");
  std::fflush(file_.get());
}

}  // namespace freshet
