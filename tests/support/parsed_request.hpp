// What: what became of a request that was parsed: its query, or why it was refused.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "io/http/recommendation_api.hpp"
#include "tests/support/recording_exchange.hpp"

namespace freshet::testing {

/// Status and sentence of a refused request.
struct refused {
  unsigned status = 0;
  std::string detail;
};

template <class Query>
refused refused_by(const http::parsed<Query>& out) {
  if (!std::holds_alternative<http::response>(out)) return {};
  const auto& answer = std::get<http::response>(out);
  const auto body = boost::json::parse(answer.body).as_object();
  const auto& detail = body.at("detail");
  return {answer.status, detail.is_string() ? std::string(detail.as_string()) : boost::json::serialize(detail)};
}

template <class Query>
Query accepted(const http::parsed<Query>& out) {
  EXPECT_TRUE(std::holds_alternative<Query>(out)) << refused_by(out).detail;
  return std::holds_alternative<Query>(out) ? std::get<Query>(out) : Query{};
}

inline http::request posted(std::string body, std::string type = "application/json",
                            std::string_view target = "/recommend") {
  http::request in = make_request(http::method::post, target, std::move(body));
  if (!type.empty()) in.headers.emplace_back("content-type", std::move(type));
  return in;
}

/// A request, and what its refusal must say.
struct refused_query {
  std::string_view text;
  unsigned status;
  std::string_view detail;
};

}  // namespace freshet::testing
