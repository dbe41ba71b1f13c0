#include "core/models/hybrid/hybrid_plan.hpp"

namespace freshet {
namespace {

result<parameters> complete(const parameters& given) {
  FRESHET_ASSIGN(const auto plan, hybrid_plan_from(given));
  return to_parameters(plan);
}

/// All parts stay in memory while one is trained, and their item sides are written side by side; what one needs while
/// it is trained stands for what it leaves behind.
std::uint64_t memory_bytes(const data_size& size, const parameters& completed) {
  const auto plan = hybrid_plan_from(completed);
  FRESHET_CHECK(plan.ok());
  std::uint64_t sum = 0;
  for (const auto& part : plan->parts) sum += part.family->memory_bytes(size, part.completed);
  return sum;
}

/// The blend of what is trained so far.
result<std::shared_ptr<const hybrid_model>> blend(const std::vector<trained_part>& trained, const hybrid_plan& plan) {
  std::vector<hybrid_part> parts;
  double sum = 0;
  for (std::size_t p = 0; p < trained.size(); ++p) {
    parts.push_back({trained[p].trained.served, plan.parts[p].weight, trained[p].score_std});
    sum += plan.parts[p].weight;
  }
  auto options = plan.options;
  if (trained.size() < plan.parts.size()) {
    // Before all parts are there, those with a weight or with content may be missing.
    options.cold_start_threshold = 0;
    if (sum == 0) parts.back().weight = 1;
  }
  return hybrid_model::blend(std::move(parts), options);
}

trained_part finished(const planned_part& planned, trained_model trained, const training_data& data,
                      const training_context& context) {
  const double deviation = score_deviation(*trained.served, data, context.seed);
  return {std::string(planned.family->name), planned.completed, std::move(trained), deviation};
}

class hybrid_training {
 public:
  hybrid_training(const training_data& data, const hybrid_plan& plan, const training_context& context)
      : data_(data), plan_(plan), context_(context) {}

  result<trained_model> run() {
    for (const auto& planned : plan_.parts) {
      training_context own = context_;
      own.progress = [&](const training_progress& done) { return report(planned, done); };
      FRESHET_ASSIGN(auto trained, planned.family->train(data_, planned.completed, own));
      parts_.push_back(finished(planned, std::move(trained), data_, context_));
      if (stopped_) break;
    }
    FRESHET_ASSIGN(auto served, blend(parts_, plan_));
    return trained_model{.served = std::move(served), .user_factors = {}, .loss = {}, .parts = std::move(parts_)};
  }

 private:
  /// Steps of a part count as if every part had as many.
  bool report(const planned_part& planned, const training_progress& done) {
    if (!context_.progress) return true;
    const auto before = static_cast<std::uint32_t>(parts_.size());
    const auto all = static_cast<std::uint32_t>(plan_.parts.size());
    stopped_ = !context_.progress(
        {.step = before * done.steps + done.step, .steps = all * done.steps, .loss = done.loss, .snapshot = [&] {
           return snapshot(planned, done);
         }});
    return !stopped_;
  }

  trained_model snapshot(const planned_part& planned, const training_progress& done) {
    auto parts = parts_;
    parts.push_back(finished(planned, done.snapshot(), data_, context_));
    auto served = blend(parts, plan_);
    FRESHET_CHECK(served.ok(), "parts that were trained on the same data");
    return {.served = *std::move(served), .user_factors = {}, .loss = {}, .parts = std::move(parts)};
  }

  const training_data& data_;
  const hybrid_plan& plan_;
  const training_context& context_;
  std::vector<trained_part> parts_;
  bool stopped_ = false;
};

result<trained_model> train(const training_data& data, const parameters& completed, const training_context& context) {
  FRESHET_ASSIGN(const auto plan, hybrid_plan_from(completed));
  return hybrid_training(data, plan, context).run();
}

}  // namespace

trainer hybrid_trainer() {
  return {"hybrid", "A weighted blend of other models, all trained on the same data",
          complete, memory_bytes,
          train,    true,
          true,     false};
}

}  // namespace freshet
