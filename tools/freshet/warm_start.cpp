#include "tools/freshet/warm_start.hpp"

#include <algorithm>

#include "core/data/string_map.hpp"

namespace freshet::tools {
namespace {

/// Copies the rows of known ids to where they stand now.
void align(matrix_view<const float> from, const std::vector<std::string>& from_ids,
           const std::vector<std::string>& to_ids, matrix<float>& to, std::vector<bool>& knows,
           const std::function<void(std::size_t from_row, std::size_t to_row)>& also = {}) {
  string_map<std::size_t> row_of;
  row_of.reserve(from_ids.size());
  for (std::size_t row = 0; row < from_ids.size(); ++row) row_of.emplace(from_ids[row], row);
  knows.assign(to_ids.size(), false);
  for (std::size_t row = 0; row < to_ids.size(); ++row) {
    const auto found = row_of.find(to_ids[row]);
    if (found == row_of.end()) continue;
    std::ranges::copy(from.row(found->second), to.row(row).begin());
    knows[row] = true;
    if (also) also(found->second, row);
  }
}

}  // namespace

result<warm_start> warm_start_from(const loaded_model& before, const trainer& family, const parameters& completed,
                                   const std::vector<std::string>& item_ids, const std::vector<std::string>& user_ids) {
  const auto cannot = [&](const std::string& why) { return error{error_code::unsupported, why}; };
  if (!family.starts_warm) return cannot(std::string(family.name) + " always begins anew");
  if (before.metadata.model_type != family.name) {
    return cannot("the model to begin with is of the family " + before.metadata.model_type);
  }
  const auto scores = before.served->scores();
  const auto* dense = std::get_if<dense_scores>(&scores);
  const auto wanted = completed.find("factors");
  const auto* factors = wanted == completed.end() ? nullptr : std::get_if<double>(&wanted->second);
  if (dense == nullptr || factors == nullptr || static_cast<double>(dense->factors.columns()) != *factors ||
      before.user_factors.columns() != dense->factors.columns()) {
    return cannot("the model to begin with has another number of factors");
  }
  const std::size_t columns = dense->factors.columns();
  warm_start made{.items = matrix<float>(item_ids.size(), columns), .users = matrix<float>(user_ids.size(), columns)};
  if (!dense->bias.empty()) made.item_bias.resize(item_ids.size());
  align(dense->factors, before.item_ids, item_ids, made.items, made.knows_item, [&](std::size_t from, std::size_t to) {
    if (!dense->bias.empty()) made.item_bias[to] = dense->bias[from];
  });
  align(before.user_factors.view(), before.user_ids, user_ids, made.users, made.knows_user);
  return made;
}

}  // namespace freshet::tools
