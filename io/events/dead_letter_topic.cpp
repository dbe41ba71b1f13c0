#include "io/events/dead_letter_topic.hpp"

#include "core/base/strong_id.hpp"

namespace freshet {

std::string dead_letter_topic(std::string_view topic) {
  return std::string(topic) + ".dlq";
}

outgoing_record to_dead_letter(rejected_record record, std::string topic) {
  outgoing_record letter{std::move(topic), std::move(record.key), std::move(record.bytes), std::move(record.headers)};
  const auto add = [&letter](std::string_view name, std::string value) {
    letter.headers.emplace_back("__connect.errors." + std::string(name), std::move(value));
  };
  add("topic", std::move(record.source));
  add("partition", std::to_string(to_integer(record.partition)));
  add("offset", std::to_string(record.offset));
  add("stage", "VALUE_CONVERTER");
  add("connector.name", "freshet");
  add("exception.class.name", std::move(record.reason));
  add("exception.message", std::move(record.message));
  return letter;
}

}  // namespace freshet
