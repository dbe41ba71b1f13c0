// What:    a Kafka topic as an event_source: a member of the consumer group `kafka.group`.
// Why:     promises E2 and E5: each assigned partition starts at the position the caller stored, `kafka.start` if it
//          was never consumed; an offset that the log does not hold is a data_loss, never a silent jump. A partition
//          that appears later is read from its beginning, whatever `kafka.start` says.
// Anew:    an assigned partition is read from the last record that was taken in, which is compared by its mark and
//          passed over: a topic that was deleted and made anew shows, even when its log has grown past the stored
//          offset.
// How:     every partition has a prefetch queue of its own, so that one that nobody polls holds up no other, and no
//          partition is ever paused (resuming costs librdkafka a second). Rebalances happen inside poll.
// Errors:  open: invalid_argument for a bad property, not_found when the topic is missing (naming how to create it).
//          A broker that does not answer is no error: connecting goes on in the background. poll: out_of_range once
//          for each loss under policy `halt`, after which the other partitions go on; unavailable when the broker
//          refuses (credentials, rights, topic deleted). `obstacle` says at any moment what cannot be read, within two
//          seconds of librdkafka's noticing, ten for a broker that hangs.
// Threads: see event_source; commit_hint from any thread.
// Limits:  a topic made anew is not noticed when retention has removed the last record that was taken in, or when it
//          was made anew and grew past the position between two fetches of a running consumer.
// Cost:    up to 32 MB of prefetched records a partition; 0.8 to 0.9M records of 140 bytes a second on one core.
#pragma once

#include <memory>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "io/events/event_source.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

[[nodiscard]] result<std::unique_ptr<event_source>> make_kafka_source(const kafka_options& options,
                                                                      std::shared_ptr<log> log);

}  // namespace freshet
