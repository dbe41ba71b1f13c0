#include "core/models/gru4rec/gru4rec_batches.hpp"

#include <algorithm>

namespace freshet {

std::vector<session_items> sessions_of(const event_sequences& sequences, gru4rec_sequences kind) {
  std::vector<session_items> sessions;
  for (std::uint32_t user = 0; user < sequences.users(); ++user) {
    const auto events = sequences.of(user_row{user});
    std::size_t first = 0;
    for (std::size_t i = 1; i <= events.size(); ++i) {
      const bool ends =
          i == events.size() || (kind == gru4rec_sequences::session && events[i].session != events[i - 1].session);
      if (!ends) continue;
      if (i - first >= 2) sessions.push_back(events.subspan(first, i - first));
      first = i;
    }
  }
  std::stable_sort(sessions.begin(), sessions.end(), [](auto& a, auto& b) { return a.back().ts < b.back().ts; });
  return sessions;
}

session_batches::session_batches(std::span<const session_items> sessions, const batch_shape& shape)
    : sessions_(sessions), steps_(shape.steps), lanes_(std::min(shape.lanes, sessions.size())) {
  for (auto& each : lanes_) fill(each);
}

bool session_batches::fill(lane& into) {
  if (into.at + 1 < into.session.size()) return true;
  if (taken_ == sessions_.size()) return false;
  into = {sessions_[taken_++], 0};
  return true;
}

bool session_batches::next(session_batch& batch) {
  batch.kept.clear();
  std::vector<lane> left;
  for (std::uint32_t l = 0; l < lanes_.size(); ++l) {
    if (!fill(lanes_[l])) continue;
    left.push_back(lanes_[l]);
    batch.kept.push_back(l);
  }
  lanes_ = std::move(left);
  if (lanes_.empty()) return false;
  batch.steps = steps_;
  batch.lanes = lanes_.size();
  batch.inputs.assign(batch.rows(), 0);
  batch.targets.assign(batch.rows(), 0);
  batch.begins.assign(batch.rows(), 0);
  batch.active.assign(batch.rows(), 0);
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    auto& from = lanes_[row % batch.lanes];
    if (!fill(from)) continue;
    batch.inputs[row] = to_integer(from.session[from.at].item);
    batch.targets[row] = to_integer(from.session[from.at + 1].item);
    batch.begins[row] = from.at == 0 ? 1 : 0;
    batch.active[row] = 1;
    ++from.at;
  }
  return true;
}

}  // namespace freshet
