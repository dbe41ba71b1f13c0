#include "io/http/pending_call.hpp"

#include <atomic>
#include <utility>

#include "io/http/compression.hpp"
#include "io/http/io_loop.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {
namespace {

/// Runs on the thread that answers, so that compressing costs the I/O thread nothing.
void encode(const pending_call& call, response& out) {
  if (out.status < 200 || out.status > 599) {
    out = problem(500, "The service gave an answer without a valid status; the request id leads to its log", call.in);
  }
  if (!worth_compressing(out)) return;
  out.headers.emplace_back("Vary", "Accept-Encoding");
  if (!call.takes_gzip) return;
  if (auto packed = call.server->gzip.compress(out.body)) {
    out.body = *std::move(packed);
    out.headers.emplace_back("Content-Encoding", "gzip");
  }
}

class call_exchange final : public exchange {
 public:
  explicit call_exchange(std::shared_ptr<pending_call> call) : call_(std::move(call)) {}
  ~call_exchange() override {
    if (answered_) return;
    answer(problem(500, "The request was lost inside the service; the request id leads to its log", call_->in));
  }
  call_exchange(const call_exchange&) = delete;
  call_exchange& operator=(const call_exchange&) = delete;

  const request& in() const override { return call_->in; }

  void answer(response out) override {
    if (answered_.exchange(true)) return;
    encode(*call_, out);
    call_->loop->deliver(call_, std::move(out));
  }

 private:
  const std::shared_ptr<pending_call> call_;
  std::atomic<bool> answered_{false};
};

}  // namespace

exchange_ptr make_exchange(std::shared_ptr<pending_call> call) {
  return std::make_shared<call_exchange>(std::move(call));
}

}  // namespace freshet::http
