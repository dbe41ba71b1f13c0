// What: any bytes, in any pieces, are requests within their limits or a refusal; never more memory than the limits.
//       The first byte chooses the size of the pieces.
// Run:  http_request_fuzz -max_total_time=60 -max_len=4096 [corpus folder]
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "io/http/request_parser.hpp"

namespace {

using namespace freshet::http;
using stage = request_parser::stage;

constexpr parser_limits limits{.header_bytes_max = 1024, .target_bytes_max = 256, .fields_max = 20};
constexpr std::size_t body_bytes_max = 512;

struct outcome {
  std::vector<request> requests;
  unsigned refused = 0;
};

void check(const request& in) {
  FRESHET_CHECK(in.target.size() <= limits.target_bytes_max && in.body.size() <= body_bytes_max);
  FRESHET_CHECK(in.path == "*" || in.path.starts_with('/'));
  FRESHET_CHECK(in.headers.size() <= limits.fields_max);
  for (const auto& [name, value] : in.headers) {
    FRESHET_CHECK(!name.empty() && std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
    FRESHET_CHECK(value.find_first_of("\r\n") == std::string::npos);
  }
}

outcome parse(std::string_view stream, std::size_t piece) {
  request_parser parser(limits);
  outcome out;
  std::string pending;
  while (!stream.empty()) {
    pending += stream.substr(0, piece);
    stream.remove_prefix(std::min(piece, stream.size()));
    for (;;) {
      const auto before = parser.at();
      const std::size_t used = parser.consume(pending);
      FRESHET_CHECK(used <= pending.size());
      pending.erase(0, used);
      if (before == stage::header && parser.at() == stage::body) parser.limit_body(body_bytes_max);
      if (parser.at() == stage::refused) {
        out.refused = parser.why().status;
        FRESHET_CHECK(out.refused >= 400 && out.refused < 600 && !parser.why().sentence.empty());
        return out;
      }
      if (parser.at() == stage::complete) {
        out.requests.push_back(parser.take());
        check(out.requests.back());
      } else if (used == 0 && parser.at() == before) {
        break;
      }
    }
    FRESHET_CHECK(pending.size() <= limits.header_bytes_max + piece);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const outcome whole = parse(stream, stream.size() + 1);
  const outcome pieces = parse(stream, 1 + data[0] % 64);
  // Where a stream is cut by the network says nothing about what it means. The reason of a refusal may differ: bytes
  // that are wrong in two ways are refused at the first of them that is seen.
  FRESHET_CHECK(whole.requests.size() == pieces.requests.size());
  FRESHET_CHECK((whole.refused == 0) == (pieces.refused == 0));
  for (std::size_t i = 0; i < whole.requests.size(); ++i) {
    FRESHET_CHECK(whole.requests[i].target == pieces.requests[i].target);
    FRESHET_CHECK(whole.requests[i].headers == pieces.requests[i].headers);
    FRESHET_CHECK(whole.requests[i].body == pieces.requests[i].body);
  }
  return 0;
}
