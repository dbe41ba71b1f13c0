// What: brokers of a test's own that form a cluster, or one that asks for TLS and a password (tools/kafka); killed,
//       stopped in the middle and started again one by one.
// Cost: three nodes start in about 10 s, a secure one in 7 s.
#pragma once

#include <librdkafka/rdkafka.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/kafka_broker.hpp"

namespace freshet::testing {

class kafka_cluster {
 public:
  enum class access { open, secure };

  explicit kafka_cluster(std::size_t nodes, access to = access::open) : secure_(to == access::secure) {
    std::random_device seed;
    // A node takes two; below what the system gives to outgoing connections, as in kafka_broker.
    while (ports_.size() < nodes) {
      const int port = 30'000 + static_cast<int>(seed() % 1'000) * 2;
      if (std::find(ports_.begin(), ports_.end(), port) == ports_.end() && kafka_broker::is_free(port) &&
          kafka_broker::is_free(port + 1)) {
        ports_.push_back(port);
      }
    }
    on_all("start");
  }
  ~kafka_cluster() { on_all("wipe"); }
  kafka_cluster(const kafka_cluster&) = delete;
  kafka_cluster& operator=(const kafka_cluster&) = delete;

  /// With a topic and a group of their own, and all that it takes to be let in.
  kafka_options settings() const {
    kafka_options options = kafka_settings("");
    std::istringstream properties(output_of("client"));
    for (std::string line; std::getline(properties, line);) {
      const auto equals = line.find('=');
      const auto name = line.substr(0, equals);
      auto value = line.substr(equals + 1);
      (name == "bootstrap.servers" ? options.brokers : options.properties[name]) = std::move(value);
    }
    return options;
  }

  void start(std::size_t node) const { FRESHET_CHECK(run("start", node) == 0, "tools/kafka start"); }
  /// SIGKILL.
  void kill(std::size_t node) const { FRESHET_CHECK(run("kill", node) == 0, "tools/kafka kill"); }
  /// SIGSTOP and SIGCONT: it holds its connections and answers nothing.
  void freeze(std::size_t node) const { ::kill(pid_of(node), SIGSTOP); }
  void thaw(std::size_t node) const { ::kill(pid_of(node), SIGCONT); }

  /// Which node leads a partition; asked until there is one.
  std::size_t leader_of(const kafka_options& options, std::int32_t partition) const {
    rd_kafka_conf_t* configuration = rd_kafka_conf_new();
    rd_kafka_conf_set(configuration, "bootstrap.servers", options.brokers.c_str(), nullptr, 0);
    rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nullptr, 0);
    rd_kafka_topic_t* topic = rd_kafka_topic_new(client, options.topic.c_str(), nullptr);
    std::int32_t leader = -1;
    while (leader < 0) {
      const rd_kafka_metadata_t* metadata = nullptr;
      if (rd_kafka_metadata(client, 0, topic, &metadata, 1'000) != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
        if (metadata->topics[0].partitions[i].id == partition) leader = metadata->topics[0].partitions[i].leader;
      }
      rd_kafka_metadata_destroy(metadata);
    }
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(client);
    return static_cast<std::size_t>(leader - 1);
  }

 private:
  std::string command(const std::string& what, std::size_t node) const {
    std::string nodes;
    for (const int port : ports_) nodes += std::to_string(port) + " ";
    nodes.pop_back();
    return std::string(secure_ ? "KAFKA_SECURE=1 " : "") +
           "KAFKA_OPTS=-XX:TieredStopAtLevel=1 KAFKA_PORT=" + std::to_string(ports_[node]) + " KAFKA_CLUSTER='" +
           nodes + "' '" FRESHET_SOURCE_DIR "/tools/kafka' " + what + " </dev/null";
  }
  int run(const std::string& what, std::size_t node) const {
    return std::system((command(what, node) + " >/dev/null").c_str());
  }
  void on_all(const std::string& what) const {
    std::vector<std::thread> nodes;
    for (std::size_t node = 0; node < ports_.size(); ++node) {
      nodes.emplace_back([this, what, node] { FRESHET_CHECK(run(what, node) == 0, "tools/kafka"); });
    }
    for (auto& each : nodes) each.join();
  }
  std::string output_of(const std::string& what, std::size_t node = 0) const {
    FILE* const pipe = ::popen(command(what, node).c_str(), "r");
    std::string text;
    std::array<char, 4096> block{};
    while (const auto size = std::fread(block.data(), 1, block.size(), pipe)) text.append(block.data(), size);
    FRESHET_CHECK(::pclose(pipe) == 0, "tools/kafka");
    return text;
  }
  pid_t pid_of(std::size_t node) const {
    if (pids_.empty()) pids_.resize(ports_.size());
    // Who is stopped cannot be asked.
    if (pids_[node] == 0) {
      const auto said = output_of("status", node);
      pids_[node] = std::stoi(said.substr(said.find("process ") + 8));
    }
    return pids_[node];
  }

  const bool secure_;
  std::vector<int> ports_;
  mutable std::vector<pid_t> pids_;
};

}  // namespace freshet::testing
