// The rows behind a model's own: items that got metadata after it was trained.
#include <algorithm>
#include <numeric>

#include "actors/generation.hpp"

namespace freshet {
namespace {

/// Rows of the model that a new item is compared with.
constexpr std::size_t neighbours_max = 5;

/// New items with what is known of them.
struct newcomers {
  std::vector<item_index> numbers;
  item_signals known;
};

/// Items with metadata and no row, of which their content says something: others can be placed nowhere.
newcomers find_newcomers(const generation& base, const generation_context& context) {
  std::vector<std::shared_ptr<const http::item_view>> views;
  for (const auto number : context.catalogue->described_from(0)) {
    if (base.row_of(number) == no_row) views.push_back(context.catalogue->view(number));
  }
  std::vector<const item*> items;
  std::vector<std::string> ids;
  for (const auto& view : views) {
    items.push_back(&view->metadata());
    ids.push_back(view->metadata().item_id);
  }
  const auto content = base.knowledge->content.vectors(items, ids);
  const auto counts = context.store->item_event_counts();
  newcomers found{.numbers = {}, .known = {.content = matrix<float>(0, content.columns())}};
  for (std::size_t each = 0; each < items.size(); ++each) {
    const auto row = content.row(each);
    if (std::ranges::all_of(row, [](float value) { return value == 0; })) continue;
    const auto number = context.catalogue->find(ids[each]);
    if (!number) continue;
    const auto place = to_integer(*number);
    const float events = counts && place < counts->size() ? static_cast<float>((*counts)[place]) : 0;
    matrix<float> one(1, row.size());
    std::ranges::copy(row, one.row(0).begin());
    found.known.append(signals_of({&items[each], 1}, {&events, 1}, std::move(one)));
    found.numbers.push_back(*number);
  }
  return found;
}

/// Puts the newcomers behind what is known; into a larger place when there is no room.
void take_in(generation& made, const newcomers& fresh) {
  auto known = made.knowledge->known;
  if (known->items() + fresh.numbers.size() > known->reserved()) {
    auto larger = std::make_shared<item_signals>();
    larger->content = matrix<float>(0, known->content.columns());
    larger->reserve(2 * (known->items() + fresh.numbers.size()));
    larger->append(*known);
    auto knowledge = std::make_shared<catalogue_knowledge>(*made.knowledge);
    knowledge->known = known = std::move(larger);
    made.knowledge = std::move(knowledge);
  }
  known->append(fresh.known);
  made.known = *known;
  for (const auto number : fresh.numbers) {
    made.tail_row_of_index.emplace(number, item_row{static_cast<std::uint32_t>(made.index_of_row.size())});
    made.index_of_row.push_back(number);
  }
}

/// The model's rows whose content is most like that of the newcomers.
void find_neighbours(generation& made, const newcomers& fresh) {
  scan_scratch scratch;
  std::vector<std::vector<scored_row>> parts(made.content.slices->size());
  std::vector<scored_row> best;
  for (std::size_t each = 0; each < fresh.numbers.size(); ++each) {
    const auto content = fresh.known.content.row(each);
    const query asked = dense_query{{content.begin(), content.end()}};
    const scan_request request{.q = &asked, .k = neighbours_max, .excluded = {}, .allowed = {}};
    for (std::size_t slice = 0; slice < parts.size(); ++slice) {
      (*made.content.slices)[slice].rank({&request, 1}, {&parts[slice], 1}, scratch);
    }
    merge_ranked(parts, neighbours_max, best);
    std::erase_if(best, [](const auto& row) { return !(row.score > 0); });
    const float sum =
        std::accumulate(best.begin(), best.end(), 0.0F, [](float total, const auto& row) { return total + row.score; });
    std::vector<weighted<item_row>> like;
    for (const auto& row : best) like.push_back({row.row, row.score / sum});
    made.tail_neighbours.append(like);
  }
}

using tail_ptr = std::shared_ptr<const tail_scan>;

tail_ptr by_neighbours(const generation& made, const item_scores& scores) {
  return std::make_shared<const tail_scan>(item_row{static_cast<std::uint32_t>(made.model_items())},
                                           neighbour_rows{scores, made.tail_neighbours});
}

/// The part of `known.content` that belongs to the tail, as rows of its own.
matrix<float> tail_content(const generation& made) {
  matrix<float> rows(0, made.known.content.columns());
  for (std::size_t row = made.model_items(); row < made.items(); ++row) {
    const auto content = made.known.content.row(row);
    rows.append({content.data(), 1, content.size()});
  }
  return rows;
}

mapped_rows by_content_map(const content_map& map, matrix_view<const float> content, std::size_t factors) {
  mapped_rows rows{.factors = matrix<float>(content.rows(), factors), .bias = {}};
  for (std::size_t row = 0; row < content.rows(); ++row) {
    const auto mapped = map.map(content.row(row));
    std::copy_n(mapped.begin(), factors, rows.factors.row(row).begin());
    if (mapped.size() > factors) rows.bias.push_back(mapped[factors]);
  }
  return rows;
}

void make_tails(generation& made) {
  const item_row first{static_cast<std::uint32_t>(made.model_items())};
  const auto content = tail_content(made);
  const auto& knowledge = *made.knowledge;
  const auto popularity = made.known.interactions.subspan(made.model_items());
  constant_rows counts{{popularity.begin(), popularity.end()}};
  const bool constant = std::holds_alternative<constant_scores>(made.served->scores());
  made.popularity.tail = std::make_shared<const tail_scan>(first, counts);
  if (constant) {
    made.ranking.tail = made.popularity.tail;
    made.similarity.tail = made.popularity.tail;
  } else {
    made.similarity.tail = by_neighbours(made, made.served->similarity_scores());
    made.ranking.tail = knowledge.to_factors
                            ? std::make_shared<const tail_scan>(
                                  first, by_content_map(*knowledge.to_factors, content.view(), made.served->factors()))
                            : by_neighbours(made, made.served->scores());
  }
  made.content.tail = std::make_shared<const tail_scan>(first, mapped_rows{content, {}});
  auto bias = cold_start_bias(made.known, knowledge.cold_start);
  bias.erase(bias.begin(), bias.begin() + static_cast<std::ptrdiff_t>(made.model_items()));
  made.cold_start.tail = std::make_shared<const tail_scan>(first, mapped_rows{content, std::move(bias)});
}

}  // namespace

generation_ptr extend(const generation_ptr& base, const generation_context& context) {
  if (!base->trained() || !base->content) return base;
  const auto fresh = find_newcomers(*base, context);
  if (fresh.numbers.empty()) return base;
  auto made = std::make_shared<generation>(*base);
  take_in(*made, fresh);
  find_neighbours(*made, fresh);
  make_tails(*made);
  made->integer_item_ids = context.catalogue->integer_ids();
  return made;
}

}  // namespace freshet
