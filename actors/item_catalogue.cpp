#include "actors/item_catalogue.hpp"

#include <charconv>
#include <mutex>

namespace freshet {
namespace {

/// "17", "-3": text that an int64 writes the same way.
bool is_canonical_integer(std::string_view id) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(id.data(), id.data() + id.size(), number);
  return failed == std::errc{} && end == id.data() + id.size() && std::to_string(number) == id;
}

}  // namespace

status item_catalogue::refresh(const event_store& store) {
  FRESHET_ASSIGN(const auto ids, store.item_ids());
  std::vector<std::pair<item_index, item>> described;
  FRESHET_TRY(
      store.for_each_item([&](item_index index, const item& metadata) { described.emplace_back(index, metadata); }));
  const std::unique_lock lock(mutex_);
  for (auto& [index, metadata] : described) insert(index, std::move(metadata));
  for (std::size_t number = 0; number < ids.size(); ++number) {
    if (number < views_.size() && views_[number]) continue;
    item bare;
    bare.item_id = ids[number];
    insert(item_index{static_cast<std::uint32_t>(number)}, std::move(bare));
  }
  return success{};
}

void item_catalogue::update(item_index index, item metadata) {
  const std::unique_lock lock(mutex_);
  insert(index, std::move(metadata));
}

void item_catalogue::insert(item_index index, item metadata) {
  const auto number = to_integer(index);
  if (number >= views_.size()) views_.resize(number + 1);
  if (!views_[number]) {
    numbers_.emplace(metadata.item_id, index);
    if (!is_canonical_integer(metadata.item_id)) ++other_ids_;
  }
  views_[number] = std::make_shared<const http::item_view>(std::move(metadata));
}

std::optional<item_index> item_catalogue::find(std::string_view item_id) const {
  const std::shared_lock lock(mutex_);
  const auto found = numbers_.find(item_id);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::shared_ptr<const http::item_view> item_catalogue::view(item_index index) const {
  const std::shared_lock lock(mutex_);
  const auto number = to_integer(index);
  return number < views_.size() ? views_[number] : nullptr;
}

std::size_t item_catalogue::size() const {
  const std::shared_lock lock(mutex_);
  return views_.size();
}

bool item_catalogue::integer_ids() const {
  const std::shared_lock lock(mutex_);
  return other_ids_ == 0 && !views_.empty();
}

}  // namespace freshet
