// What:  RocksDB's own log, warnings and worse, in the file LOG of a directory; the one before is kept as LOG.old.
// Why:   RocksDB's writer of this file ends the process when the disk is full (an assertion); this one passes by what
//        it cannot write.
// Limits: 4 MiB, what comes after is dropped.
#pragma once

#include <rocksdb/env.h>

#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>

namespace freshet {

class info_log final : public rocksdb::Logger {
 public:
  explicit info_log(const std::filesystem::path& directory);

  using rocksdb::Logger::Logv;
  void Logv(const char* format, std::va_list arguments) override;
  void LogHeader(const char*, std::va_list) override {}  // pages of options

 private:
  struct close_file {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::mutex mutex_;
  std::unique_ptr<std::FILE, close_file> file_;
  long bytes_ = 0;
};

}  // namespace freshet
