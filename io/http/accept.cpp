#include "io/http/accept.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace freshet::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes what stands before the separator off the text.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

bool same_ignoring_case(std::string_view left, std::string_view lower) {
  return std::equal(left.begin(), left.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

double quality_of(std::string_view parameters) {
  double quality = 1;
  while (!parameters.empty()) {
    const std::string_view each = take(parameters, ';');
    if (!each.starts_with("q=") && !each.starts_with("Q=")) continue;
    double given = 0;
    const auto [end, failed] = std::from_chars(each.data() + 2, each.data() + each.size(), given);
    quality = failed == std::errc() && given >= 0 ? std::min(given, 1.0) : 0;
  }
  return quality;
}

}  // namespace

double accept_quality(std::string_view accept, std::string_view type) {
  double best = 0;
  while (!accept.empty()) {
    std::string_view entry = take(accept, ',');
    if (same_ignoring_case(take(entry, ';'), type)) best = std::max(best, quality_of(entry));
  }
  return best;
}

}  // namespace freshet::http
