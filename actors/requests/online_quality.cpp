#include "actors/requests/online_quality.hpp"

#include <algorithm>
#include <charconv>
#include <random>

#include "core/base/hash.hpp"

namespace freshet {

online_quality::online_quality() : key_(std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()) {
  place_of_.reserve(lists_max);
}

online_quality::figures* online_quality::model_of(std::uint64_t number) {
  return number < forgotten_ ? nullptr : &models_[number - forgotten_];
}

std::string online_quality::shown(const std::string& model_id, std::vector<item_index> items) {
  const std::lock_guard lock(mutex_);
  auto found = std::ranges::find(models_, model_id, &figures::model_id);
  if (found == models_.end()) {
    models_.push_back({.model_id = model_id});
    if (models_.size() > models_max) {
      models_.erase(models_.begin());
      ++forgotten_;
    }
    found = models_.end() - 1;
  }
  ++found->lists;
  const auto model = forgotten_ + static_cast<std::uint64_t>(found - models_.begin());
  std::uint64_t id = hash_combine(key_, given_out_);
  while (place_of_.contains(id)) ++id;
  const std::size_t place = given_out_++ % lists_max;
  if (place < ring_.size()) {
    place_of_.erase(ring_[place].id);
    ring_[place] = {id, model, false, std::move(items)};
  } else {
    ring_.push_back({id, model, false, std::move(items)});
  }
  place_of_.emplace(id, place);
  std::string text(16, '0');
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t at = 0; at < text.size(); ++at) text[at] = digits[id >> (60 - 4 * at) & 15];
  return text;
}

void online_quality::acted(std::string_view recommendation_id, item_index item) {
  std::uint64_t id{};
  const auto [end, failed] =
      std::from_chars(recommendation_id.data(), recommendation_id.data() + recommendation_id.size(), id, 16);
  if (failed != std::errc{} || end != recommendation_id.data() + recommendation_id.size()) return;
  const std::lock_guard lock(mutex_);
  const auto found = place_of_.find(id);
  if (found == place_of_.end()) return;
  auto& of = ring_[found->second];
  auto* model = model_of(of.model);
  const auto place = std::ranges::find(of.items, item);
  if (of.counted || model == nullptr || place == of.items.end()) return;
  of.counted = true;
  ++model->hits;
  model->reciprocal_ranks += 1 / static_cast<double>(place - of.items.begin() + 1);
}

std::vector<online_quality::figures> online_quality::seen() const {
  const std::lock_guard lock(mutex_);
  return models_;
}

}  // namespace freshet
