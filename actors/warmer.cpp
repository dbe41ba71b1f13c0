#include "actors/warmer.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <utility>

namespace freshet {
namespace {

/// Questions that are with the recommender at one time: few, so that those of users hardly wait behind them.
constexpr std::size_t at_one_time = 2;
/// Length of the lists that the surfaces give where a request does not say.
constexpr std::size_t list_length = 10;
/// Who is active changes slowly, and finding out takes a pass over all histories.
constexpr std::chrono::hours active_for{1};

/// Waits for the answers to a few questions.
class answer_counter {
 public:
  void expect() {
    const std::lock_guard lock(mutex_);
    ++open_;
  }
  void arrived() {
    const std::lock_guard lock(mutex_);
    --open_;
    changed_.notify_all();
  }
  bool wait(std::chrono::seconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return open_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t open_ = 0;
};

/// A question without a client.
class own_question final : public http::exchange {
 public:
  explicit own_question(std::shared_ptr<answer_counter> answers) : answers_(std::move(answers)) {
    in_.verb = http::method::post;
    in_.arrived = std::chrono::steady_clock::now();
    answers_->expect();
  }
  const http::request& in() const override { return in_; }
  void answer(http::response out) override {
    if (status_.exchange(out.status) == 0) answers_->arrived();
  }
  /// After its answer has arrived.
  bool was_answered() const { return status_ == 200; }

