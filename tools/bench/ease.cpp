// What:  the time ease needs from data to weights, against spotrf + spotri alone on the same matrix, side by side.
// Use:   bench_ease [items, default 8000] [rounds, default 3] [threads, default all]; prints JSON.
// Checks first: the weights are those of the inverse that LAPACK gives.
#include <lapacke.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "core/base/random.hpp"
#include "core/linalg/blas_kernels.hpp"
#include "core/linalg/blas_threads.hpp"
#include "core/models/ease/cooccurrence.hpp"
#include "core/models/ease/ease.hpp"
#include "core/models/parallel.hpp"
#include "tools/freshet/build_facts.hpp"

extern "C" void openblas_set_num_threads(int);

namespace freshet::bench {
namespace {

/// Two users an item, about 20 items a user, popular ones more often.
training_data random_data(std::size_t items) {
  random_source random(42);
  training_data data;
  for (std::size_t user = 0; user < 2 * items; ++user) {
    std::vector<std::uint32_t> rows(20);
    for (auto& row : rows) row = static_cast<std::uint32_t>(random.uniform() * random.uniform() * double(items));
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    taste liked;
    for (const auto row : rows) liked.push_back({item_row{row}, 1});
    data.strengths.add_row(liked);
  }
  data.strengths.widen(items);
  return data;
}

double seconds_of(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

matrix<float> gram_of(const training_data& data, double lambda, std::size_t threads) {
  matrix<float> gram(data.strengths.columns(), data.strengths.columns());
  add_cooccurrence(data.strengths, data.strengths, gram.view(), threads);
  for (std::size_t i = 0; i < gram.rows(); ++i) gram.row(i)[i] += static_cast<float>(lambda);
  return gram;
}

void invert_by_lapack(matrix<float>& gram) {
  const auto n = static_cast<lapack_int>(gram.rows());
  if (LAPACKE_spotrf_work(LAPACK_COL_MAJOR, 'L', n, gram.values().data(), n) != 0 ||
      LAPACKE_spotri_work(LAPACK_COL_MAJOR, 'L', n, gram.values().data(), n) != 0) {
    std::fprintf(stderr, "LAPACK refused the matrix\n");
    std::exit(1);
  }
}

/// `inverse` holds the half above the diagonal.
bool are_weights_of(const ease_weights& weights, const matrix<float>& inverse) {
  const std::size_t n = inverse.rows();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const float expected = -inverse.row(i)[j] / inverse.row(j)[j];
      if (!(std::abs(weights.values[i * n + j] - expected) <= 1e-5F)) return false;
    }
  }
  return true;
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

int run(std::size_t items, int rounds, std::size_t threads) {
  const ease_options options{.lambda = 50};
  const auto data = random_data(items);
  const auto gram = gram_of(data, options.lambda, threads);
  double ease_seconds = INFINITY;
  double lapack_seconds = INFINITY;
  for (int round = 0; round < rounds; ++round) {
    auto solution = result<ease_solution>(ease_solution{});
    ease_seconds = std::min(ease_seconds, seconds_of([&] {
                              solution = train_ease(data, options, {.threads = static_cast<std::uint32_t>(threads)});
                            }));
    auto inverse = gram;
    openblas_set_num_threads(static_cast<int>(threads));
    lapack_seconds = std::min(lapack_seconds, seconds_of([&] { invert_by_lapack(inverse); }));
    if (!solution || !are_weights_of(solution->weights, inverse)) {
      std::fprintf(stderr, "the weights are not those of LAPACK's inverse\n");
      return 1;
    }
  }
  const double operations = std::pow(static_cast<double>(items), 3);
  std::printf(
      "{\"processor\": \"%s\", \"compiler\": \"%s\", \"commit\": \"%s\", \"items\": %zu, \"threads\": %zu,\n"
      " \"ease_seconds\": %.3f, \"lapack_seconds\": %.3f, \"lapack_gflops\": %.1f, \"share_of_lapack\": %.3f}\n",
      processor().c_str(), tools::build_compiler, tools::build_commit, items, threads, ease_seconds, lapack_seconds,
      operations / lapack_seconds / 1e9, lapack_seconds / ease_seconds);
  return 0;
}

}  // namespace
}  // namespace freshet::bench

int main(int argc, char** argv) {
  freshet::end_idle_blas_threads();
  freshet::choose_blas_kernels();
  const auto number = [&](int place, long fallback) { return argc > place ? std::atol(argv[place]) : fallback; };
  const long threads = number(3, static_cast<long>(freshet::thread_count(0)));
  return freshet::bench::run(static_cast<std::size_t>(std::clamp(number(1, 8000), 1L, 50'000L)),
                             static_cast<int>(std::clamp(number(2, 3), 1L, 100L)),
                             static_cast<std::size_t>(std::clamp(threads, 1L, 1024L)));
}
