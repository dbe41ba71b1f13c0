// What a request costs besides ranking: parse and render of the three surfaces, in time and allocations, for a list of
// ten items. The reserve of a body is one allocation; every other one of a render is a mistake.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "core/base/check.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/http/target.hpp"

namespace {

std::atomic<std::uint64_t> allocations{0};

}  // namespace

// GCC takes the pair of replaced operators for a mismatch once it has inlined one of them.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void* operator new(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

using namespace freshet::http;

recommendation ten_items() {
  recommendation answer{.model_id = "als_20261101_v1"};
  for (int i = 0; i < 10; ++i) {
    freshet::item known{.item_id = "item" + std::to_string(1000 + i)};
    known.title = "Hand Made Red Milk Jug";
    known.category = "Kitchen";
    known.brand = "Brightwater";
    known.price = 10.99 + i;
    known.img_url = "https://shop.example/images/item" + std::to_string(i) + ".jpg";
    known.avg_star = 4.5;
    known.num_sold_time = 160 + i;
    known.attributes = {{"colour", "red"}, {"weight", 1.5}};
    answer.items.push_back({std::make_shared<const item_view>(known), 1.0F / static_cast<float>(3 + i)});
  }
  return answer;
}

request asked(std::string_view target, std::string body = {}) {
  request in;
  FRESHET_CHECK(parse_target(target, in).ok());
  in.body = std::move(body);
  return in;
}

template <class Run>
void measure(benchmark::State& state, Run run) {
  const auto before = allocations.load();
  for (auto _ : state) benchmark::DoNotOptimize(run());
  state.counters["allocations"] =
      static_cast<double>(allocations.load() - before) / static_cast<double>(state.iterations());
}

void parse_lite(benchmark::State& state) {
  const auto in = asked("/recommend?user_id=user123&k=10&categories=Kitchen&max_price=20&exclude_items=item1");
  measure(state, [&] { return parse_lite_recommend(in, 50); });
}
void parse_guide(benchmark::State& state) {
  const auto in = asked("/recommend", R"({"user_id": 12345, "topk": 10, "filter_params": {"brand": ["a", "b"]}})");
  measure(state, [&] { return parse_guide_recommend(in); });
}
void parse_v1(benchmark::State& state) {
  const auto in = asked("/v1/recommend", R"({"user_id": "user123", "k": 10, "filter": "price < 20"})");
  measure(state, [&] { return parse_v1_recommend(in); });
}
void render_lite_list(benchmark::State& state) {
  const auto answer = ten_items();
  const recommend_query query{.user_id = "user123"};
  measure(state, [&] { return render_lite(query, answer); });
}
void render_guide_list(benchmark::State& state) {
  auto answer = ten_items();
  answer.reranked.resize(10);
  const recommend_query query{.form = surface::guide, .user_id = "12345", .user_id_is_number = true};
  measure(state, [&] { return render_guide(query, answer, 1.25); });
}
void render_v1_list(benchmark::State& state) {
  const auto answer = ten_items();
  const recommend_query query{.form = surface::v1, .user_id = "user123"};
  measure(state, [&] { return render_v1(query, answer, 1.25); });
}
void render_v1_fields(benchmark::State& state) {
  const auto answer = ten_items();
  const recommend_query query{.form = surface::v1, .user_id = "user123", .fields = {{"title", "price", "colour"}}};
  measure(state, [&] { return render_v1(query, answer, 1.25); });
}
void renew_a_kept_answer(benchmark::State& state) {
  const auto kept = render_v1({.form = surface::v1, .user_id = "user123"}, ten_items(), 1.25).body;
  measure(state, [&] { return with_latency(kept, .075); });
}

BENCHMARK(parse_lite);
BENCHMARK(parse_guide);
BENCHMARK(parse_v1);
BENCHMARK(render_lite_list);
BENCHMARK(render_guide_list);
BENCHMARK(render_v1_list);
BENCHMARK(render_v1_fields);
BENCHMARK(renew_a_kept_answer);

}  // namespace

BENCHMARK_MAIN();
