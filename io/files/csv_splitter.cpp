#include "io/files/csv_splitter.hpp"

#include <algorithm>

namespace freshet {
namespace {

constexpr std::string_view unclosed = "a quote is opened and never closed; double every quote inside quotes";
constexpr std::string_view text_after_quote =
    "text follows a closing quote; put the whole field in quotes and double every quote inside";
constexpr std::string_view oversized = "longer than 1 MiB; a record is at most that";

/// Length of the line at the front of `text`, without its end.
std::size_t line_length(std::string_view text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  return end > 0 && text[end - 1] == '\r' ? end - 1 : end;
}

}  // namespace

/// Scans the record at the front of `text` into fields_. `is_all`: nothing follows `text`, so its end ends the record.
csv_splitter::scan csv_splitter::scan_record(std::string_view text, bool is_all) {
  fields_.clear();
  scan found{scan_end::needs_more, 0, 0, {}};
  std::size_t at = 0;
  for (;;) {
    const std::size_t start = at;
    if (at < text.size() && text[at] == '"') {
      at = scan_quoted(text, at + 1, found);
      if (found.end == scan_end::needs_more_in_quotes) return found;
    }
    const bool is_quoted = at > start;
    const std::size_t closed = at;
    while (at < text.size() && text[at] != ',' && text[at] != '\n') ++at;
    if (at == text.size() && !is_all) return found;
    const bool ends_line = at == text.size() || text[at] == '\n';
    const std::size_t end = ends_line && at > start && text[at - 1] == '\r' && at > closed ? at - 1 : at;
    if (!is_quoted) {
      fields_.push_back({start, end - start, false});
    } else if (end > closed) {
      found.problem = text_after_quote;
    }
    if (ends_line) {
      found.end = scan_end::complete;
      found.bytes = std::min(at + 1, text.size());
      found.line_breaks += at < text.size() ? 1 : 0;
      return found;
    }
    ++at;
  }
}

/// From behind the opening quote to behind the closing one; pushes the field.
std::size_t csv_splitter::scan_quoted(std::string_view text, std::size_t start, scan& found) {
  bool has_doubled_quotes = false;
  for (std::size_t at = start; at < text.size(); ++at) {
    if (text[at] == '\n') ++found.line_breaks;
    if (text[at] != '"') continue;
    if (at + 1 < text.size() && text[at + 1] == '"') {
      has_doubled_quotes = true;
      ++at;
      continue;
    }
    fields_.push_back({start, at - start, has_doubled_quotes});
    return at + 1;
  }
  found.end = scan_end::needs_more_in_quotes;
  return text.size();
}

result<bool> csv_splitter::next() {
  if (std::exchange(is_at_start_, false)) FRESHET_TRY(window_.skip_byte_order_mark());
  bool is_all = false;
  for (;;) {
    const auto unread = window_.unread();
    if (unread.empty() && is_all) return false;
    // What lies beyond the limit is not looked at, so that the outcome does not depend on how the bytes came in.
    const auto text = unread.substr(0, text_row_bytes_max);
    const bool is_oversized = unread.size() > text_row_bytes_max;
    const scan found = scan_record(text, is_all && !is_oversized);
    if (found.end == scan_end::complete && line_length(text) == 0) {
      window_.consume(found.bytes);
      ++line_;
      continue;
    }
    if (found.end == scan_end::complete) {
      take_record(text, found);
      return true;
    }
    if (found.end == scan_end::needs_more_in_quotes && (is_all || is_oversized)) return take_first_line(unclosed);
    if (is_oversized) return skip_oversized();
    FRESHET_ASSIGN(const bool came, window_.fill());
    is_all = !came;
  }
}

void csv_splitter::take_record(std::string_view text, const scan& found) {
  record_.line = line_;
  record_.problem = found.problem;
  record_.bytes = text.substr(0, found.bytes);
  if (record_.bytes.ends_with('\n')) record_.bytes.remove_suffix(1);
  if (record_.bytes.ends_with('\r')) record_.bytes.remove_suffix(1);
  unescaped_.clear();
  unescaped_.reserve(found.bytes);
  values_.clear();
  for (const auto& [start, length, has_doubled_quotes] : fields_) {
    auto value = text.substr(start, length);
    if (has_doubled_quotes) {
      const std::size_t before = unescaped_.size();
      for (std::size_t at = 0; at < value.size(); ++at) {
        unescaped_ += value[at];
        if (value[at] == '"') ++at;
      }
      value = std::string_view(unescaped_).substr(before);
    }
    values_.push_back(value);
  }
  record_.fields = values_;
  window_.consume(found.bytes);
  line_ += found.line_breaks;
}

void csv_splitter::take_problem(std::string_view bytes, std::string_view problem) {
  record_ = {.line = line_, .bytes = bytes, .problem = problem};
}

/// Gives up the record at the front: its first line is the bad one, what follows is read anew.
result<bool> csv_splitter::take_first_line(std::string_view problem) {
  const auto text = window_.unread();
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos && text.size() > text_row_bytes_max) return skip_oversized();
  take_problem(text.substr(0, line_length(text)), problem);
  window_.consume(std::min(end, text.size() - 1) + 1);
  ++line_;
  return true;
}

result<bool> csv_splitter::skip_oversized() {
  shown_ = window_.unread().substr(0, oversized_row_bytes_shown);
  take_problem(shown_, oversized);
  for (;;) {
    const auto text = window_.unread();
    const std::size_t end = text.find('\n');
    window_.consume(end == std::string_view::npos ? text.size() : end + 1);
    if (end != std::string_view::npos) break;
    FRESHET_ASSIGN(const bool came, window_.fill());
    if (!came) break;
  }
  ++line_;
  return true;
}

}  // namespace freshet
