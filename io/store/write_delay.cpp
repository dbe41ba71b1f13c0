#include "io/store/write_delay.hpp"

#include "io/store/rocks_store.hpp"

namespace freshet {

std::chrono::nanoseconds write_delay(const event_store& store) {
  const auto* rocks = dynamic_cast<const rocks_store*>(&store);
  return rocks == nullptr ? std::chrono::nanoseconds(0) : rocks->files().write_delay();
}

}  // namespace freshet
