#include "io/artifacts/model_blend.hpp"

#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "core/models/hybrid/aligned_model.hpp"

namespace freshet {

std::vector<std::string> union_of_items(std::span<const loaded_model> parts) {
  std::vector<std::string> ids;
  std::unordered_set<std::string_view> known;
  for (const auto& part : parts) {
    for (const auto& id : part.item_ids) {
      if (known.insert(id).second) ids.push_back(id);
    }
  }
  return ids;
}

result<std::vector<std::shared_ptr<const model>>> align_parts(std::span<const loaded_model> parts,
                                                              const std::vector<std::string>& item_ids) {
  std::unordered_map<std::string_view, item_row> row_of;
  for (std::size_t row = 0; row < item_ids.size(); ++row) {
    row_of.emplace(item_ids[row], item_row{static_cast<std::uint32_t>(row)});
  }
  std::vector<std::shared_ptr<const model>> aligned;
  for (const auto& part : parts) {
    std::vector<item_row> rows;
    for (const auto& id : part.item_ids) {
      const auto found = row_of.find(id);
      if (found == row_of.end()) {
        return error{error_code::corrupted, "a part of the blend knows item '" + id + "', which the blend does not"};
      }
      rows.push_back(found->second);
    }
    aligned.push_back(align(part.served, std::move(rows), item_ids.size()));
  }
  return aligned;
}

}  // namespace freshet
