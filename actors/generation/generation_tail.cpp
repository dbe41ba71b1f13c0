// The rows behind a model's own: items that got metadata after it was trained.
#include <algorithm>
#include <set>

#include "actors/generation/generation.hpp"
#include "core/content/content_vectors.hpp"

namespace freshet {
namespace {

/// Rows of the model that a new item is compared with.
constexpr std::size_t neighbours_max = 5;
/// Rows that are ranked by their neighbours: the newest.
constexpr std::size_t neighbour_rows_max = 2048;

/// New items with what is known of them.
struct newcomers {
  std::vector<item_index> numbers;
  item_signals known;
  /// By number, of those whose features the model knows.
  newcomer_factors by_features;
};

/// Items without a row that were described, or that enough users touched.
std::vector<std::shared_ptr<const http::item_view>> items_without_row(const generation& base,
                                                                      const generation_context& context) {
  std::set<item_index> numbers;
  for (const auto number : context.catalogue->described_from(0)) numbers.insert(number);
  if (base.newcomers) {
    for (const auto& [number, factors] : *base.newcomers) numbers.insert(number);
  }
  std::vector<std::shared_ptr<const http::item_view>> views;
  for (const auto number : numbers) {
    if (base.row_of(number) != no_row) continue;
    if (auto view = context.catalogue->view(number)) views.push_back(std::move(view));
  }
  return views;
}

/// Those of them of which something is known: others can be placed nowhere.
newcomers find_newcomers(const generation& base, const generation_context& context) {
  const auto views = items_without_row(base, context);
  std::vector<const item*> items;
  std::vector<std::string> ids;
  for (const auto& view : views) {
    items.push_back(&view->metadata());
    ids.push_back(view->metadata().item_id);
  }
  const auto content = base.knowledge->content.vectors(items, ids);
  const auto counts = context.store->item_event_counts();
  newcomers found{.numbers = {}, .known = {.content = matrix<float>(0, content.columns())}, .by_features = {}};
  for (std::size_t each = 0; each < items.size(); ++each) {
    const auto row = content.row(each);
    // Nothing for an item that was deleted.
    const auto number = context.catalogue->find(ids[each]);
    if (!number) continue;
    const bool is_described = std::ranges::any_of(row, [](float value) { return value != 0; });
    if (!is_described && !(base.newcomers && base.newcomers->contains(*number))) continue;
    const auto place = to_integer(*number);
    const float events = counts && place < counts->size() ? static_cast<float>((*counts)[place]) : 0;
    matrix<float> one(1, row.size());
    std::ranges::copy(row, one.row(0).begin());
    found.known.append(signals_of({&items[each], 1}, {&events, 1}, std::move(one)));
    found.numbers.push_back(*number);
    if (auto factors = factors_by_features(base, *items[each]); !factors.empty()) {
      found.by_features.emplace(*number, std::move(factors));
    }
  }
  return found;
}

/// The next row behind the others: rows of the tail begin with a word of a bitmap.
void fill_word(generation& made, item_signals& known) {
  const auto dimensions = known.content.columns();
  const item* nothing = nullptr;
  const float no_events = 0;
  while (made.rows() % rows_per_word != 0) {
    known.append(signals_of({&nothing, 1}, {&no_events, 1}, matrix<float>(1, dimensions)));
    made.index_of_row.push_back(no_item);
  }
}

/// Puts the newcomers behind what is known; into a larger place when there is no room.
void take_in(generation& made, const newcomers& fresh) {
  auto known = made.knowledge->known;
  const auto needed = known->items() + rows_per_word + fresh.numbers.size();
  if (needed > known->reserved()) {
    auto larger = std::make_shared<item_signals>();
    larger->content = matrix<float>(0, known->content.columns());
    larger->reserve(2 * needed);
    larger->append(*known);
    auto knowledge = std::make_shared<catalogue_knowledge>(*made.knowledge);
    knowledge->known = known = std::move(larger);
    made.knowledge = std::move(knowledge);
  }
  if (made.tail_row_of_index.empty()) {
    fill_word(made, *known);
    made.neighbours_from = item_row{static_cast<std::uint32_t>(made.rows())};
  }
  if (!fresh.by_features.empty()) {
    auto placed = std::make_shared<newcomer_factors>(fresh.by_features);
    if (made.newcomers) placed->insert(made.newcomers->begin(), made.newcomers->end());
    made.newcomers = std::move(placed);
  }
  known->append(fresh.known);
  made.known = *known;
  for (const auto number : fresh.numbers) {
    made.tail_row_of_index.emplace(number, item_row{static_cast<std::uint32_t>(made.rows())});
    made.index_of_row.push_back(number);
  }
}

std::vector<weighted<item_row>> most_alike(const generation& made, std::size_t row, scan_scratch& scratch) {
  const auto content = made.known.content.row(row);
  const query asked = dense_query{{content.begin(), content.end()}};
  const scan_request request{.q = &asked, .k = neighbours_max, .excluded = {}, .allowed = {}};
  std::vector<std::vector<scored_row>> parts(made.content.slices->size());
  for (std::size_t slice = 0; slice < parts.size(); ++slice) {
    (*made.content.slices)[slice].rank({&request, 1}, {&parts[slice], 1}, scratch);
  }
  std::vector<scored_row> best;
  merge_ranked(parts, neighbours_max, best);
  std::erase_if(best, [](const auto& each) { return !(each.score > 0); });
  float sum = 0;
  for (const auto& each : best) sum += each.score;
  std::vector<weighted<item_row>> like;
  for (const auto& each : best) like.push_back({each.row, each.score / sum});
  return like;
}

/// Of the newest rows: an older one that has no neighbours yet is left out of lists that need them.
void find_neighbours(generation& made) {
  auto next = to_integer(made.neighbours_from) + made.tail_neighbours.rows();
  if (made.rows() - next > neighbour_rows_max) {
    made.tail_neighbours = {};
    next = (made.rows() - neighbour_rows_max) / rows_per_word * rows_per_word;
    made.neighbours_from = item_row{static_cast<std::uint32_t>(next)};
  }
  scan_scratch scratch;
  for (; next < made.rows(); ++next) made.tail_neighbours.append(most_alike(made, next, scratch));
}

/// The rows behind the model's in one list, cut into as many parts as the list has slices.
template <class Rows>
std::shared_ptr<const std::vector<tail_scan>> cut_tail(const generation& made, std::size_t first, Rows rows_of) {
  std::vector<tail_scan> parts;
  for (const auto& part : cut_rows(made.rows() - first, made.content.slices->size())) {
    const auto from = item_row{static_cast<std::uint32_t>(first + part.begin())};
    parts.emplace_back(from, rows_of(first + part.begin(), first + part.end()));
  }
  return std::make_shared<const std::vector<tail_scan>>(std::move(parts));
}

class tail_lists {
 public:
  explicit tail_lists(generation& made) : made_(made), knowledge_(*made.knowledge) {
    first_ = (made.model_items() + rows_per_word - 1) / rows_per_word * rows_per_word;
  }

