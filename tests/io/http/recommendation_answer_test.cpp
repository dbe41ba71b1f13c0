#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>

#include "core/base/random.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet::http {
namespace {

TEST(answers, are_json_whatever_the_ids_texts_and_scores_hold) {
  constexpr std::uint64_t seed = 4;
  SCOPED_TRACE(seed);
  random_source random(seed);
  for (int round = 0; round < 500; ++round) {
    const auto any_text = [&] {
      std::string text(random.below(12), ' ');
      for (char& c : text) c = static_cast<char>(random.below(256));
      return text;
    };
    item odd{.item_id = any_text()};
    odd.title = any_text();
    odd.price = std::numeric_limits<double>::quiet_NaN();
    recommendation answer{.model_id = any_text(), .fallback_method = any_text()};
    answer.integer_item_ids = random.below(2) == 0;
    answer.items.push_back({std::make_shared<const item_view>(odd), std::numeric_limits<float>::infinity()});
    answer.unranked = {any_text()};
    answer.reranked.resize(1);
    answer.listed = random.below(100);
    recommend_query query{.user_id = any_text(), .fields = {{any_text(), "title"}}, .ranks_candidates = true};
    query.given_filters.brands = {any_text()};
    query.conditions.filter = any_text();
    query.page = page_request{.number = 1 + random.below(20), .size = 1 + random.below(100)};
    boost::json::error_code failed;
    for (const auto& body : {render_lite(query, answer).body, render_lite_similar({.item_id = any_text()}, answer).body,
                             render_guide(query, answer, 1).body, render_v1(query, answer, 1).body,
                             render_guide_similar({.item_id = any_text()}, answer, 1).body,
                             render_v1_similar({.item_id = any_text()}, answer, 1).body}) {
      boost::json::parse(body, failed);
      ASSERT_FALSE(failed) << body;
    }
  }
}

}  // namespace
}  // namespace freshet::http
