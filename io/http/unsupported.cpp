#include "io/http/unsupported.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace freshet::http {
namespace {

// use_cache and use_faiss of the lite surface are not here: the exact, uncached answer satisfies either value.
constexpr auto table = std::to_array<std::pair<surface, std::string_view>>({
    {surface::lite, "page"},
    {surface::lite, "page_size"},
    {surface::lite, "categories"},
    {surface::lite, "brands"},
    {surface::lite, "min_price"},
    {surface::lite, "max_price"},
    {surface::lite, "exclude_items"},
    {surface::lite, "include_items"},
    {surface::lite, "cache_ttl"},
    {surface::lite, "invalidate_cache"},
    {surface::guide, "filter_params"},
    {surface::v1, "filter"},
    {surface::v1, "boost"},
    {surface::v1, "exclude_items"},
    {surface::v1, "include_items"},
    {surface::v1, "fields"},
    {surface::v1, "model"},
    {surface::v1, "offset"},
    {surface::v1, "as_of"},
});

}  // namespace

bool is_unsupported(surface form, std::string_view parameter) {
  return std::find(table.begin(), table.end(), std::pair(form, parameter)) != table.end();
}

std::string unsupported_sentence(std::string_view parameter) {
  return "parameter \"" + std::string(parameter) + "\" is not supported by this version; leave it out";
}

}  // namespace freshet::http
