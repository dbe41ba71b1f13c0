// `freshet worker` on a real topic: what it consumes and what it takes from files is in the database, with the offsets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <csignal>
#include <thread>

#include "io/files/atomic_file.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::testing {
namespace {

using namespace std::chrono_literals;

TEST(kafka_worker, consumes_the_topic_and_sends_files_through_it) {
  const temporary_directory directory;
  const auto kafka = kafka_settings(shared_kafka());
  const auto write = [&](const std::string& name, const std::string& rows) {
    ASSERT_TRUE(write_file_atomically(directory / name, "user_id,item_id,ts\n" + rows));
  };
  const auto come = [&](std::int64_t events) {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < until) {
      const auto held = run_freshet({"inspect", "--db", "db", "--json"}, directory.path());
      if (held.exit_code == 0 && boost::json::parse(held.output).at("events").as_int64() == events) return true;
      std::this_thread::sleep_for(20ms);
    }
    return false;
  };

  write("topic.csv", "ada,lamp,1700000000\nbob,lamp,1700000001\nada,chair,1700000002\n");
  const auto sent = run_freshet({"produce", "--events", "topic.csv", "--kafka", kafka.brokers, "--topic", kafka.topic,
                                 "--create-topic", "--partitions", "2"},
                                directory.path());
  ASSERT_EQ(sent.exit_code, 0) << sent.errors;
  child_process worker({FRESHET_BINARY, "worker", "--db", "db", "--kafka", kafka.brokers, "--topic", kafka.topic,
                        "--group", kafka.group},
                       directory.path(), "worker");
  EXPECT_TRUE(come(3)) << worker.errors();
  std::filesystem::create_directory(directory / "incremental");
  write("incremental/more.csv", "eve,lamp,1700000003\neve,chair,1700000004\n");
  EXPECT_TRUE(come(5)) << worker.errors();
  worker.signal(SIGTERM);
  EXPECT_EQ(worker.wait(30s), 0) << worker.errors();

  const auto offsets =
      boost::json::parse(run_freshet({"inspect", "--db", "db", "--offsets", "--json"}, directory.path()).output);
  std::int64_t consumed = 0;
  for (const auto& each : offsets.at("offsets").as_array()) consumed += each.at("next_offset").as_int64();
  EXPECT_EQ(consumed, 5) << "the file's events are in the topic, too";
}

}  // namespace
}  // namespace freshet::testing
