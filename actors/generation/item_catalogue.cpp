#include "actors/generation/item_catalogue.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "io/events/timestamp.hpp"
#include "io/http/parameters.hpp"

namespace freshet {
namespace {

/// Texts whose parse is remembered; then all are forgotten.
constexpr std::size_t remembered_max = 1'000;
constexpr std::size_t word_bits = 64;
constexpr unix_seconds always = std::numeric_limits<unix_seconds>::min();
constexpr unix_seconds never = std::numeric_limits<unix_seconds>::max();

bool is_true(const attribute_value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<double>(&value)) return *number != 0;
  return http::parse_flag(std::get<std::string>(value)).value_or(false);
}

std::optional<unix_seconds> as_time(const attribute_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return parse_timestamp(*text);
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr || !std::isfinite(*number) || std::abs(*number) > 9e15) return std::nullopt;
  return from_epoch_number(static_cast<std::int64_t>(*number));
}

const attribute_value* attribute(const item& described, const char* name) {
  const auto found = described.attributes.find(name);
  return found == described.attributes.end() ? nullptr : &found->second;
}

}  // namespace

std::optional<item_catalogue::window> item_catalogue::window_of(const item& described) {
  const auto* hidden = attribute(described, "hidden");
  const auto* from = attribute(described, "available_from");
  const auto* until = attribute(described, "available_until");
  if (hidden == nullptr && from == nullptr && until == nullptr) return std::nullopt;
  window made{.hidden = hidden != nullptr && is_true(*hidden), .from = always, .until = never};
  if (from != nullptr) made.from = as_time(*from).value_or(always);
  if (until != nullptr) made.until = as_time(*until).value_or(never);
  return made;
}

status item_catalogue::refresh(const event_store& store) {
  FRESHET_ASSIGN(const auto ids, store.item_ids());
  if (knows_all(ids.size())) return success{};
  std::vector<std::pair<item_index, item>> described;
  FRESHET_TRY(
      store.for_each_item([&](item_index index, const item& metadata) { described.emplace_back(index, metadata); }));
  FRESHET_ASSIGN(const auto deleted, store.deleted_items());
  const std::unique_lock lock(mutex_);
  // What is known already is newer here than what was read: changes go through `update` and `erase`.
  const auto is_new = [&](std::size_t number) { return number >= views_.size() || !views_[number]; };
  std::vector<item_index> newly_deleted;
  std::copy_if(deleted.begin(), deleted.end(), std::back_inserter(newly_deleted),
               [&](item_index index) { return is_new(to_integer(index)); });
  for (auto& [index, metadata] : described) {
    if (!is_new(to_integer(index))) continue;
    insert(index, std::move(metadata));
    described_[to_integer(index)] = true;
  }
  for (std::size_t number = 0; number < ids.size(); ++number) {
    if (!is_new(number)) continue;
    item bare;
    bare.item_id = ids[number];
    insert(item_index{static_cast<std::uint32_t>(number)}, std::move(bare));
  }
  for (const auto index : newly_deleted) remove(index);
  return success{};
}

bool item_catalogue::knows_all(std::size_t items) const {
  const std::shared_lock lock(mutex_);
  return views_.size() >= items && std::ranges::all_of(views_, [](const auto& view) { return view != nullptr; });
}

void item_catalogue::update(item_index index, item metadata) {
  const std::unique_lock lock(mutex_);
  insert(index, std::move(metadata));
  described_[to_integer(index)] = true;
}

void item_catalogue::erase(item_index index) {
  const std::unique_lock lock(mutex_);
  remove(index);
}

void item_catalogue::remove(item_index index) {
  const auto number = to_integer(index);
  if (number >= views_.size() || !views_[number]) return;
  item bare;
  bare.item_id = views_[number]->metadata().item_id;
  insert(index, std::move(bare));
  columns_.erase(index);
  described_[number] = false;
  deleted_[number] = true;
  ++deleted_items_;
}

void item_catalogue::insert(item_index index, item metadata) {
  const auto number = to_integer(index);
  if (number >= views_.size()) {
    views_.resize(number + 1);
    deleted_.resize(number + 1);
    described_.resize(number + 1);
  }
  auto fresh = std::make_shared<const http::item_view>(std::move(metadata));
  const auto& known = fresh->metadata();
  if (!views_[number]) {
    numbers_.emplace(known.item_id, index);
    if (!fresh->has_integer_id()) ++other_ids_;
  }
  if (deleted_[number]) --deleted_items_;
  deleted_[number] = false;
  columns_.set(index, known);
  windows_.erase(index);
  if (const auto limited = window_of(known)) windows_.emplace(index, *limited);
  views_[number] = std::move(fresh);
  ++changes_;
  valid_until_ = 0;
}

