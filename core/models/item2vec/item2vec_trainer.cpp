#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/base/hash.hpp"
#include "core/base/random.hpp"
#include "core/linalg/kernels.hpp"
#include "core/models/als/least_squares.hpp"
#include "core/models/item2vec/item2vec_corpus.hpp"
#include "core/models/pairwise/negative_sampler.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

constexpr std::size_t blocks_max = 32;
/// Fewer words than this in a block would be too few to draw from.
constexpr std::size_t block_words_min = 64;
/// Pairs made and trained at one time, about.
constexpr std::size_t chunk_pairs = std::size_t{1} << 20;
constexpr std::size_t slices_per_chunk = 64;

/// Words dealt out to blocks from both ends, so that all blocks are about equally busy.
struct word_blocks {
  explicit word_blocks(std::size_t words) : count(std::clamp<std::size_t>(words / block_words_min, 1, blocks_max)) {}

  std::size_t of(std::uint32_t word) const {
    const std::size_t place = word % count;
    return word / count % 2 == 0 ? place : count - 1 - place;
  }
  /// The n-th word of a block.
  std::uint32_t word(std::size_t block, std::size_t n) const {
    return static_cast<std::uint32_t>(n * count + (n % 2 == 0 ? block : count - 1 - block));
  }

  std::size_t count;
};

/// Pairs ordered by cell = (block of the center, block of the context).
struct pair_cells {
  std::vector<word_pair> pairs;
  std::vector<std::size_t> offsets;

  std::span<const word_pair> of(std::size_t cell) const {
    return {pairs.data() + offsets[cell], offsets[cell + 1] - offsets[cell]};
  }
};

class skip_gram {
 public:
  skip_gram(const item2vec_corpus& corpus, const item2vec_options& options, const training_context& context)
      : corpus_(corpus),
        options_(options),
        seed_(context.seed),
        threads_(thread_count(context.threads)),
        blocks_(corpus.items.size()),
        width_(padded_width(options.vector_size)),
        input_(corpus.items.size() * width_),
        output_(corpus.items.size() * width_) {
    random_source random(hash_combine(seed_, 0));
    for (std::size_t word = 0; word < corpus.items.size(); ++word) {
      for (std::size_t k = 0; k < options.vector_size; ++k) {
        input_.data()[word * width_ + k] = static_cast<float>((random.uniform() - 0.5) / options.vector_size);
      }
    }
    for (std::size_t block = 0; block < blocks_.count; ++block) {
      std::vector<double> weights;
      for (std::size_t n = 0; blocks_.word(block, n) < corpus.items.size(); ++n) {
        const auto count = static_cast<double>(corpus.counts[blocks_.word(block, n)]);
        weights.push_back(std::pow(count, options.negative_exponent));
      }
      if (!weights.empty()) samplers_.emplace_back(weights);
    }
  }

  /// Mean loss of a product.
  double run_epoch(std::uint32_t epoch) {
    std::vector<std::uint32_t> order(corpus_.sentences());
    std::iota(order.begin(), order.end(), 0U);
    random_source random(hash_combine(seed_, hash_combine(epoch, 1)));
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);

