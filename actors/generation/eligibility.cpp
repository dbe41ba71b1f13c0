#include "actors/generation/eligibility.hpp"

#include <bit>

namespace freshet {
namespace {

constexpr std::size_t words_for(std::size_t rows) {
  return (rows + rows_per_word - 1) / rows_per_word;
}

eligible_rows counted(filters::bitmap bits) {
  std::size_t count = 0;
  for (const auto word : bits) count += static_cast<std::size_t>(std::popcount(word));
  return {std::make_shared<const filters::bitmap>(std::move(bits)), count};
}

/// Bits by item number as bits by row.
eligible_rows by_row(const generation& model, const filters::bitmap& items) {
  filters::bitmap rows(words_for(model.rows()));
  const std::size_t numbers = items.size() * rows_per_word;
  for (std::size_t row = 0; row < model.rows(); ++row) {
    const std::size_t number = to_integer(model.index_of_row[row]);
    // An item that came while the condition was evaluated was not looked at: not this time.
    if (number >= numbers) continue;
    rows[row / rows_per_word] |= (items[number / rows_per_word] >> number % rows_per_word & 1) << row % rows_per_word;
  }
  return counted(std::move(rows));
}

bool looks_at_ages(std::string_view condition) {
  return condition.find("age_days") != std::string_view::npos;
}

}  // namespace

eligible_rows intersect(const eligible_rows& one, const eligible_rows& other) {
  if (!one.bits) return other;
  if (!other.bits) return one;
  filters::bitmap both(*one.bits);
  for (std::size_t word = 0; word < both.size(); ++word) both[word] &= (*other.bits)[word];
  return counted(std::move(both));
}

eligible_rows subtract(const eligible_rows& one, const eligible_rows& other, std::size_t rows) {
  filters::bitmap left(words_for(rows));
  const row_range all{item_row{0}, item_row{static_cast<std::uint32_t>(rows)}};
  for (std::size_t word = 0; word < left.size(); ++word) {
    const auto of_one = one.bits ? (*one.bits)[word] : all.bits(word);
    left[word] = other.bits ? of_one & ~(*other.bits)[word] : 0;
  }
  return counted(std::move(left));
}

eligible_rows exactly(std::span<const item_row> listed, std::size_t rows) {
  filters::bitmap bits(words_for(rows));
  for (const auto row : listed)
    bits[to_integer(row) / rows_per_word] |= std::uint64_t{1} << to_integer(row) % rows_per_word;
  return counted(std::move(bits));
}

void eligibility::keep_up(const generation& model, unix_seconds now) {
  const auto version = catalogue_->version(now);
  if (version == version_ && model.number == generation_ && model.rows() == rows_) return;
  version_ = version;
  generation_ = model.number;
  rows_ = model.rows();
  kept_.clear();
  const auto items = catalogue_->servable(now);
  shown_ = items ? by_row(model, *items) : eligible_rows{nullptr, model.items()};
}

eligible_rows eligibility::shown(const generation& model, unix_seconds now) {
  keep_up(model, now);
  return shown_;
}

result<eligible_rows> eligibility::matching(const generation& model, const std::string& condition, unix_seconds now) {
  keep_up(model, now);
  const auto found = kept_.find(condition);
  if (found != kept_.end() && (found->second.only_at == 0 || found->second.only_at == now)) return found->second.rows;
  FRESHET_ASSIGN(const auto items, catalogue_->evaluate(condition, now));
  remembered made{intersect(by_row(model, *items), shown_), looks_at_ages(condition) ? now : 0};
  if (kept_.size() >= conditions_max) kept_.clear();
  kept_.insert_or_assign(condition, made);
  return made.rows;
}

}  // namespace freshet
