#include "core/evaluation/next_item.hpp"

namespace freshet {
namespace {

/// All but the first `told` events of a row are unknown, the next one is asked for.
void add_case(evaluation_cases& cases, const event_sequences& sessions, user_row row, std::uint32_t told) {
  const auto& next = sessions.of(row)[told];
  cases.add({.user = row, .events = told, .ts = next.ts}, {next.item});
}

}  // namespace

event_sequences split_sessions(const event_sequences& users) {
  event_sequences sessions;
  for (std::size_t user = 0; user < users.users(); ++user) {
    const auto events = users.of(user_row{static_cast<std::uint32_t>(user)});
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (i > 0 && events[i].session != events[i - 1].session) sessions.offsets.push_back(sessions.events.size());
      sessions.events.push_back({events[i].item, events[i].ts, 0});
    }
    if (!events.empty()) sessions.offsets.push_back(sessions.events.size());
  }
  return sessions;
}

evaluation_cases next_item_cases(std::shared_ptr<const event_sequences> sessions) {
  evaluation_cases cases{.ranks_told = true};
  for (std::uint32_t row = 0; row < sessions->users(); ++row) {
    const auto length = static_cast<std::uint32_t>(sessions->of(user_row{row}).size());
    for (std::uint32_t told = 1; told < length; ++told) add_case(cases, *sessions, user_row{row}, told);
  }
  cases.told = told_by(std::move(sessions));
  return cases;
}

evaluation_cases last_item_cases(std::shared_ptr<const event_sequences> sessions) {
  evaluation_cases cases{.ranks_told = true};
  for (std::uint32_t row = 0; row < sessions->users(); ++row) {
    const auto length = static_cast<std::uint32_t>(sessions->of(user_row{row}).size());
    if (length > 0) add_case(cases, *sessions, user_row{row}, length - 1);
  }
  cases.told = told_by(std::move(sessions));
  return cases;
}

}  // namespace freshet
