#include "core/linalg/kernels.hpp"

#include <vector>

#include "core/linalg/kernel_sets.hpp"

namespace freshet {
namespace {

std::vector<const kernel_set*> detect() {
  std::vector<const kernel_set*> sets;
  sets.push_back(&portable_kernels);
  return sets;
}

}  // namespace

std::span<const kernel_set* const> available_kernels() {
  static const std::vector<const kernel_set*> sets = detect();
  return sets;
}

const kernel_set& best_kernels() {
  return *available_kernels().front();
}

}  // namespace freshet
