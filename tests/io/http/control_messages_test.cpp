#include "io/http/control_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <random>

#include "core/base/random.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::http {
namespace {

using ::testing::HasSubstr;

constexpr unix_seconds now = 1'762'615'800;
constexpr const char* admin_key = "an-admin-key-of-24-bytes";
constexpr const char* reader_key = "a-reader-key-of-24-bytes";

security_options keys() {
  security_options security;
  security.api_keys["ops"] = {sha256(admin_key), {access_scope::admin}};
  security.api_keys["shop"] = {sha256(reader_key), {access_scope::read}};
  return security;
}

std::string command(const std::string& id, std::string_view key, unix_seconds ts = now,
                    const std::string& name = "pause") {
  return render_command({.request_id = id, .command = name, .args = {}, .ts = ts}, key);
}

class gate_of_commands : public ::testing::Test {
 protected:
  /// "done by ops", "garbage", or the result of a refusal.
  std::string judge(const std::string& record, unix_seconds at = now) {
    const auto verdict = gate.judge(record, at);
    if (const auto* order = std::get_if<control_gate::order>(&verdict)) {
      gate.done({order->message.request_id, order->message.command, 200, R"({"status":"paused"})", false},
                order->message.ts);
      return "done by " + order->by;
    }
    if (const auto* refused = std::get_if<control_gate::refusal>(&verdict)) {
      last = refused->reply;
      return refused->result;
    }
    return "garbage";
  }

  control_gate gate{{.security = keys(), .expiry = seconds(300), .open = false}};
  control_reply last;
};

TEST_F(gate_of_commands, obeys_who_proves_to_have_an_admin_key) {
  EXPECT_EQ(judge(command("1", admin_key)), "done by ops");
  EXPECT_EQ(judge(R"({"request_id":"2","command":"pause","ts":1762615800,"key":"an-admin-key-of-24-bytes"})"),
            "done by ops");
  EXPECT_EQ(judge(command("3", reader_key)), "unauthorized") << "its scope is read";
  EXPECT_EQ(last.status, 401U);
  EXPECT_EQ(judge(command("4", "some-other-key-of-24-bytes")), "unauthorized");
  EXPECT_EQ(judge(command("5", "")), "unauthorized");
  EXPECT_EQ(judge(R"({"request_id":"6","command":"pause","ts":1762615800,"key":"a-reader-key-of-24-bytes"})"),
            "unauthorized");
}

TEST_F(gate_of_commands, refuses_a_command_that_was_changed_after_it_was_signed) {
  const auto good = command("1", admin_key, now, "resume");
  for (const auto& [from, to] :
       {std::pair("resume", "drain"), {"\"1\"", "\"9\""}, {"1762615800", "1762615801"}, {"{}", "{\"id\":1}"}}) {
    auto changed = good;
    changed.replace(changed.find(from), std::string(from).size(), to);
    EXPECT_EQ(judge(changed), "unauthorized") << changed;
  }
  EXPECT_EQ(judge(good), "done by ops");
}

TEST_F(gate_of_commands, a_signature_does_not_depend_on_order_or_white_space_but_on_digits) {
  const auto one =
      render_command({.request_id = "1",
                      .command = "activate",
                      .args = boost::json::parse(R"({"id":"a","b":{"d":1,"c":[2,{"y":0,"x":1}]}})").as_object(),
                      .ts = now},
                     admin_key);
  const auto signature = std::string(boost::json::parse(one).at("signature").as_string());
  EXPECT_EQ(judge(R"({ "signature": ")" + signature +
                  R"(", "ts":1762615800, "command":"activate",
                     "args": {"b": {"c": [2, {"x": 1, "y": 0}], "d": 1}, "id": "a"}, "request_id":"1"})"),
            "done by ops");
}

TEST_F(gate_of_commands, understands_what_a_few_lines_of_python_sign) {
  const testing::temporary_directory directory;
  std::ofstream(directory / "sign.py") << R"(
import hashlib, hmac, json, sys
c = {"request_id": "py-1", "command": "activate", "ts": 1762615800,
     "args": {"id": "als é \" \\ \n", "weight": 0.05, "big": 1e3, "deep": {"b": [1, 2], "a": None}}}
text = json.dumps(c, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
c["signature"] = hmac.new(hashlib.sha256(b"an-admin-key-of-24-bytes").digest(), text.encode(), "sha256").hexdigest()
open(sys.argv[1], "w").write(json.dumps(c))
)";
  const auto out = (directory / "record").string();
  ASSERT_EQ(std::system(("python3 " + (directory / "sign.py").string() + " " + out).c_str()), 0);
  std::string record;
  std::getline(std::ifstream(out), record);
  EXPECT_EQ(judge(record), "done by ops") << record;
}

