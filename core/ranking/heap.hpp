// What: one step on a heap of the standard library's order that the library has no function for.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace freshet {

/// Puts `value` in the place of the front of a heap ordered by `before`, in one descent instead of pop_heap's and
/// push_heap's two: it is the inner loop of every ranking.
template <class T, class Before>
void replace_front(std::vector<T>& heap, T value, Before before) {
  const std::size_t size = heap.size();
  std::size_t hole = 0;
  for (std::size_t child = 1; child < size; child = 2 * hole + 1) {
    if (child + 1 < size && before(heap[child], heap[child + 1])) ++child;
    if (!before(value, heap[child])) break;
    heap[hole] = std::move(heap[child]);
    hole = child;
  }
  heap[hole] = std::move(value);
}

}  // namespace freshet
