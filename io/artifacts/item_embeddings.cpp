#include "io/artifacts/item_embeddings.hpp"

#include <algorithm>

#include "core/data/string_map.hpp"
#include "io/artifacts/checked_arrays.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {
namespace {

result<std::vector<std::string>> read_ids(const std::filesystem::path& path) {
  FRESHET_ASSIGN(const std::string text, read_file(path));
  const auto tree = parse_json(text);
  if (!tree) return in_context(path.string(), tree.failure());
  if (tree->type() != json_tree::kind::array) {
    return error{error_code::corrupted, path.string() + " holds no list; expected the ids of the rows: [\"a\", \"b\"]"};
  }
  std::vector<std::string> ids;
  ids.reserve(tree->elements().size());
  for (const auto& element : tree->elements()) {
    if (const auto word = element.text()) {
      ids.push_back(*word);
    } else if (element.type() == json_tree::kind::number) {
      ids.push_back(element.compact());
    } else {
      return error{error_code::corrupted, path.string() + ": element " + std::to_string(ids.size()) + " is " +
                                              element.compact() + "; expected an id, as text or as a number"};
    }
  }
  return ids;
}

status check_distinct(const std::vector<std::string>& ids, const std::filesystem::path& path) {
  std::vector<std::string_view> sorted(ids.begin(), ids.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return success{};
  return error{error_code::invalid_argument, path.string() + " holds the id " + std::string(*twice) + " twice"};
}

}  // namespace

result<embedding_file> read_item_embeddings(const std::filesystem::path& path) {
  FRESHET_ASSIGN(auto vectors, read_finite_matrix(path));
  const auto ids_path = path.parent_path() / (path.stem().string() + "_ids.json");
  FRESHET_ASSIGN(auto ids, read_ids(ids_path));
  if (ids.size() != vectors.rows()) {
    return error{error_code::corrupted, ids_path.string() + " holds " + std::to_string(ids.size()) + " ids where " +
                                            path.string() + " has " + std::to_string(vectors.rows()) + " rows"};
  }
  FRESHET_TRY(check_distinct(ids, ids_path));
  return embedding_file{std::move(ids), std::move(vectors)};
}

item_embeddings align(const embedding_file& given, std::span<const std::string> item_ids) {
  string_map<std::size_t> row_of;
  for (std::size_t row = 0; row < given.ids.size(); ++row) row_of.emplace(given.ids[row], row);
  item_embeddings aligned{matrix<float>(item_ids.size(), given.vectors.columns()), std::vector<bool>(item_ids.size())};
  for (std::size_t item = 0; item < item_ids.size(); ++item) {
    const auto found = row_of.find(item_ids[item]);
    if (found == row_of.end()) continue;
    const auto vector = given.vectors.row(found->second);
    std::copy(vector.begin(), vector.end(), aligned.vectors.row(item).begin());
    aligned.known[item] = true;
  }
  return aligned;
}

}  // namespace freshet
