#include "core/models/pairwise/pairwise_blocks.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <queue>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/models/pairwise/sample_stream.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

/// Factors of a task's users and items together: half of a usual second-level cache.
constexpr std::size_t task_bytes_max = 1 << 20;
/// More threads than blocks would idle; more blocks mean shorter tasks between two waits.
constexpr std::size_t blocks_wanted_min = 16;
constexpr std::size_t blocks_max = 64;
/// Fewer items than this to draw negatives from would be the same ones again and again.
constexpr std::size_t items_per_block_min = 64;
/// Draws before the next item that the user has not touched is taken instead.
constexpr int draws_max = 64;

/// Streams with a purpose each.
constexpr std::uint64_t user_stream = 1;
constexpr std::uint64_t item_stream = 2;
constexpr std::uint64_t task_stream = 3;

std::size_t blocks_for(std::size_t users, std::size_t items, std::size_t width) {
  const std::size_t bytes = (users + items) * width * sizeof(float);
  const std::size_t wanted = std::clamp(bytes / task_bytes_max, blocks_wanted_min, blocks_max);
  const std::size_t possible = std::max<std::size_t>(1, items / items_per_block_min);
  return std::bit_floor(std::min(wanted, possible));
}

template <class T>
void shuffle(std::vector<T>& values, sample_stream& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

std::vector<std::uint32_t> counted(std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

void set(std::vector<std::uint64_t>& bits, std::uint32_t place) {
  bits[place / 64] |= std::uint64_t{1} << (place % 64);
}

bool is_set(const std::vector<std::uint64_t>& bits, std::uint32_t place) {
  return (bits[place / 64] >> (place % 64) & 1) != 0;
}

/// A place of the block whose bit is not set; there must be one.
std::uint32_t draw_other(const std::vector<std::uint64_t>& touched, std::size_t places, sample_stream& random) {
  std::uint32_t place = random.below(places);
  for (int draws = 1; is_set(touched, place) && draws < draws_max; ++draws) place = random.below(places);
  while (is_set(touched, place)) place = place + 1 < places ? place + 1 : 0;
  return place;
}

}  // namespace

pairwise_blocks::pairwise_blocks(const interaction_matrix& entries, const pairwise_sampling& options,
                                 std::size_t threads)
    : data_(&entries),
      options_(options),
      threads_(threads),
      blocks_(blocks_for(entries.rows(), entries.columns(), options.width)),
      shift_(static_cast<std::uint32_t>(std::countr_zero(blocks_))),
      position_(entries.columns()),
      items_(entries.columns()),
      first_item_(blocks_ + 1),
      entries_(entries.entries()),
      offsets_(blocks_ * blocks_ + 1) {
  FRESHET_CHECK(options.candidates > 0);
  deal_users();
  for (std::size_t block = 0; block < blocks_; ++block) {
    first_item_[block + 1] = first_item_[block] + (items_.size() + blocks_ - 1 - block) / blocks_;
  }
}

/// In random order, each to the block with the fewest entries so far.
void pairwise_blocks::deal_users() {
  auto order = counted(data_->rows());
  sample_stream random(hash_combine(options_.seed, user_stream));
  shuffle(order, random);
  std::vector<std::vector<std::uint32_t>> dealt(blocks_);
  std::vector<std::size_t> sizes(blocks_);
  using load = std::pair<std::size_t, std::size_t>;
  std::priority_queue<load, std::vector<load>, std::greater<>> loads;
  for (std::size_t block = 0; block < blocks_; ++block) loads.emplace(0, block);
  for (const std::uint32_t user : order) {
    const auto [entries, block] = loads.top();
    loads.pop();
    dealt[block].push_back(user);
    sizes[block] += data_->row(user).size();
    loads.emplace(entries + data_->row(user).size(), block);
  }
  first_user_.assign(1, 0);
  first_entry_.assign(1, 0);
  for (std::size_t block = 0; block < blocks_; ++block) {
    users_.insert(users_.end(), dealt[block].begin(), dealt[block].end());
    first_user_.push_back(users_.size());
    first_entry_.push_back(first_entry_.back() + sizes[block]);
  }
}

void pairwise_blocks::deal(std::uint32_t epoch) {
  epoch_ = epoch;
  auto order = counted(items_.size());
  sample_stream random(hash_combine(hash_combine(options_.seed, item_stream), epoch));
  shuffle(order, random);
  for (std::uint32_t p = 0; p < order.size(); ++p) {
    position_[order[p]] = p;
    items_[first_item_[p & (blocks_ - 1)] + (p >> shift_)] = order[p];
  }
  parallel_for(blocks_, threads_, [&](std::size_t block, std::size_t) { place_entries(block); });
  offsets_.back() = entries_.size();
}

void pairwise_blocks::place_entries(std::size_t user_block) {
  std::vector<std::size_t> next(blocks_ + 1);
  const auto each_user = [&](const auto& act) {
    for (std::size_t u = first_user_[user_block]; u < first_user_[user_block + 1]; ++u) act(users_[u]);
  };
  each_user([&](std::uint32_t user) {
    for (const std::uint32_t item : data_->row(user).columns) ++next[block_of(item) + 1];
  });
  next[0] = first_entry_[user_block];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::copy(next.begin(), next.end() - 1, offsets_.begin() + static_cast<std::ptrdiff_t>(user_block * blocks_));
  each_user([&](std::uint32_t user) {
    for (const std::uint32_t item : data_->row(user).columns) entries_[next[block_of(item)]++] = {user, place_of(item)};
  });
}

void pairwise_blocks::draw(std::size_t round, std::size_t task, pairwise_samples& into) const {
  const std::size_t item_block = (task + round) & (blocks_ - 1);
  const std::uint32_t* const items = items_.data() + first_item_[item_block];
  const std::size_t places = first_item_[item_block + 1] - first_item_[item_block];
  const std::size_t bucket = task * blocks_ + item_block;
  const placed_entry* entry = entries_.data() + offsets_[bucket];
  const placed_entry* const end = entries_.data() + offsets_[bucket + 1];
  sample_stream random(hash_combine(hash_combine(options_.seed, task_stream), epoch_ * blocks_ * blocks_ + bucket));

  const auto after_user = [end](const placed_entry* first) {
    const placed_entry* each = first;
    while (each != end && each->user == first->user) ++each;
    return each;
  };
  // A user who touched the whole block has no negative in it.
  const auto usable = [&](const placed_entry* first, const placed_entry* last) {
    return static_cast<std::size_t>(last - first) < places;
  };
  into.count = 0;
  for (const placed_entry *first = entry, *last; first != end; first = last) {
    last = after_user(first);
    if (usable(first, last)) into.count += static_cast<std::size_t>(last - first);
  }
  into.touched.assign((places + 63) / 64, 0);
  into.order = counted(into.count);
  shuffle(into.order, random);
  into.users.resize(into.count);
  into.positives.resize(into.count);
  into.negatives.resize(into.count * options_.candidates);
  std::size_t made = 0;
  for (const placed_entry* last; entry != end; entry = last) {
    last = after_user(entry);
    if (!usable(entry, last)) continue;
    for (const auto* each = entry; each != last; ++each) set(into.touched, each->place);
    for (const auto* each = entry; each != last; ++each) {
      const std::size_t slot = into.order[made++];
      into.users[slot] = each->user;
      into.positives[slot] = items[each->place];
      for (std::size_t c = 0; c < options_.candidates; ++c) {
        into.negatives[slot * options_.candidates + c] = items[draw_other(into.touched, places, random)];
      }
    }
    for (const auto* each = entry; each != last; ++each) into.touched[each->place / 64] = 0;
  }
}

std::uint64_t pairwise_blocks::memory_bytes(std::uint64_t users, std::uint64_t items, std::uint64_t entries) {
  constexpr std::uint64_t user_bytes = 3 * sizeof(std::uint32_t);
  constexpr std::uint64_t item_bytes = 3 * sizeof(std::uint32_t);
  return entries * sizeof(placed_entry) + users * user_bytes + items * item_bytes;
}

}  // namespace freshet
