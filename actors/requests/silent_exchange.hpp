// What: the exchange of a question that the service asks itself and whose answer nobody waits for.
#pragma once

#include <chrono>

#include "io/http/message.hpp"

namespace freshet {

class silent_exchange final : public http::exchange {
 public:
  silent_exchange() {
    in_.verb = http::method::post;
    in_.arrived = std::chrono::steady_clock::now();
  }
  const http::request& in() const override { return in_; }
  void answer(http::response) override {}

 private:
  http::request in_;
};

}  // namespace freshet