std::optional<item_index> item_catalogue::find(std::string_view item_id) const {
  const std::shared_lock lock(mutex_);
  const auto found = numbers_.find(item_id);
  if (found == numbers_.end() || deleted_[to_integer(found->second)]) return std::nullopt;
  return found->second;
}

std::shared_ptr<const http::item_view> item_catalogue::view(item_index index) const {
  const std::shared_lock lock(mutex_);
  const auto number = to_integer(index);
  return number < views_.size() ? views_[number] : nullptr;
}

std::vector<std::shared_ptr<const http::item_view>> item_catalogue::views(std::span<const item_index> indices) const {
  std::vector<std::shared_ptr<const http::item_view>> found;
  found.reserve(indices.size());
  const std::shared_lock lock(mutex_);
  for (const auto index : indices) {
    const auto number = to_integer(index);
    found.push_back(number < views_.size() ? views_[number] : nullptr);
  }
  return found;
}

std::size_t item_catalogue::size() const {
  const std::shared_lock lock(mutex_);
  return views_.size();
}

bool item_catalogue::integer_ids() const {
  const std::shared_lock lock(mutex_);
  return other_ids_ == 0 && !views_.empty();
}

const item_catalogue::item_bits& item_catalogue::current(unix_seconds now) const {
  auto& known = availability_;
  const auto changes = changes_.load();
  const bool changed = known.changes != changes;
  if (!changed && now < valid_until_) return known.servable;
  known.changes = changes;
  known.servable.reset();
  unix_seconds holds_until = never;
  if (!windows_.empty() || deleted_items_ > 0) {
    filters::bitmap bits((views_.size() + word_bits - 1) / word_bits);
    for (std::size_t number = 0; number < views_.size(); ++number) {
      if (views_[number] && !deleted_[number]) bits[number / word_bits] |= std::uint64_t{1} << number % word_bits;
    }
    for (const auto& [index, limited] : windows_) {
      if (limited.hidden || now < limited.from || now >= limited.until) {
        bits[to_integer(index) / word_bits] &= ~(std::uint64_t{1} << to_integer(index) % word_bits);
      }
      if (limited.hidden) continue;
      for (const auto edge : {limited.from, limited.until}) {
        if (edge > now) holds_until = std::min(holds_until, edge);
      }
    }
    known.servable = std::make_shared<const filters::bitmap>(std::move(bits));
  }
  if (!changed) ++turns_;
  valid_until_ = holds_until;
  return known.servable;
}

std::uint64_t item_catalogue::version(unix_seconds now) const {
  if (now >= valid_until_) {
    const std::shared_lock lock(mutex_);
    const std::lock_guard derived(derived_mutex_);
    current(now);
  }
  return changes_ + turns_;
}

item_catalogue::item_bits item_catalogue::servable(unix_seconds now) const {
  const std::shared_lock lock(mutex_);
  const std::lock_guard derived(derived_mutex_);
  return current(now);
}

result<std::shared_ptr<const filters::expression>> item_catalogue::parsed(const std::string& condition) const {
  {
    const std::lock_guard derived(derived_mutex_);
    if (const auto found = parsed_.find(condition); found != parsed_.end()) return found->second;
  }
  FRESHET_ASSIGN(auto read, filters::parse_expression(condition));
  auto kept = std::make_shared<const filters::expression>(std::move(read));
  const std::lock_guard derived(derived_mutex_);
  if (parsed_.size() >= remembered_max) parsed_.clear();
  parsed_.emplace(condition, kept);
  return kept;
}

result<item_catalogue::item_bits> item_catalogue::evaluate(const std::string& condition, unix_seconds now) const {
  FRESHET_ASSIGN(const auto read, parsed(condition));
  const std::shared_lock lock(mutex_);
  FRESHET_ASSIGN(auto bits, filters::evaluate(*read, columns_, {.now = now, .parse_time = parse_timestamp}));
  return std::make_shared<const filters::bitmap>(std::move(bits));
}

std::vector<item_index> item_catalogue::described_from(std::size_t from) const {
  const std::shared_lock lock(mutex_);
  std::vector<item_index> numbers;
  for (std::size_t number = from; number < described_.size(); ++number) {
    if (described_[number]) numbers.push_back(item_index{static_cast<std::uint32_t>(number)});
  }
  return numbers;
}

}  // namespace freshet
