// What: any body and any query is a typed request or a problem that is JSON.
// Run:  request_api_fuzz -max_total_time=60 -max_len=4096 [corpus folder]
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>

#include "core/base/check.hpp"
#include "io/http/ingestion_api.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/http/target.hpp"

namespace {

using namespace freshet::http;

void check(const response& out) {
  boost::json::error_code failed;
  boost::json::parse(out.body, failed);
  FRESHET_CHECK(!failed);
}

template <class Query>
void check(const parsed<Query>& out) {
  if (const auto* refused = std::get_if<response>(&out)) {
    FRESHET_CHECK(refused->status >= 400 && refused->status < 500);
    check(*refused);
  }
}

void check_events(const request& in) {
  const freshet::manual_clock time(1'800'000'000);
  freshet::event_decoder decoder(time);
  const auto out = parse_events(in, decoder);
  check(out);
  if (const auto* read = std::get_if<events_request>(&out)) check(render_events(*read, read->accepted.size(), 0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  request in;
  in.body = bytes;
  check(parse_guide_recommend(in));
  check(parse_v1_recommend(in));
  check_events(in);
  in.headers.emplace_back("content-type", "application/x-ndjson");
  check_events(in);

  request asked;
  if (!parse_target("/recommend?" + bytes, asked).ok()) return 0;
  check(parse_lite_recommend(asked, 50));
  check(parse_lite_similar(asked, 50));
  check(parse_user_events(asked));
  return 0;
}