 private:
  std::shared_ptr<answer_counter> answers_;
  http::request in_;
  std::atomic<unsigned> status_{0};
};

void add(http::precomputed_counts& sum, const http::precomputed_counts& more) {
  sum.popular_items += more.popular_items;
  sum.popular_items_enriched += more.popular_items_enriched;
  sum.popular_similarities += more.popular_similarities;
  sum.user_profiles += more.user_profiles;
}

bool has_metadata(const item& metadata) {
  return metadata.title || metadata.category || metadata.brand || metadata.price;
}

}  // namespace

bool warmer::use(generation_ptr model) {
  // The same model with items that came since.
  const bool is_known = model_ && model_->number == model->number;
  model_ = std::move(model);
  if (is_known || !model_->trained()) return false;
  context_.state->lost();
  if (std::exchange(had_model_, true)) {
    if (context_.on_update.clear_item_similarity_cache) context_.kept->item_similarity.clear();
    if (context_.on_update.clear_user_profile_cache) context_.users->clear();
    return context_.warmup.enabled && context_.on_update.re_warmup;
  }
  return context_.warmup.enabled && context_.warmup.warmup_on_startup;
}

status warmer::add_popular_items(std::vector<question>& to) const {
  FRESHET_ASSIGN(const auto counts, context_.store->item_event_counts());
  std::vector<item_index> popular;
  for (std::uint32_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0 && model_->row_of(item_index{i}) != no_row) popular.push_back(item_index{i});
  }
  const auto wanted = std::min<std::size_t>(popular.size(), context_.warmup.num_popular_items);
  std::ranges::partial_sort(
      popular, popular.begin() + static_cast<std::ptrdiff_t>(wanted), std::greater{},
      [&counts](item_index each) { return std::pair(counts[to_integer(each)], -std::int64_t{to_integer(each)}); });
  popular.resize(wanted);
  for (const auto index : popular) {
    const auto view = context_.catalogue->view(index);
    if (!view) continue;
    question made{
        .counted_as = {.popular_items = 1, .popular_items_enriched = has_metadata(view->metadata()) ? 1U : 0U},
        .asked =
            http::similar_query{.form = http::surface::guide, .item_id = view->metadata().item_id, .k = list_length}};
    made.counted_as.popular_similarities = 1;
    to.push_back(std::move(made));
  }
  return success{};
}

status warmer::find_active_users() {
  const auto now = std::chrono::steady_clock::now();
  const auto wanted = context_.warmup.num_user_profiles;
  FRESHET_ASSIGN(const auto counts, context_.store->counts());
  if (active_ && active_->wanted == wanted && counts.users <= active_->users + active_->users / 8 &&
      now - active_->found_at < active_for) {
    return success{};
  }
  // The least active in front.
  using active = std::pair<std::size_t, user_index>;
  std::priority_queue<active, std::vector<active>, std::greater<>> best;
  FRESHET_TRY(context_.store->for_each_history([&](user_index user, std::span<const interaction> history) {
    best.emplace(history.size(), user);
    if (best.size() > wanted) best.pop();
    return !context_.ready->draining();
  }));
  active_ = {.numbers = {}, .found_at = now, .wanted = wanted, .users = counts.users};
  for (; !best.empty(); best.pop()) active_->numbers.push_back(best.top().second);
  return success{};
}

status warmer::add_active_users(std::vector<question>& to) {
  FRESHET_TRY(find_active_users());
  for (const auto number : active_->numbers) {
    auto user_id = context_.store->user_id(number);
    // Erased meanwhile.
    if (!user_id && user_id.failure().code == error_code::not_found) continue;
    if (!user_id) return user_id.failure();
    to.push_back({.counted_as = {.user_profiles = 1},
                  .asked = http::recommend_query{
                      .form = http::surface::guide, .user_id = *std::move(user_id), .k = list_length}});
  }
  return success{};
}

result<std::vector<warmer::question>> warmer::questions() {
  std::vector<question> all;
  // Of somebody nobody knows: the list that most of the guide's users get.
  all.push_back({.counted_as = {}, .asked = http::recommend_query{.form = http::surface::guide, .k = list_length}});
  if (context_.warmup.precompute_similarities) FRESHET_TRY(add_popular_items(all));
  if (context_.warmup.num_user_profiles > 0) FRESHET_TRY(add_active_users(all));
  return all;
}

result<http::precomputed_counts> warmer::ask_all(std::vector<question> all, const asker& ask) const {
  http::precomputed_counts done;
  for (std::size_t first = 0; first < all.size(); first += at_one_time) {
    if (context_.ready->draining()) return error{error_code::cancelled, "the service is stopping"};
    const auto last = std::min(first + at_one_time, all.size());
    const auto answers = std::make_shared<answer_counter>();
    std::vector<std::shared_ptr<own_question>> asked;
    for (std::size_t i = first; i < last; ++i) {
      asked.push_back(std::make_shared<own_question>(answers));
      auto task = std::make_shared<recommend_task>(asked.back(), std::move(all[i].asked));
      task->quiet = true;
      ask(std::move(task));
    }
    if (!answers->wait(patience)) {
      return error{error_code::unavailable, "the recommender did not answer for " + std::to_string(patience.count()) +
                                                " s; try again when there is less to do"};
    }
    for (std::size_t i = first; i < last; ++i) {
      if (asked[i - first]->was_answered()) add(done, all[i].counted_as);
    }
    context_.state->progress(done);
  }
  return done;
}

warmup_outcome warmer::warm_up(bool force, const asker& ask) {
  if (!model_ || !model_->trained()) return {.refusal = "there is no model to warm up for"};
  if (!force && context_.state->is_warm(model_->number)) return {.was_warm = true};
  const auto start = std::chrono::steady_clock::now();
  context_.state->lost();
  auto all = questions();
  if (!all) return {.refusal = all.failure().message};
  const auto done = ask_all(*std::move(all), ask);
  if (!done) return {.refusal = done.failure().message};
  context_.state->finished(model_->number);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  context_.journal->info("warmed up for model " + model_->model_id + " in " +
                         std::to_string(std::lround(took.count())) + " ms: " + std::to_string(done->popular_items) +
                         " popular items, " + std::to_string(done->user_profiles) + " users");
  return {.computed = *done, .duration_ms = took.count()};
}

warmer_actor::behavior_type make_warmer(warmer_actor::stateful_pointer<warmer_state> self, warmer_context context) {
  self->state.logic = std::make_unique<warmer>(std::move(context));
  const auto warm_up = [self](bool force) {
    // Before the wiring there is nobody to ask: the question dies, which answers it.
    const auto outcome = self->state.logic->warm_up(force, [self](recommend_task_ptr task) {
      if (self->state.others) caf::anon_send(self->state.others->recommender, std::move(task));
    });
    return warmup_outcome_ptr(std::make_shared<const warmup_outcome>(outcome));
  };
  return {
      [self](const options_ptr& changed) { self->state.logic->configure(*changed); },
      [self, warm_up](generation_ptr& model) {
        if (self->state.logic->use(std::move(model))) warm_up(false);
      },
      [warm_up](warmup_atom, bool force) { return warm_up(force); },
      [self](wiring_ptr& others) { self->state.others = std::move(others); },
  };
}

}  // namespace freshet
