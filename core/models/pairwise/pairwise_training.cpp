#include "core/models/pairwise/pairwise_training.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/hash.hpp"
#include "core/base/random.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

constexpr std::size_t chunk_rows = 256;
constexpr double deviation = 0.1;

constexpr std::uint64_t user_stream = 11;
constexpr std::uint64_t item_stream = 12;

void start(pairwise_side& side, std::uint64_t seed, std::size_t threads) {
  parallel_for((side.count + chunk_rows - 1) / chunk_rows, threads, [&](std::size_t chunk, std::size_t) {
    random_source random(hash_combine(seed, chunk));
    const double scale = deviation / std::sqrt(static_cast<double>(side.columns));
    for (std::size_t row = chunk * chunk_rows; row < std::min((chunk + 1) * chunk_rows, side.count); ++row) {
      for (std::size_t k = 0; k < side.columns; ++k) side.row(row)[k] = static_cast<float>(scale * random.normal());
    }
  });
}

auto kernel_of(const pairwise_options& options) {
  const auto& kernels = best_pairwise_kernels();
  switch (options.loss) {
    case pairwise_loss::logistic:
      return kernels.logistic_adagrad;
    case pairwise_loss::warp:
      return kernels.warp_adagrad;
    case pairwise_loss::bpr:
      break;
  }
  return options.optimizer == pairwise_optimizer::sgd ? kernels.bpr_sgd : kernels.bpr_adagrad;
}

}  // namespace

pairwise_side::pairwise_side(std::size_t row_count, std::size_t column_count, const pairwise_options& options)
    : count(row_count),
      columns(column_count),
      width(padded_width(column_count)),
      factors(count * width),
      bias(count),
      squares(options.optimizer == pairwise_optimizer::adagrad ? count * width : 0),
      bias_squares(options.optimizer == pairwise_optimizer::adagrad ? count : 0),
      gradients(options.keep_gradients ? count * width : 0),
      bias_gradients(options.keep_gradients ? count : 0) {
  if (options.optimizer == pairwise_optimizer::sgd) return;
  std::fill_n(squares.data(), count * width, 1.0F);
  std::fill_n(bias_squares.data(), count, 1.0F);
}

pairwise_training::pairwise_training(const interaction_matrix& entries, const pairwise_options& options,
                                     std::uint64_t seed, std::size_t threads)
    : options_(options),
      threads_(threads),
      blocks_(entries, {.width = padded_width(options.factors), .candidates = options.candidates, .seed = seed},
              threads),
      users_(entries.rows(), options.factors, options),
      items_(entries.columns(), options.factors, options),
      samples_(threads) {
  FRESHET_CHECK(options.loss == pairwise_loss::bpr || options.optimizer == pairwise_optimizer::adagrad);
  start(users_, hash_combine(seed, user_stream), threads);
  start(items_, hash_combine(seed, item_stream), threads);
  for (std::size_t user = 0; user < entries.rows(); ++user) {
    if (entries.row(user).size() == 0) std::fill_n(users_.row(user), users_.width, 0.0F);
  }
}

void pairwise_training::begin_from(const warm_start& known) {
  const auto copy = [this](pairwise_side& side, const matrix<float>& rows, const std::vector<bool>& knows) {
    FRESHET_CHECK(rows.rows() == side.count && knows.size() == side.count && rows.columns() == options_.factors);
    for (std::size_t row = 0; row < side.count; ++row) {
      if (knows[row]) std::ranges::copy(rows.row(row), side.row(row));
    }
  };
  copy(users_, known.users, known.knows_user);
  copy(items_, known.items, known.knows_item);
  for (std::size_t row = 0; row < known.item_bias.size(); ++row) {
    if (known.knows_item[row]) items_.bias.data()[row] = known.item_bias[row];
  }
}

double pairwise_training::run_epoch(std::uint32_t epoch, double learning_rate,
                                    const std::function<void(double share)>& between_rounds) {
  const auto rows_of = [&](pairwise_side& side, double regularization, bool keeps_gradients) {
    return pairwise_rows{.factors = side.factors.data(),
                         .bias = side.bias.data(),
                         .squares = side.squares.data(),
                         .bias_squares = side.bias_squares.data(),
                         .gradients = keeps_gradients ? side.gradients.data() : nullptr,
                         .bias_gradients = keeps_gradients ? side.bias_gradients.data() : nullptr,
                         .regularization = static_cast<float>(regularization)};
  };
  const pairwise_task common{.users = rows_of(users_, options_.user_regularization, false),
                             .items = rows_of(items_, options_.item_regularization, options_.keep_gradients),
                             .candidates = options_.candidates,
                             .width = users_.width,
                             .items_total = items_.count,
                             .learning_rate = static_cast<float>(learning_rate)};
  const auto kernel = kernel_of(options_);
  blocks_.deal(epoch);
  double loss = 0;
  std::size_t count = 0;
  std::vector<double> losses(blocks_.blocks());
  std::vector<std::size_t> counts(blocks_.blocks());
  for (std::size_t round = 0; round < blocks_.rounds(); ++round) {
    parallel_for(blocks_.blocks(), threads_, [&](std::size_t block, std::size_t thread) {
      auto& samples = samples_[thread];
      blocks_.draw(round, block, samples);
      pairwise_task task = common;
      task.sample_users = samples.users.data();
      task.positives = samples.positives.data();
      task.negatives = samples.negatives.data();
      task.count = samples.count;
      losses[block] = kernel(task);
      counts[block] = samples.count;
    });
    loss = std::accumulate(losses.begin(), losses.end(), loss);
    count = std::accumulate(counts.begin(), counts.end(), count);
    if (between_rounds) between_rounds(static_cast<double>(round + 1) / static_cast<double>(blocks_.rounds()));
  }
  return count == 0 ? 0 : loss / static_cast<double>(count);
}

std::uint64_t pairwise_training::memory_bytes(std::uint64_t users, std::uint64_t items, std::uint64_t entries,
                                              const pairwise_options& options, std::size_t threads) {
  const std::uint64_t row_bytes = (padded_width(options.factors) + 1) * sizeof(float);
  const std::uint64_t copies = options.optimizer == pairwise_optimizer::adagrad ? 2 : 1;
  const std::uint64_t samples = threads * (entries / 16 + 1) * (3 + options.candidates) * sizeof(std::uint32_t);
  return copies * (users + items) * row_bytes + (options.keep_gradients ? items * row_bytes : 0) +
         pairwise_blocks::memory_bytes(users, items, entries) + samples;
}

bool is_finite(const pairwise_training& training) {
  const auto all_finite = [](const float* first, std::size_t count) {
    return std::all_of(first, first + count, [](float value) { return std::isfinite(value); });
  };
  const auto& users = training.users();
  const auto& items = training.items();
  return all_finite(users.factors.data(), users.count * users.width) &&
         all_finite(items.factors.data(), items.count * items.width) && all_finite(users.bias.data(), users.count) &&
         all_finite(items.bias.data(), items.count);
}

matrix<float> factors_of(const pairwise_side& side) {
  matrix<float> rows(side.count, side.columns);
  for (std::size_t row = 0; row < side.count; ++row) {
    std::copy_n(side.factors.data() + row * side.width, side.columns, rows.row(row).data());
  }
  return rows;
}

std::vector<float> biases_of(const pairwise_side& side) {
  return {side.bias.data(), side.bias.data() + side.count};
}

}  // namespace freshet
