// What:  times the exact scan against a float32 scan by Eigen and by FAISS, side by side in one run, on one core.
// Use:   bench_kernels --benchmark_filter=100000x64 --benchmark_repetitions=5 --benchmark_out=scan.json
// Checks first: our answers are those of brute force, byte for byte; the others' scores agree to 1e-4.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include "core/base/random.hpp"
#include "core/ranking/slice_scan.hpp"
#include "tools/bench/contenders.hpp"
#include "tools/freshet/build_facts.hpp"

namespace freshet::bench {
namespace {

constexpr std::size_t k = 10;
constexpr std::size_t queries_max = 32;

struct shape {
  std::size_t rows;
  std::size_t columns;

  auto operator<=>(const shape&) const = default;
  std::string name() const { return std::to_string(rows) + "x" + std::to_string(columns); }
};

/// Which rows a request may return. Every query of a batch has a filter of its own.
struct filtering {
  std::string name;
  double share = 1;
  /// Rows that are allowed lie together in runs of about so many, as the items of a category do.
  std::size_t run = 1;
};

const std::vector<filtering>& filterings() {
  static const std::vector<filtering> all{{""},
                                          {"/filter:1%", .01},
                                          {"/filter:3%", .03},
                                          {"/filter:10%", .1},
                                          {"/filter:50%", .5},
                                          {"/filter:1%-runs", .01, 1000},
                                          {"/filter:10%-runs", .1, 1000}};
  return all;
}

std::vector<std::uint64_t> random_rows(random_source& random, std::size_t rows, const filtering& filter) {
  std::vector<std::uint64_t> allowed((rows + 63) / 64);
  for (std::size_t row = 0; row < rows; row += filter.run) {
    if (random.uniform() >= filter.share) continue;
    for (std::size_t each = row; each < std::min(rows, row + filter.run); ++each) {
      allowed[each / 64] |= std::uint64_t{1} << each % 64;
    }
  }
  return allowed;
}

struct workload {
  matrix<float> factors;
  matrix<float> queries;
  std::vector<query> dense_queries;
  /// By filtering and query; empty for none.
  std::vector<std::vector<std::vector<std::uint64_t>>> allowed;

  explicit workload(shape size) : factors(size.rows, size.columns), queries(queries_max, size.columns) {
    random_source random(1);
    for (float& value : factors.values()) value = static_cast<float>(random.normal());
    for (float& value : queries.values()) value = static_cast<float>(random.normal());
    for (std::size_t i = 0; i < queries_max; ++i) {
      const auto row = queries.row(i);
      dense_queries.emplace_back(dense_query{{row.begin(), row.end()}});
    }
    for (const filtering& filter : filterings()) {
      auto& of_queries = allowed.emplace_back(queries_max);
      if (filter.share == 1) continue;
      for (auto& rows : of_queries) rows = random_rows(random, size.rows, filter);
    }
  }

  row_range everything() const { return {item_row{0}, item_row{static_cast<std::uint32_t>(factors.rows())}}; }
  item_scores scores() const { return dense_scores{factors.view(), {}}; }
  matrix_view<const float> some_queries(std::size_t count) const {
    return {queries.values().data(), count, queries.columns()};
  }
  std::vector<scan_request> requests(std::size_t count, std::size_t filter) const {
    std::vector<scan_request> made;
    for (std::size_t i = 0; i < count; ++i) {
      made.push_back({.q = &dense_queries[i], .k = k, .excluded = {}, .allowed = allowed[filter][i]});
    }
    return made;
  }
};

const workload& workload_of(shape size) {
  static std::map<shape, std::unique_ptr<const workload>> made;
  auto& slot = made[size];
  if (slot == nullptr) slot = std::make_unique<const workload>(size);
  return *slot;
}

std::vector<scored_row> brute_force(const workload& work, const scan_request& request) {
  std::vector<scored_row> ranked;
  top_k best(ranked, request.k, work.factors.rows());
  const auto& factors = std::get<dense_query>(*request.q).factors;
  for (std::size_t row = 0; row < work.factors.rows(); ++row) {
    if (!request.allowed.empty() && (request.allowed[row / 64] >> row % 64 & 1) == 0) continue;
    best.offer(item_row{static_cast<std::uint32_t>(row)},
               available_kernels().back()->dot(factors.data(), work.factors.row(row).data(), factors.size()));
  }
  best.finish();
  return ranked;
}

bool agree(const std::vector<scored_row>& a, const std::vector<scored_row>& b, float tolerance) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (tolerance == 0 && a[i] != b[i]) return false;
    if (!(std::abs(a[i].score - b[i].score) <= tolerance * std::abs(b[i].score))) return false;
  }
  return true;
}

