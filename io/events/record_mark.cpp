#include "io/events/record_mark.hpp"

#include "core/base/hash.hpp"
#include "io/events/event_source.hpp"

namespace freshet {

record_mark mark_of(const record& taken) {
  const auto seed = static_cast<std::uint64_t>(taken.timestamp_ms);
  return {taken.offset, hash_combine(hash64(taken.value, seed), hash64(taken.key, seed))};
}

}  // namespace freshet
