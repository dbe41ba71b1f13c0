#include "io/telemetry/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace freshet {
namespace {

/// Fields of /proc/self/stat from number 3 on, so that field n of proc(5) stands at n - 3. The second field, the name
/// in brackets, may hold anything.
std::vector<double> stat_fields() {
  std::ifstream in("/proc/self/stat");
  std::string text(std::istreambuf_iterator<char>(in), {});
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 2));
  std::string state;
  rest >> state;
  std::vector<double> fields{0};
  for (double field = 0; rest >> field;) fields.push_back(field);
  return fields;
}

double boot_unix_seconds() {
  std::ifstream in("/proc/stat");
  for (std::string word; in >> word;) {
    double seconds = 0;
    if (word == "btime" && in >> seconds) return seconds;
  }
  return 0;
}

double open_descriptors() {
  std::error_code failed;
  std::filesystem::directory_iterator entries("/proc/self/fd", failed);
  double count = 0;
  while (!failed && entries != std::filesystem::directory_iterator()) {
    ++count;
    entries.increment(failed);
  }
  // One of them was the listing itself.
  return count > 0 ? count - 1 : 0;
}

}  // namespace

process_figures read_process_figures() {
  process_figures out;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  // Numbers of proc(5): utime 14, stime 15, num_threads 20, starttime 22, vsize 23, rss 24 (pages).
  if (const auto fields = stat_fields(); fields.size() > 21) {
    out.cpu_seconds = (fields[11] + fields[12]) / ticks;
    out.threads = fields[17];
    out.start_unix_seconds = boot_unix_seconds() + fields[19] / ticks;
    out.virtual_bytes = fields[20];
    out.resident_bytes = fields[21] * static_cast<double>(sysconf(_SC_PAGESIZE));
  }
  out.open_descriptors = open_descriptors();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) out.descriptors_max = static_cast<double>(limit.rlim_cur);
  return out;
}

}  // namespace freshet