void check(const workload& work, std::span<const scan_request> requests,
           std::span<const std::vector<scored_row>> ranked, float tolerance) {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (agree(ranked[i], brute_force(work, requests[i]), tolerance)) continue;
    std::fprintf(stderr, "query %zu is not answered as brute force answers it; nothing is timed\n", i);
    std::exit(1);
  }
}

/// Runs `rank` for as long as the benchmark wants and reports the time of one query.
template <class Rank>
void time_queries(benchmark::State& state, std::size_t count, Rank rank) {
  for (auto _ : state) rank();
  state.counters["query"] = benchmark::Counter(
      static_cast<double>(count), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void bench_scan(benchmark::State& state, const kernel_set& kernels, shape size, std::size_t count, std::size_t filter) {
  const workload& work = workload_of(size);
  const slice_scan scan(work.scores(), work.everything(), kernels);
  const auto requests = work.requests(count, filter);
  std::vector<std::vector<scored_row>> ranked(count);
  scan_scratch scratch;
  scan.rank(requests, ranked, scratch);
  check(work, requests, ranked, 0);
  time_queries(state, count, [&] { scan.rank(requests, ranked, scratch); });
}

void bench_contender(benchmark::State& state, std::unique_ptr<contender> (*make)(matrix_view<const float>), shape size,
                     std::size_t count) {
  const workload& work = workload_of(size);
  const auto other = make(work.factors.view());
  std::vector<std::vector<scored_row>> ranked(count);
  other->rank(work.some_queries(count), k, ranked);
  check(work, work.requests(count, 0), ranked, 1e-4F);
  time_queries(state, count, [&] { other->rank(work.some_queries(count), k, ranked); });
}

void add(const std::string& name, auto run) {
  benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMicrosecond);
}

void add_benchmarks() {
  for (const shape size : {shape{100'000, 64}, shape{1'000'000, 64}, shape{1'000'000, 50}}) {
    for (const std::size_t count : {1U, 8U, 32U}) {
      const std::string suffix = "/" + size.name() + "/batch:" + std::to_string(count);
      for (const kernel_set* kernels : available_kernels()) {
        const std::string name = "scan/" + std::string(kernels->name) + suffix;
        for (std::size_t filter = 0; filter < filterings().size(); ++filter) {
          add(name + filterings()[filter].name,
              [=](benchmark::State& state) { bench_scan(state, *kernels, size, count, filter); });
        }
      }
      add("eigen" + suffix, [=](benchmark::State& state) { bench_contender(state, make_eigen, size, count); });
      add("faiss_flat" + suffix, [=](benchmark::State& state) { bench_contender(state, make_faiss, size, count); });
    }
  }
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

}  // namespace
}  // namespace freshet::bench

int main(int argc, char** argv) {
  benchmark::AddCustomContext("processor", freshet::bench::processor());
  benchmark::AddCustomContext("compiler", freshet::tools::build_compiler);
  benchmark::AddCustomContext("commit", freshet::tools::build_commit);
  benchmark::AddCustomContext("flags", FRESHET_FLAGS);
  benchmark::AddCustomContext("kernels", std::string(freshet::best_kernels().name));
  freshet::bench::add_benchmarks();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
