#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "tests/support/parsed_request.hpp"

namespace freshet::http {
namespace {

using namespace freshet::testing;

TEST(requests, are_parsed_or_refused_whatever_their_bytes) {
  constexpr std::uint64_t seed = 11;
  SCOPED_TRACE(seed);
  random_source random(seed);
  const std::string valid =
      R"({"user_id":"u\u00e9","topk":10,"k":3,"exclude_seen":true,"history":[{"item_id":"a","weight":2.5,"ts":1700000000}]})";
  for (int round = 0; round < 5'000; ++round) {
    std::string body = valid;
    for (std::size_t times = 1 + random.below(4); times > 0; --times) {
      const std::size_t at = random.below(body.size());
      switch (random.below(3)) {
        case 0:
          body[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          body.insert(at, 1, "{}[]\",:0e-"[random.below(10)]);
          break;
        default:
          body.erase(at, 1 + random.below(8));
          break;
      }
    }
    for (const auto& out :
         {parse_guide_recommend(posted(body)), parse_v1_recommend(posted(body)), parse_v1_rank(posted(body))}) {
      if (const auto* answer = std::get_if<response>(&out)) {
        ASSERT_TRUE(answer->status == 400 || answer->status == 422) << body;
        ASSERT_NO_THROW(boost::json::parse(answer->body)) << body;
      }
    }
  }
}

}  // namespace
}  // namespace freshet::http
