#include "io/events/data_loss.hpp"

#include "core/base/strong_id.hpp"

namespace freshet {

result<data_loss_policy> parse_data_loss_policy(std::string_view name) {
  if (name == "halt") return data_loss_policy::halt;
  if (name == "earliest") return data_loss_policy::earliest;
  if (name == "latest") return data_loss_policy::latest;
  return error{error_code::invalid_argument,
               "kafka.on_data_loss: '" + std::string(name) + "' is not a policy; use halt, earliest or latest"};
}

bool holds(const data_loss& limits) {
  return !limits.made_anew && limits.wanted >= limits.available_first && limits.wanted <= limits.available_next;
}

std::optional<log_offset> continue_at(const data_loss& loss, data_loss_policy policy) {
  switch (policy) {
    case data_loss_policy::halt:
      return std::nullopt;
    case data_loss_policy::earliest:
      return loss.available_first;
    case data_loss_policy::latest:
      return loss.available_next;
  }
  return std::nullopt;
}

void decide(data_loss& loss, data_loss_policy policy, std::string_view source) {
  loss.went_on_at = continue_at(loss, policy);
  std::string& text = loss.sentence;
  text = std::string(source) + " partition " + std::to_string(to_integer(loss.partition)) + ": offset " +
         std::to_string(loss.wanted) + " is wanted, but the log ";
  if (loss.available_first == loss.available_next) {
    text += "is empty and goes on at " + std::to_string(loss.available_next);
  } else {
    text += "holds " + std::to_string(loss.available_first) + " to " + std::to_string(loss.available_next - 1);
  }
  // How many are lost can only be told when it is retention.
  if (loss.made_anew) {
    text += ", and not the record before it that was taken in; the topic was made anew";
  } else if (loss.wanted < loss.available_first) {
    text += "; up to " + std::to_string(loss.available_first - loss.wanted) + " records are lost (retention)";
  } else {
    text += "; the topic was made anew or lost its end";
  }
  text += loss.went_on_at ? "; consumption goes on at " + std::to_string(*loss.went_on_at)
                          : "; the partition stands still until kafka.on_data_loss is set to earliest or latest";
}

}  // namespace freshet