    const std::size_t chunk_words = chunk_pairs / (options_.window + 1) + 1;
    double loss = 0;
    std::uint64_t products = 0;
    std::size_t words_done = 0;
    for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
      const std::size_t before = words_done;
      for (; last < order.size() && words_done - before < chunk_words; ++last) {
        words_done += corpus_.sentence(order[last]).size();
      }
      const std::uint64_t chunk_seed = hash_combine(hash_combine(seed_, epoch), first + 2);
      const auto cells = make_cells(std::span(order).subspan(first, last - first), chunk_seed);
      const double done = static_cast<double>(before) / static_cast<double>(corpus_.words.size());
      const double rate = options_.learning_rate * std::max(1e-4, 1 - (epoch + done) / options_.epochs);
      const auto part = train_cells(cells, static_cast<float>(rate), chunk_seed);
      loss += part.loss;
      products += part.products;
    }
    return products == 0 ? 0 : loss / static_cast<double>(products);
  }

  matrix<float> input(std::size_t items) const { return by_item(input_, items); }
  matrix<float> output(std::size_t items) const { return by_item(output_, items); }

 private:
  struct outcome {
    double loss{};
    std::uint64_t products{};
  };

  std::size_t cell_of(const word_pair& pair) const {
    return blocks_.of(pair.center) * blocks_.count + blocks_.of(pair.context);
  }

  pair_cells make_cells(std::span<const std::uint32_t> sentences, std::uint64_t chunk_seed) const {
    const std::size_t cells = blocks_.count * blocks_.count;
    const std::size_t slices = std::min(slices_per_chunk, sentences.size());
    std::vector<std::vector<word_pair>> made(slices);
    std::vector<std::vector<std::size_t>> places(slices);
    parallel_for(slices, threads_, [&](std::size_t slice, std::size_t) {
      random_source random(hash_combine(chunk_seed, slice));
      std::vector<std::uint32_t> scratch;
      const std::size_t end = sentences.size() * (slice + 1) / slices;
      for (std::size_t s = sentences.size() * slice / slices; s < end; ++s) {
        add_pairs(corpus_, sentences[s], options_.window, random, scratch, made[slice]);
      }
      places[slice].assign(cells, 0);
      for (const auto& pair : made[slice]) ++places[slice][cell_of(pair)];
    });
    pair_cells sorted;
    std::size_t place = 0;
    for (std::size_t cell = 0; cell < cells; ++cell) {
      sorted.offsets.push_back(place);
      for (auto& of_slice : places) place += std::exchange(of_slice[cell], place);
    }
    sorted.offsets.push_back(place);
    sorted.pairs.resize(place);
    parallel_for(slices, threads_, [&](std::size_t slice, std::size_t) {
      for (const auto& pair : made[slice]) sorted.pairs[places[slice][cell_of(pair)]++] = pair;
    });
    return sorted;
  }

  /// In each round every block of centers meets one block of contexts.
  outcome train_cells(const pair_cells& cells, float rate, std::uint64_t chunk_seed) {
    const std::size_t blocks = blocks_.count;
    std::vector<outcome> partial(blocks * blocks);
    for (std::size_t round = 0; round < blocks; ++round) {
      parallel_for(blocks, threads_, [&](std::size_t block, std::size_t) {
        const std::size_t other = (block + round) % blocks;
        const std::size_t cell = block * blocks + other;
        random_source random(hash_combine(chunk_seed, slices_per_chunk + cell));
        partial[cell] = train_pairs(cells.of(cell), other, rate, random);
      });
    }
    outcome total;
    for (const auto& part : partial) {
      total.loss += part.loss;
      total.products += part.products;
    }
    return total;
  }

  outcome train_pairs(std::span<const word_pair> pairs, std::size_t block, float rate, random_source& random) {
    const auto& kernels = best_kernels();
    aligned_floats step(width_);
    std::vector<float*> targets(options_.negatives + 1);
    std::vector<float> products(targets.size());
    outcome total;
    for (const auto& [center, context] : pairs) {
      float* v = input_.data() + center * width_;
      targets[0] = output_.data() + context * width_;
      std::size_t count = 1;
      for (std::uint32_t n = 0; n < options_.negatives; ++n) {
        const std::uint32_t drawn = blocks_.word(block, samplers_[block].draw(random));
        if (drawn != context) targets[count++] = output_.data() + drawn * width_;
      }
      for (std::size_t n = 0; n < count; ++n) products[n] = kernels.dot(v, targets[n], width_);
      std::fill_n(step.data(), width_, 0.0F);
      // Of the products being right: one logarithm for all.
      double probability = 1;
      for (std::size_t n = 0; n < count; ++n) {
        // s(-z) for what was seen, s(z) for what was not: how wrong the product is.
        const float wrong = 1 / (1 + std::exp(n == 0 ? products[n] : -products[n]));
        probability *= 1 - wrong;
        const float gradient = rate * (n == 0 ? wrong : -wrong);
        kernels.add_scaled(gradient, targets[n], step.data(), width_);
        kernels.add_scaled(gradient, v, targets[n], width_);
      }
      kernels.add_scaled(1, step.data(), v, width_);
      total.loss -= std::log(std::max(probability, 1e-300));
      total.products += count;
    }
    return total;
  }

  matrix<float> by_item(const aligned_floats& rows, std::size_t items) const {
    matrix<float> values(items, options_.vector_size);
    for (std::size_t word = 0; word < corpus_.items.size(); ++word) {
      std::copy_n(rows.data() + word * width_, options_.vector_size,
                  values.row(to_integer(corpus_.items[word])).data());
    }
    return values;
  }

  const item2vec_corpus& corpus_;
  const item2vec_options& options_;
  std::uint64_t seed_;
  std::size_t threads_;
  word_blocks blocks_;
  std::size_t width_;
  aligned_floats input_;
  aligned_floats output_;
  std::vector<negative_sampler> samplers_;
};

}  // namespace

std::uint64_t item2vec_memory_bytes(const data_size& size, const item2vec_options& options) {
  const std::uint64_t entry = sizeof(std::uint32_t) + sizeof(float) + sizeof(dated_item) + sizeof(std::uint32_t);
  const std::uint64_t user = 4 * sizeof(std::uint64_t) + sizeof(std::uint32_t);
  // Both kinds while training and as they are returned, and directions of one kind in the model.
  const std::uint64_t item = (2 * padded_width(options.vector_size) + 3 * std::uint64_t{options.vector_size}) * 4 + 64;
  // A chunk ends with a whole sentence; pairs lie there twice, in slices that grow and in cells.
  const std::uint64_t pairs = 3 * sizeof(word_pair) * (2 * chunk_pairs + 2 * std::uint64_t{options.window});
  return size.entries * entry + size.users * user + size.items * item + pairs;
}

result<item2vec_vectors> train_item2vec(const training_data& data, const item2vec_options& options,
                                        const training_context& context) {
  FRESHET_TRY(validate(options));
  const std::size_t items = data.strengths.columns();
  const auto corpus = corpus_of(data, options);
  skip_gram training(corpus, options, context);
  std::vector<double> losses;
  for (std::uint32_t epoch = 0; epoch < options.epochs; ++epoch) {
    const double loss = training.run_epoch(epoch);
    if (!std::isfinite(loss)) {
      return error{error_code::invalid_argument, "item2vec: the loss is not a finite number after epoch " +
                                                     std::to_string(epoch + 1) + "; lower the learning_rate (now " +
                                                     to_string(parameter(options.learning_rate)) + ")"};
    }
    losses.push_back(loss);
    const auto snapshot = [&] {
      return trained_model{
          std::make_shared<item2vec_model>(training.input(items), training.output(items), options), {}, losses};
    };
    if (context.progress && !context.progress({epoch + 1, options.epochs, loss, snapshot})) break;
  }
  return item2vec_vectors{training.input(items), training.output(items), std::move(losses)};
}

}  // namespace freshet
