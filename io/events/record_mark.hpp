// What: what a record is recognised by: its place in the log, and a hash of when it was taken, of its key and its
//       value.
// Why:  offsets alone say nothing once a topic is deleted and made anew: its records count from 0 again, and could pass
//       for those that were taken in long ago, or hide that others were never read.
#pragma once

#include <cstdint>

namespace freshet {

struct record;

struct record_mark {
  std::int64_t offset{};
  std::uint64_t hash{};
  friend bool operator==(const record_mark&, const record_mark&) = default;
};

[[nodiscard]] record_mark mark_of(const record& taken);

}  // namespace freshet
