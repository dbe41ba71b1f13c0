// What:    how good the lists were that users were shown, by model: the share of them that an event followed up, and
//          how high in the list what was taken stood. The prequential figure of the live service (Gama et al. 2013).
// How:     an answer carries a `recommendation_id`; the event that it led to names it. What was shown lately is kept
//          to be looked up then. The first event on a list counts.
// Limits:  the `lists_max` latest lists; events that come later, or name an unknown id, count for nothing. The
//          `models_max` latest models.
// Threads: every member from any thread.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/strong_id.hpp"

namespace freshet {

class online_quality {
 public:
  static constexpr std::size_t lists_max = 1 << 16;
  static constexpr std::size_t models_max = 16;

  online_quality();

  /// A new list of this model; the id to give out.
  std::string shown(const std::string& model_id, std::vector<item_index> items);
  /// An event named the list.
  void acted(std::string_view recommendation_id, item_index item);

  struct figures {
    std::string model_id;
    std::uint64_t lists{};
    /// Lists that an event named and that held the item.
    std::uint64_t hits{};
    /// Of 1 / place in the list.
    double reciprocal_ranks{};

    double hit_rate() const { return lists > 0 ? static_cast<double>(hits) / static_cast<double>(lists) : 0; }
    double reciprocal_rank() const { return lists > 0 ? reciprocal_ranks / static_cast<double>(lists) : 0; }
  };
  /// The latest model last.
  std::vector<figures> seen() const;

 private:
  struct list {
    std::uint64_t id = 0;
    std::uint64_t model = 0;
    bool counted = false;
    std::vector<item_index> items;
  };
  figures* model_of(std::uint64_t number);

  mutable std::mutex mutex_;
  /// Ids are a counter, scrambled so that nobody can guess those of others.
  std::uint64_t key_;
  std::uint64_t given_out_ = 0;
  std::vector<list> ring_;
  absl::flat_hash_map<std::uint64_t, std::size_t> place_of_;
  std::vector<figures> models_;
  /// Models that were forgotten; number of models_[i] is forgotten_ + i.
  std::uint64_t forgotten_ = 0;
};

}  // namespace freshet
