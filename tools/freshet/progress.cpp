#include "tools/freshet/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "core/base/text.hpp"

namespace freshet::tools {

namespace {

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(digits.begin() + at, ',');
  return digits;
}

// 0:07, 12:40, 3:05:00
std::string as_clock(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  char text[48];
  if (whole < 3600) {
    std::snprintf(text, sizeof text, "%u:%02u", static_cast<unsigned>(whole / 60), static_cast<unsigned>(whole % 60));
  } else {
    std::snprintf(text, sizeof text, "%llu:%02u:%02u", static_cast<unsigned long long>(whole / 3600),
                  static_cast<unsigned>(whole / 60 % 60), static_cast<unsigned>(whole % 60));
  }
  return text;
}

// 402,113/s, 2.5/s, 8.2 s each
std::string as_rate(std::uint64_t count, double seconds) {
  const double rate = static_cast<double>(count) / seconds;
  if (rate >= 10 || count == 0) return with_commas(static_cast<std::uint64_t>(rate)) + "/s";
  char text[48];
  std::snprintf(text, sizeof text, rate >= 1 ? "%.1f/s" : "%.1f s each", rate >= 1 ? rate : 1 / rate);
  return text;
}

bool tells_programs = false;

void print_for_programs(const progress_figures& done, std::string_view unit) {
  std::string line = "{\"progress\":{\"unit\":";
  append_json_string(line, unit);
  append_json_unsigned(line.append(",\"count\":"), done.count);
  append_json_unsigned(line.append(",\"part\":"), done.part);
  append_json_unsigned(line.append(",\"whole\":"), done.whole);
  append_json_string(line.append(",\"note\":"), done.note);
  std::printf("%s}}\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace

void progress::for_programs() {
  tells_programs = true;
}

std::string progress_line(const progress_figures& done, std::string_view unit, std::chrono::duration<double> elapsed) {
  const double seconds = std::max(elapsed.count(), 1e-3);
  std::string line = with_commas(done.count) + " " + std::string(unit);
  line += "  " + as_rate(done.count, seconds);
  if (done.whole > 0) {
    const double share = std::min(1.0, static_cast<double>(done.part) / static_cast<double>(done.whole));
    line += "  " + std::to_string(static_cast<int>(share * 100)) + " %";
    // The first percent says too little about the rest.
    if (share >= 0.01) line += "  " + as_clock(seconds / share - seconds) + " left";
  }
  if (!done.note.empty()) line += "  " + done.note;
  return line;
}

progress::progress(std::string unit) : unit_(std::move(unit)), shown_(isatty(STDERR_FILENO) == 1) {}

progress::~progress() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void progress::update(const progress_figures& done) {
  if (!shown_ && !tells_programs) return;
  const auto now = steady::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(200);
  if (tells_programs) return print_for_programs(done, unit_);
  drawn_ = true;
  std::fprintf(stderr, "\r%s\x1b[K", progress_line(done, unit_, now - start_).c_str());
  std::fflush(stderr);
}

}  // namespace freshet::tools
