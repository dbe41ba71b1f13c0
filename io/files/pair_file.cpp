#include "io/files/pair_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "core/base/text.hpp"
#include "io/events/timestamp.hpp"
#include "io/files/line_reader.hpp"

namespace freshet {
namespace {

enum column : std::size_t { user, item, strength, ts, session };
constexpr std::array<std::string_view, 5> column_names{"user", "item", "strength", "ts", "session"};
/// Place in the line of each column.
using column_places = std::array<std::optional<std::size_t>, column_names.size()>;

void split(std::string_view line, std::string_view separators, bool keeps_empty, std::vector<std::string_view>& cells) {
  cells.clear();
  while (true) {
    const std::size_t end = line.find_first_of(separators);
    if (keeps_empty || end > 0) {
      if (const auto cell = line.substr(0, end); keeps_empty || !cell.empty()) cells.push_back(cell);
    }
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

/// Calls `visit` for each line, and puts the file and the line in front of what it says.
status for_each_line(const std::string& path, const std::function<status(std::string_view)>& visit) {
  FRESHET_ASSIGN(auto input, open_input(path));
  line_reader lines(std::move(input));
  while (true) {
    const auto came = lines.next();
    if (!came) return in_context(path, came.failure());
    if (!*came) return success{};
    if (const auto done = visit(lines.line()); !done) {
      return in_context(path + ", line " + std::to_string(lines.number()), done.failure());
    }
  }
}

std::optional<std::size_t> column_of(std::string_view name) {
  const auto found = std::ranges::find(column_names, name);
  if (found == column_names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - column_names.begin());
}

/// Nothing when the cells are no names of columns.
std::optional<column_places> named_places(std::span<const std::string_view> cells) {
  column_places places;
  for (std::size_t place = 0; place < cells.size(); ++place) {
    const auto named = column_of(cells[place]);
    if (!named) return std::nullopt;
    places[*named] = place;
  }
  if (!places[user] || !places[item]) return std::nullopt;
  return places;
}

class pair_parser {
 public:
  pair_parser() {
    for (std::size_t each = 0; each < places_.size(); ++each) places_[each] = each;
  }

  /// False for the line that names the columns.
  result<bool> parse(std::string_view line, pair_line& pair) {
    if (is_first_) separator_ = line.find('\t') == std::string_view::npos ? "," : "\t";
    split(line, separator_, true, cells_);
    if (std::exchange(is_first_, false)) {
      if (const auto named = named_places(cells_)) {
        places_ = *named;
        return false;
      }
    }
    pair = {.user = cell(user), .item = cell(item), .session = cell(session)};
    if (pair.user.empty() || pair.item.empty()) {
      return error{error_code::invalid_argument, "a user and an item are needed, separated by a comma or a tab"};
    }
    FRESHET_TRY(read_strength(pair));
    if (cell(ts).empty()) return true;
    const auto time = parse_timestamp(cell(ts));
    if (!time) return error{error_code::invalid_argument, in_quotes(cell(ts)) + " is no time"};
    pair.ts = *time;
    return true;
  }

 private:
  std::string_view cell(column wanted) const {
    const auto place = places_[wanted];
    return place && *place < cells_.size() ? cells_[*place] : std::string_view();
  }

  status read_strength(pair_line& pair) const {
    const auto text = cell(strength);
    if (text.empty()) return success{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), pair.strength);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !std::isfinite(pair.strength) ||
        !(pair.strength > 0)) {
      return error{error_code::invalid_argument, in_quotes(text) + " is no strength: a number above 0 is needed"};
    }
    return success{};
  }

  bool is_first_ = true;
  std::string_view separator_;
  column_places places_;
  std::vector<std::string_view> cells_;
};

}  // namespace

status read_pairs(const std::string& path, const std::function<void(const pair_line&)>& visit) {
  pair_parser parser;
  pair_line pair;
  return for_each_line(path, [&](std::string_view line) -> status {
    FRESHET_ASSIGN(const bool is_pair, parser.parse(line, pair));
    if (is_pair) visit(pair);
    return success{};
  });
}

status read_lists(const std::string& path,
                  const std::function<void(std::string_view name, std::span<const std::string_view> items)>& visit) {
  std::vector<std::string_view> cells;
  return for_each_line(path, [&](std::string_view line) -> status {
    split(line, " \t,", false, cells);
    if (!cells.empty()) visit(cells.front(), std::span(cells).subspan(1));
    return success{};
  });
}

status read_prefixes(const std::string& path, const std::function<void(std::span<const std::string_view>)>& visit) {
  std::vector<std::string_view> cells;
  return for_each_line(path, [&](std::string_view line) -> status {
    const std::size_t tab = line.find('\t');
    if (tab != std::string_view::npos) {
      const auto next = line.substr(tab + 1);
      split(line.substr(0, tab), " ", false, cells);
      if (!cells.empty() && !next.empty() && next.find_first_of(" \t") == std::string_view::npos) {
        cells.push_back(next);
        visit(cells);
        return success{};
      }
    }
    return error{error_code::invalid_argument, "items, a tab and one item are needed"};
  });
}

}  // namespace freshet
