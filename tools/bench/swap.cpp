// What: how a running service bears swaps of its model: p99 in the second after each against the steady one, with warm
//       and with emptied caches, and whether a request fails while models are swapped as fast as they load.
// Use:  by tools/bench/swap, which makes a shop with two models and starts the service.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/latency_histogram.hpp"
#include "core/base/random.hpp"
#include "io/http/client.hpp"
#include "io/http/load_generator.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

struct target {
  std::string port;
  std::vector<std::string> models;
  std::uint64_t users{};
  double rate{};
};

struct plan {
  const char* name;
  int swaps;
  std::chrono::milliseconds interval;
  bool empties_caches;
};

struct swap_times {
  steady::time_point asked;
  steady::time_point done;
  bool swapped = false;
};

/// Of five requests three ask for a list, one for a list of the other surface, and one brings an event.
http::load_request request(const target& at, std::uint64_t number) {
  random_source random(number);
  const std::string user = "u" + std::to_string(1 + random.below(at.users));
  switch (number % 5) {
    case 3:
      return {.target = "/recommend?k=10&user_id=" + user};
    case 4:
      return {.verb = http::method::post,
              .target = "/v1/events",
              .body = R"({"user_id":")" + user + R"(","item_id":")" + std::to_string(1 + random.below(50)) +
                      R"(","ts":1760000000,"event_id":"swap-)" + std::to_string(number) + "\"}"};
    default:
      return {.verb = http::method::post, .target = "/v1/recommend", .body = R"({"k":10,"user_id":")" + user + "\"}"};
  }
}

std::vector<swap_times> swap_models(const target& at, const plan& how, steady::time_point start) {
  auto service = http::client::connect("http://127.0.0.1:" + at.port, 60s);
  std::vector<swap_times> all;
  if (!service) return all;
  static std::size_t turn = 0;
  for (int swap = 0; swap < how.swaps; ++swap) {
    std::this_thread::sleep_until(start + 2s + swap * how.interval);
    if (how.empties_caches) static_cast<void>((*service)->send(http::method::post, "/cache_clear"));
    swap_times each{.asked = steady::now(), .done = {}};
    const auto& model = at.models[++turn % at.models.size()];
    const auto answer = (*service)->send(http::method::post, "/v1/models/" + model + "/activate");
    each.done = steady::now();
    each.swapped = answer && answer->status == 200;
    if (!each.swapped) std::printf("  swap to %s: %s\n", model.c_str(), answer ? answer->body.c_str() : "no answer");
    all.push_back(each);
  }
  return all;
}

double in_ms(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

/// False when a request or a swap failed.
bool run(const target& at, const plan& how) {
  std::vector<http::load_outcome> outcomes;
  const auto start = steady::now();
  std::vector<swap_times> swaps;
  std::atomic<bool> swapped{false};
  std::thread swapper([&] {
    swaps = swap_models(at, how, start);
    std::this_thread::sleep_for(1s);
    swapped = true;
  });
  http::load_plan load{.port = at.port, .rate = at.rate, .requests_max = UINT64_MAX};
  load.next = [&](std::uint64_t number) { return request(at, number); };
  load.done = [&](const http::load_outcome& outcome) { outcomes.push_back(outcome); };
  load.stop = [&] { return swapped.load(); };
  const auto summary = http::generate_load(load);
  swapper.join();
  if (!summary) {
    std::printf("%s: %s\n", how.name, summary.failure().message.c_str());
    return false;
  }
  latency_histogram before;
  latency_histogram after;
  std::uint64_t failed = 0;
  for (const auto& each : outcomes) {
    if (each.status < 200 || each.status >= 300) ++failed;
    const auto due = start + each.at - each.latency;
    bool is_after = false;
    for (const auto& swap : swaps) is_after = is_after || (due >= swap.asked && due < swap.done + 1s);
    (is_after ? after : before).record(each.latency);
  }
  std::size_t done = 0;
  std::chrono::nanoseconds took{};
  for (const auto& swap : swaps) {
    done += swap.swapped ? 1 : 0;
    took += swap.done - swap.asked;
  }
  const double steady_p99 = in_ms(before.quantile(.99));
  const double swap_p99 = in_ms(after.quantile(.99));
  std::printf("%-22s %3zu swaps of %4.0f ms; %7zu requests, %llu failed; p99 steady %.2f ms, around a swap %.2f ms",
              how.name, done, swaps.empty() ? 0 : in_ms(took) / static_cast<double>(swaps.size()), outcomes.size(),
              static_cast<unsigned long long>(failed), steady_p99, swap_p99);
  std::printf(before.count() > 100 ? ", %.2f x\n" : "\n", steady_p99 > 0 ? swap_p99 / steady_p99 : 0);
  std::fflush(stdout);
  return failed == 0 && done == static_cast<std::size_t>(how.swaps);
}

}  // namespace
}  // namespace freshet

int main(int count, char** arguments) {
  if (count < 7) {
    std::fprintf(stderr, "usage: bench_swap PORT USERS RATE SHORT MODEL MODEL...; see tools/bench/swap\n");
    return 2;
  }
  freshet::target at{.port = arguments[1],
                     .models = {arguments + 5, arguments + count},
                     .users = std::strtoull(arguments[2], nullptr, 10),
                     .rate = std::strtod(arguments[3], nullptr)};
  const bool is_short = std::string(arguments[4]) == "short";
  using namespace std::chrono_literals;
  const freshet::plan plans[] = {{"warm caches", is_short ? 4 : 12, 3'000ms, false},
                                 {"emptied caches", is_short ? 4 : 12, 3'000ms, true},
                                 {"as fast as they load", is_short ? 20 : 100, 600ms, false}};
  bool all_well = true;
  for (const auto& each : plans) all_well = run(at, each) && all_well;
  return all_well ? 0 : 1;
}
