// What:    the one answer to POST /batch_recommend, put together from the lists of its users as they become ready.
// Promise: a user whose task dies or is refused makes the whole answer that refusal: never a silently shorter one.
// Threads: any scorer may add a part; the one that adds the last renders and answers.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "io/http/message.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet {

struct generation;

class batch_answer {
 public:
  batch_answer(http::exchange_ptr call, http::batch_query asked);

  const http::exchange_ptr& call() const { return call_; }
  const http::batch_query& asked() const { return asked_; }
  /// The part of one user, as append_batch_entry wrote it; each place once.
  void add(std::size_t place, std::string body, bool is_fallback);
  /// The model that ranks for all of its users; whoever prepares the first chooses it.
  std::shared_ptr<const generation> model;

  /// Only the first answer of an exchange counts.
  void refuse(http::response why) { call_->answer(std::move(why)); }

 private:
  http::exchange_ptr call_;
  http::batch_query asked_;
  std::vector<http::batch_entry> entries_;
  std::atomic<std::size_t> left_;
};

}  // namespace freshet