  void make() {
    made_.popularity.tail = cut_tail(made_, first_, [this](std::size_t begin, std::size_t end) {
      const auto counts = made_.known.interactions.subspan(begin, end - begin);
      return constant_rows{{counts.begin(), counts.end()}};
    });
    made_.content.tail = by_content({});
    made_.cold_start.tail = by_content(cold_start_bias(made_.known, knowledge_.cold_start));
    if (std::holds_alternative<constant_scores>(made_.served->scores())) {
      made_.ranking.tail = made_.similarity.tail = made_.popularity.tail;
      return;
    }
    made_.ranking.tail = list_of(knowledge_.to_factors, made_.served->scores(), false);
    made_.similarity.tail =
        list_of(knowledge_.to_similarity, made_.served->similarity_scores(), knowledge_.unit_similarity);
  }

 private:
  using list = std::shared_ptr<const std::vector<tail_scan>>;

  list by_content(const std::vector<float>& bias) const {
    return cut_tail(made_, first_, [&](std::size_t begin, std::size_t end) {
      mapped_rows rows{.factors = matrix<float>(0, made_.known.content.columns()), .bias = {}};
      for (std::size_t row = begin; row < end; ++row) {
        const auto content = made_.known.content.row(row);
        rows.factors.append({content.data(), 1, content.size()});
        if (!bias.empty()) rows.bias.push_back(bias[row]);
      }
      return rows;
    });
  }

  /// By factors where content says something of them or users do (als), else by neighbours.
  list list_of(const std::optional<content_map>& map, const item_scores& scores, bool unit_rows) {
    if (map || knowledge_.by_users) return by_factors(map, scores, unit_rows);
    find_neighbours(made_);
    return by_neighbours(scores);
  }

  list by_factors(const std::optional<content_map>& map, const item_scores& scores, bool unit_rows) const {
    const auto& dense = std::get<dense_scores>(scores);
    const auto factors = dense.factors.columns();
    return cut_tail(made_, first_, [&](std::size_t begin, std::size_t end) {
      mapped_rows rows{.factors = matrix<float>(end - begin, factors), .bias = {}};
      for (std::size_t row = begin; row < end; ++row) {
        const auto mapped = factors_of(row, map);
        std::copy_n(mapped.begin(), std::min(mapped.size(), factors), rows.factors.row(row - begin).begin());
        if (!dense.bias.empty()) rows.bias.push_back(mapped.size() > factors ? mapped[factors] : 0);
      }
      if (unit_rows) scale_rows_to_one(rows.factors);
      return rows;
    });
  }

  /// From those who touched the item or from its features, where they say enough; else from its content. Nothing for a
  /// row without an item.
  std::vector<float> factors_of(std::size_t row, const std::optional<content_map>& map) const {
    if (made_.newcomers) {
      if (const auto found = made_.newcomers->find(made_.index_of_row[row]); found != made_.newcomers->end()) {
        return found->second;
      }
    }
    return map ? map->map(made_.known.content.row(row)) : std::vector<float>();
  }

  list by_neighbours(const item_scores& scores) const {
    const std::size_t known_from = to_integer(made_.neighbours_from);
    const std::size_t newest = made_.rows() > neighbour_rows_max ? made_.rows() - neighbour_rows_max : 0;
    const std::size_t first = std::max(known_from, newest / rows_per_word * rows_per_word);
    return cut_tail(made_, first, [&](std::size_t begin, std::size_t end) {
      neighbour_rows rows{scores, {}};
      for (std::size_t row = begin; row < end; ++row)
        rows.neighbours.append(made_.tail_neighbours.of(row - known_from));
      return rows;
    });
  }

  generation& made_;
  const catalogue_knowledge& knowledge_;
  std::size_t first_ = 0;
};

}  // namespace

generation_ptr extend(const generation_ptr& base, const generation_context& context) {
  if (!base->trained() || !base->content) return base;
  auto made = std::make_shared<generation>(*base);
  made->newcomers = learn_newcomers(*base, context);
  const auto fresh = find_newcomers(*made, context);
  if (fresh.numbers.empty() && made->newcomers == base->newcomers) return base;
  if (!fresh.numbers.empty()) take_in(*made, fresh);
  tail_lists(*made).make();
  made->integer_item_ids = context.catalogue->integer_ids();
  return made;
}

}  // namespace freshet
