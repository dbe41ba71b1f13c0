// What:  a server that gives one fixed answer, for `wrk` to find the ceiling of the HTTP layer.
// Use:   bench_http_server [body bytes = 600] [I/O threads = 1] [inline|thread = inline]
//        "thread": a second thread answers, as the scorers of the service do. Prints the port, serves until its input
//        ends, then prints requests and CPU time a request.
//        wrk -t1 -c32 -d5s http://127.0.0.1:PORT/
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "io/http/server.hpp"

namespace {

using freshet::http::exchange_ptr;
using freshet::http::response;

/// Answers on a thread of its own, everything that waits in one go.
class answering_thread {
 public:
  explicit answering_thread(std::string body) : body_(std::move(body)), thread_([this] { run(); }) {}
  ~answering_thread() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  answering_thread(const answering_thread&) = delete;
  answering_thread& operator=(const answering_thread&) = delete;

  void take(exchange_ptr call) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(call));
    if (waiting_.size() == 1) wake_.notify_one();
  }

 private:
  void run() {
    std::vector<exchange_ptr> batch;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        batch.swap(waiting_);
      }
      for (const auto& call : batch) call->answer(response{.body = body_});
      batch.clear();
    }
  }

  const std::string body_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<exchange_ptr> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t body_bytes = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 600;
  const std::size_t io_threads = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1;
  const bool threaded = argc > 3 && std::string_view(argv[3]) == "thread";
  const std::string body(body_bytes, 'x');

  answering_thread answers(body);
  std::atomic<std::uint64_t> requests{0};
  freshet::http::server_callbacks callbacks;
  if (threaded) {
    callbacks.on_request = [&](exchange_ptr call) { answers.take(std::move(call)); };
  } else {
    callbacks.on_request = [&](const exchange_ptr& call) { call->answer(response{.body = body}); };
  }
  callbacks.on_done = [&](const auto&...) { requests.fetch_add(1, std::memory_order_relaxed); };
  auto server = freshet::http::server::start({.host = "127.0.0.1", .port = 0, .unix_socket = {}}, {}, io_threads,
                                             std::move(callbacks));
  if (!server) {
    std::fprintf(stderr, "%s\n", server.failure().message.c_str());
    return 1;
  }
  std::printf("%u\n", (*server)->port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  const double cpu = cpu_seconds();
  const auto served = requests.load();
  std::printf("%llu requests, %.2f us CPU a request\n", static_cast<unsigned long long>(served),
              served > 0 ? cpu * 1e6 / static_cast<double>(served) : 0.0);
}
