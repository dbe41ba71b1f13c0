#include "actors/http/admission.hpp"

#include <atomic>
#include <vector>

#include "io/http/problem.hpp"

namespace freshet {

class admission::admitted final : public http::exchange {
 public:
  admitted(std::shared_ptr<admission> gate, http::exchange_ptr call, bool patient)
      : gate_(std::move(gate)), call_(std::move(call)), patient_(patient) {}
  /// Whoever had it died.
  ~admitted() override {
    if (answered_) return;
    gate_->leave(place_);
    call_->answer(http::problem(503, "The request could not be worked off; try again", call_->in()));
  }
  admitted(const admitted&) = delete;
  admitted& operator=(const admitted&) = delete;

  const http::request& in() const override { return call_->in(); }

  void answer(http::response out) override {
    if (answered_.exchange(true)) return;
    gate_->leave(place_);
    call_->answer(std::move(out));
  }

  bool patient() const { return patient_; }
  void stand_at(line::iterator place) { place_ = place; }

 private:
  std::shared_ptr<admission> gate_;
  http::exchange_ptr call_;
  const bool patient_;
  line::iterator place_;
  std::atomic<bool> answered_{false};
};

http::exchange_ptr admission::admit(http::exchange_ptr call, bool patient) {
  const auto entering = std::make_shared<admitted>(shared_from_this(), call, patient);
  {
    const std::lock_guard lock(mutex_);
    entering->stand_at(in_flight_.insert(in_flight_.end(), entering));
    if (in_flight_.size() <= in_flight_max_ || (always_ && always_(call->in()))) return entering;
  }
  entering->answer(http::problem(
      503, "Overloaded: " + std::to_string(in_flight_max_) + " requests are in work; try again", call->in()));
  return nullptr;
}

void admission::expire(std::chrono::steady_clock::time_point now) {
  std::vector<std::shared_ptr<admitted>> late;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& each : in_flight_) {
      // Those that are being destroyed at this moment leave by themselves.
      auto standing = each.lock();
      if (!standing || standing->patient()) continue;
      if (now - standing->in().arrived < deadline_) break;
      late.push_back(std::move(standing));
    }
  }
  for (const auto& each : late) {
    each->answer(
        http::problem(503, "No answer within " + std::to_string(deadline_.count()) + " ms; try again", each->in()));
  }
}

std::size_t admission::in_flight() const {
  const std::lock_guard lock(mutex_);
  return in_flight_.size();
}

void admission::leave(line::iterator place) {
  const std::lock_guard lock(mutex_);
  in_flight_.erase(place);
}

}  // namespace freshet
