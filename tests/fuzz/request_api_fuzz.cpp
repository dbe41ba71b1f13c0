// What: any body and any query is a typed request or a problem that is JSON; what lite and the guide ask for is a
//       filter that can be parsed, within the limits of the grammar.
// Run:  request_api_fuzz -max_total_time=60 -max_len=4096 [corpus folder]
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>

#include "core/base/check.hpp"
#include "core/filters/expression.hpp"
#include "io/http/ingestion_api.hpp"
#include "io/http/items_api.hpp"
#include "io/http/popularity_api.hpp"
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

/// The text that a client of v1 wrote may be anything.
void check_filter(const std::string& filter) {
  if (filter.empty()) return;
  const auto read = freshet::filters::parse_expression(filter);
  FRESHET_CHECK(read.ok() || filter.size() > 16'384 || read.failure().message.ends_with("1000 literals"));
}

template <class Query>
void check_with_filter(const parsed<Query>& out) {
  check(out);
  if (const auto* query = std::get_if<Query>(&out)) check_filter(query->conditions.filter);
}

void check_batch(const parsed<batch_query>& out) {
  check(out);
  const auto* batch = std::get_if<batch_query>(&out);
  if (batch == nullptr) return;
  FRESHET_CHECK(!batch->users.empty());
  check_filter(batch->users.front().conditions.filter);
}

void check_events(const request& in) {
  const freshet::manual_clock time(1'800'000'000);
  freshet::event_decoder decoder(time);
  const auto out = parse_events(in, decoder);
  check(out);
  if (const auto* read = std::get_if<events_request>(&out)) check(render_events(*read, read->accepted.size(), 0));
}

/// What was put or patched can be shown, and what is shown can be put again.
void check_items(const request& in) {
  check(parse_items(in));
  const auto put = parse_item(in, "a");
  check(put);
  const auto* made = std::get_if<freshet::item>(&put);
  if (made == nullptr) return;
  const auto shown = render_item(*made);
  check(shown);
  request again;
  again.body = shown.body;
  FRESHET_CHECK(std::get<freshet::item>(parse_item(again, "a")) == *made);
  const auto patch = parse_item_patch(in);
  check(patched_item(*made, std::get<boost::json::object>(patch), in));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  request in;
  in.body = bytes;
  check_with_filter(parse_guide_recommend(in));
  check_with_filter(parse_guide_similar(in));
  check_batch(parse_guide_batch(in));
  check(parse_v1_recommend(in));
  check(parse_v1_rank(in));
  check_events(in);
  check_items(in);
  in.headers.emplace_back("content-type", "application/x-ndjson");
  check_events(in);

  request asked;
  if (!parse_target("/recommend?" + bytes, asked).ok()) return 0;
  check_with_filter(parse_lite_recommend(asked, 50));
  check_with_filter(parse_lite_similar(asked, 50));
  check(parse_v1_similar(asked, bytes));
  check(parse_user_events(asked));
  check(parse_popular(asked));
  check(parse_trending(asked));
  return 0;
}