TEST_F(gate_of_commands, does_a_request_once_and_repeats_its_answer) {
  EXPECT_EQ(judge(command("1", admin_key)), "done by ops");
  EXPECT_EQ(judge(command("1", admin_key, now + 5)), "repeated");
  EXPECT_TRUE(last.repeated);
  EXPECT_EQ(last.answer, R"({"status":"paused"})");
  EXPECT_EQ(judge(command("1", reader_key)), "unauthorized") << "answers are for those who may ask";
}

TEST_F(gate_of_commands, does_not_do_again_what_came_before_the_start) {
  gate.remember(command("1", admin_key), now);
  gate.remember(command("2", reader_key), now);
  gate.remember("garbage", now);
  EXPECT_EQ(gate.remembered(), 1U) << "only who is authorised takes memory";
  EXPECT_EQ(judge(command("1", admin_key)), "repeated");
  EXPECT_EQ(last.status, 409U);
  EXPECT_THAT(last.answer, HasSubstr("before the service was restarted"));
}

TEST_F(gate_of_commands, refuses_commands_of_another_time) {
  EXPECT_EQ(judge(command("1", admin_key, now - 301)), "expired");
  EXPECT_EQ(last.status, 410U);
  EXPECT_EQ(judge(command("2", admin_key, now + 61)), "expired");
  EXPECT_EQ(judge(command("3", admin_key, now - 300)), "done by ops");
  const auto record = command("4", admin_key);
  EXPECT_EQ(judge(record), "done by ops");
  // Played again when it is forgotten: by then it is too old.
  EXPECT_EQ(judge(record, now + 100'000), "expired");
  EXPECT_EQ(gate.remembered(), 0U);
}

TEST_F(gate_of_commands, names_the_commands_there_are) {
  EXPECT_EQ(judge(command("1", admin_key, now, "explode")), "unknown");
  EXPECT_THAT(last.answer, HasSubstr("resume"));
}

TEST_F(gate_of_commands, without_keys_obeys_only_where_it_may) {
  gate.reconfigure({});
  EXPECT_EQ(judge(command("1", "")), "unauthorized");
  EXPECT_THAT(last.answer, HasSubstr("security.api_keys"));
  gate = control_gate({.security = {}, .expiry = seconds(300), .open = true});
  EXPECT_EQ(judge(command("1", "")), "done by ");
}

TEST_F(gate_of_commands, remembers_no_more_than_its_limit) {
  for (int i = 0; i < 10'500; ++i) judge(command(std::to_string(i), admin_key));
  EXPECT_EQ(gate.remembered(), 10'000U);
}

TEST_F(gate_of_commands, takes_nothing_else_for_a_command) {
  for (const char* record :
       {"", "null", "[]", "{}", "\xff\xfe", R"({"request_id":"","command":"pause","ts":1})",
        R"({"request_id":"a b","command":"pause","ts":1})", R"({"request_id":"1","ts":1})",
        R"({"request_id":"1","command":"pause"})", R"({"request_id":"1","command":"pause","ts":-1})",
        R"({"request_id":"1","command":"pause","ts":1e99})", R"({"request_id":"1","command":"pause","ts":1,"args":[]})",
        R"({"request_id":1,"command":"pause","ts":1})"}) {
    EXPECT_EQ(judge(record), "garbage") << record;
  }
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_source random(seed);
  const auto good = command("1", admin_key);
  for (int i = 0; i < 2'000; ++i) {
    auto bad = good;
    for (std::uint64_t flips = random.below(4) + 1; flips > 0; --flips) {
      bad[random.below(bad.size())] = static_cast<char>(random.below(256));
    }
    // A signature says the same in digits of either case.
    if (!boost::algorithm::iequals(bad, good)) {
      EXPECT_NE(judge(bad), "done by ops") << bad;
    }
  }
}

TEST(control_reply, is_read_as_it_was_written) {
  const auto read = parse_reply(render_reply({"r\"1", "pause", 202, R"({"status":"paused"})", true}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->request_id, "r\"1");
  EXPECT_EQ(read->status, 202U);
  EXPECT_EQ(read->answer, R"({"status":"paused"})");
  EXPECT_TRUE(read->repeated);
  EXPECT_FALSE(parse_reply("{}"));
  EXPECT_FALSE(parse_reply("x"));
}

}  // namespace
}  // namespace freshet::http
