#include "io/http/correlation.hpp"

#include <algorithm>

namespace freshet::http {
namespace {

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

bool acceptable_request_id(std::string_view id) {
  return !id.empty() && id.size() <= 128 &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// "00-<trace id, 32>-<parent id, 16>-<flags, 2>"; a later version may go on behind a dash.
bool acceptable_traceparent(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const std::string_view version = text.substr(0, 2);
  if (version == "ff" || (version == "00" && text.size() != 55)) return false;
  if (text.size() > 55 && text[55] != '-') return false;
  const std::string_view trace = text.substr(3, 32), parent = text.substr(36, 16), flags = text.substr(53, 2);
  return is_lower_hex(version) && is_lower_hex(trace) && is_lower_hex(parent) && is_lower_hex(flags) &&
         !is_zero(trace) && !is_zero(parent);
}

}  // namespace

std::string id_source::next() {
  // splitmix64: a bijection of a counter, so ids of one source do not repeat.
  state_ += 0x9E3779B97F4A7C15ull;
  std::uint64_t bits = state_;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ull;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBull;
  bits ^= bits >> 31;
  if (bits == 0) return next();
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[i] = "0123456789abcdef"[(bits >> (4 * i)) & 15];
  return out;
}

void correlate(request& in, id_source& ids) {
  const auto id = in.header("x-request-id");
  in.request_id = id && acceptable_request_id(*id) ? std::string(*id) : ids.next();
  in.traceparent.clear();
  const auto parent = in.header("traceparent");
  if (!parent || !acceptable_traceparent(*parent)) return;
  in.traceparent.append("00-").append(parent->substr(3, 32)).append("-").append(ids.next()).append("-");
  in.traceparent.append(parent->substr(53, 2));
}

}  // namespace freshet::http
