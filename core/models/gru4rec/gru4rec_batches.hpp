// What:    session-parallel minibatches: many sessions side by side, one in each lane, some events of each at once.
// Why:     sessions differ in length; a lane whose session ends takes the next one, so no step is spent on padding.
// Order:   sessions are taken as they are given. A lane for which none is left is dropped before the next batch; within
//          a batch its remaining rows are inactive.
// Source:  Hidasi, Karatzoglou, Baltrunas, Tikk 2016, section 3.1.1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/training_data.hpp"
#include "core/models/gru4rec/gru4rec.hpp"

namespace freshet {

/// The events of one session, oldest first.
using session_items = std::span<const dated_item>;

/// Those of at least two events, in the order of their last event, then of users.
[[nodiscard]] std::vector<session_items> sessions_of(const event_sequences& sequences, gru4rec_sequences kind);

/// Row t x lanes + l: step t of lane l.
struct session_batch {
  std::size_t steps{};
  std::size_t lanes{};
  std::vector<std::uint32_t> inputs;
  std::vector<std::uint32_t> targets;
  std::vector<std::uint8_t> begins;
  /// 0: nothing is predicted here.
  std::vector<std::uint8_t> active;
  /// Lane l continues lane kept[l] of the batch before.
  std::vector<std::uint32_t> kept;

  std::size_t rows() const { return steps * lanes; }
};

struct batch_shape {
  std::size_t lanes{};
  std::size_t steps{};
};

class session_batches {
 public:
  /// Each session has two events or more; the span and the events must outlive this.
  session_batches(std::span<const session_items> sessions, const batch_shape& shape);

  /// False when everything was given out.
  bool next(session_batch& batch);

 private:
  struct lane {
    session_items session;
    std::size_t at{};
  };
  /// Gives the lane a session where it has none left; false where there is none.
  bool fill(lane& into);

  std::span<const session_items> sessions_;
  std::size_t taken_ = 0;
  std::size_t steps_;
  std::vector<lane> lanes_;
};

}  // namespace freshet
