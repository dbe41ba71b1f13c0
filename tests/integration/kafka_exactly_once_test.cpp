// Exactly-once effect through a real broker: the service is killed and the broker killed and restarted at random
// moments while events with duplicates and poison records flow; afterwards every history equals that of a sequential
// oracle, and every poison record lies on the dead-letter topic.
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "core/base/random.hpp"
#include "io/events/dead_letter_topic.hpp"
#include "io/events/kafka_sink.hpp"
#include "io/events/kafka_source.hpp"
#include "io/events/kafka_topic.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using testing::kafka_broker;
using testing::service_process;

constexpr int users = 20;
constexpr int rounds = 4;
constexpr int records_per_round = 3'000;

std::string user_of(std::uint64_t number) {
  return "user" + std::to_string(number);
}

/// What the stream says, taken in order by one thread: the first of several events with one id counts.
struct oracle {
  /// user -> event id -> "item/ts/qty"
  std::map<std::string, std::map<std::string, std::string>> histories;
  std::multiset<std::string> poison;
};

/// Sends one round of records: new events, events sent before, and 2 % that are no events.
void send_round(kafka_sink& sink, random_source& random, oracle& expected, std::uint64_t& next_id) {
  std::atomic<int> refused{0};
  for (int count = 0; count < records_per_round; ++count) {
    const auto user = user_of(random.below(users));
    auto& history = expected.histories[user];
    std::string value;
    const auto kind = random.below(100);
    if (kind < 2) {
      value = "{\"user_id\":\"" + user + "\",\"broken\":" + std::to_string(next_id++);
      expected.poison.insert(value);
    } else {
      // One in five is an event that this user had before.
      const bool again = kind < 20 && !history.empty();
      const auto id = again
                          ? std::next(history.begin(), static_cast<std::ptrdiff_t>(random.below(history.size())))->first
                          : "e" + std::to_string(next_id++);
      const auto number = std::stoull(id.substr(1));
      const auto item = "item" + std::to_string(number % 97);
      const auto ts = std::to_string(1'700'000'000 + number % 1'000);
      const auto qty = std::to_string(1 + number % 5);
      history[id] = item + "/" + ts + "/" + qty;
      value = R"({"user_id":")" + user + R"(","item_id":")" + item + R"(","ts":)" + ts + R"(,"qty":)" + qty +
              R"(,"event_id":")" + id + "\"}";
    }
    sink.append(user, value, [&refused](const result<event_sink::position>& where) { refused += where ? 0 : 1; });
  }
  ASSERT_TRUE(sink.flush(120s));
  ASSERT_EQ(refused, 0);
}

std::multiset<std::string> served_history(service_process& service, const std::string& user) {
  std::multiset<std::string> found;
  std::string before;
  for (;;) {
    const auto page = service.get("/v1/users/" + user + "/events?limit=1000" + before);
    if (page.status != 200) return found;
    for (const auto& each : page.body.at("events").as_array()) {
      found.insert(std::string(each.at("item_id").as_string()) + "/" + std::to_string(each.at("ts").as_int64()) + "/" +
                   std::to_string(each.at("qty").as_int64()));
    }
    if (page.body.at("next").is_null()) return found;
    before = "&before=" + std::string(page.body.at("next").as_string());
  }
}

std::multiset<std::string> expected_history(const oracle& expected, const std::string& user) {
  std::multiset<std::string> all;
  for (const auto& [id, text] : expected.histories.at(user)) all.insert(text);
  return all;
}

/// Dead letters by where they come from: a letter delivered twice is one.
std::map<std::string, std::string> dead_letters(kafka_options kafka, std::size_t wanted) {
  kafka.topic = dead_letter_topic(kafka.topic);
  kafka.group = testing::unique_name("letters");
  std::map<std::string, std::string> letters;
  const auto until = std::chrono::steady_clock::now() + 60s;
  // The service makes the topic with the first letter it delivers.
  while (!find_topic(kafka, kafka.topic, log::to_stderr("ERROR"), 10s).value() &&
         std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(100ms);
  }
  auto source = make_kafka_source(kafka, log::to_stderr("ERROR"));
  EXPECT_TRUE(source);
  const auto opened = (*source)->open([](partition_id) { return std::nullopt; });
  EXPECT_TRUE(opened) << opened.failure().message;
  while (letters.size() < wanted && std::chrono::steady_clock::now() < until) {
    const auto batch = (*source)->poll(1000, 200ms);
    if (!batch) continue;
    for (const auto& each : batch->records) {
      std::map<std::string, std::string> headers(each.headers.begin(), each.headers.end());
      letters[headers["__connect.errors.partition"] + "/" + headers["__connect.errors.offset"]] = each.value;
    }
  }
  (*source)->close(5s);
  return letters;
}

TEST(exactly_once, survives_kills_of_the_service_and_of_the_broker) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  random_source random(seed);
  const testing::temporary_directory directory;
  kafka_broker broker;
  auto kafka = testing::kafka_settings(broker.address());
  // On a busy machine a broker takes longer to come back than a record is kept by default.
  kafka.properties["message.timeout.ms"] = "120000";
  const auto quiet = log::to_stderr("ERROR");
  ASSERT_TRUE(ensure_topic(kafka, {.name = kafka.topic, .partitions = 4, .properties = {}}, quiet, 30s));
  // A killed member is missed sooner than by default, so that its successor need not wait for its partitions.
  std::ofstream(directory / "impatient.yaml") << "kafka: {session.timeout.ms: 2000, heartbeat.interval.ms: 500}\n";
  const std::vector<std::string> flags{"--kafka", kafka.brokers, "--topic",  kafka.topic,
                                       "--group", kafka.group,   "--config", (directory / "impatient.yaml").string()};
  auto sink = kafka_sink::open(kafka, quiet);
  ASSERT_TRUE(sink);

  oracle expected;
  std::uint64_t next_id = 0;
  for (int round = 0; round < rounds; ++round) {
    service_process service(directory.path(), flags);
    const auto life = std::chrono::milliseconds(100 + random.below(1'500));
    std::jthread reaper([&, life] {
      std::this_thread::sleep_for(life);
      service.process().signal(SIGKILL);
    });
    ASSERT_NO_FATAL_FAILURE(send_round(**sink, random, expected, next_id));
    if (round == 1) {
      broker.kill();
      broker.start();
    }
  }

  service_process service(directory.path(), flags);
  const auto until = std::chrono::steady_clock::now() + 90s;
  for (int number = 0; number < users; ++number) {
    const auto user = user_of(static_cast<std::uint64_t>(number));
    const auto wanted = expected_history(expected, user);
    while (served_history(service, user).size() < wanted.size() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(50ms);
    }
    EXPECT_EQ(served_history(service, user), wanted) << user;
  }
  std::multiset<std::string> delivered;
  for (const auto& [place, bytes] : dead_letters(kafka, expected.poison.size())) delivered.insert(bytes);
  EXPECT_EQ(delivered, expected.poison);
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace
}  // namespace freshet
