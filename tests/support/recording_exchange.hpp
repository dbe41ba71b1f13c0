// What: an exchange without a socket: a request made by hand, and the answer that it got.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/check.hpp"
#include "io/http/message.hpp"
#include "io/http/target.hpp"

namespace freshet::testing {

inline http::request make_request(http::method verb, std::string_view target, std::string body = {}) {
  http::request in;
  in.verb = verb;
  in.body = std::move(body);
  in.request_id = "test-request";
  in.arrived = std::chrono::steady_clock::now();
  FRESHET_CHECK(http::parse_target(target, in).ok(), "the test gives a valid target");
  return in;
}

class recording_exchange final : public http::exchange {
 public:
  explicit recording_exchange(http::request in) : in_(std::move(in)) {}
  const http::request& in() const override { return in_; }
  void answer(http::response out) override {
    if (!answer_) answer_ = std::move(out);
  }
  const std::optional<http::response>& answer() const { return answer_; }

 private:
  http::request in_;
  std::optional<http::response> answer_;
};

}  // namespace freshet::testing
