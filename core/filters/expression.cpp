#include "core/filters/expression.hpp"

namespace freshet::filters {

expression negate(expression inner) {
  return std::make_shared<const negation>(negation{std::move(inner)});
}

expression all_of(std::vector<expression> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  return std::make_shared<const conjunction>(conjunction{std::move(parts)});
}

expression any_of(std::vector<expression> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  return std::make_shared<const disjunction>(disjunction{std::move(parts)});
}

}  // namespace freshet::filters
