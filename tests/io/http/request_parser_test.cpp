#include "io/http/request_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/random.hpp"

namespace freshet::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using stage = request_parser::stage;

constexpr std::size_t body_max = 1000;

/// What came of a stream of bytes: the requests in it, and why it ended if it did.
struct outcome {
  std::vector<request> requests;
  unsigned refused = 0;  // status, 0 = everything was understood so far
  std::string sentence;
  std::size_t left_over = 0;
};

/// Gives the parser the stream in pieces of `piece` bytes, as a socket might.
outcome parse(std::string_view stream, std::size_t piece = std::string_view::npos, parser_limits limits = {}) {
  request_parser parser(limits);
  outcome out;
  std::string pending;
  while (!stream.empty()) {
    pending += stream.substr(0, piece);
    stream.remove_prefix(std::min(piece, stream.size()));
    for (;;) {
      const auto before = parser.at();
      const std::size_t used = parser.consume(pending);
      pending.erase(0, used);
      if (before == stage::header && parser.at() == stage::body) parser.limit_body(body_max);
      if (parser.at() == stage::refused) {
        out.refused = parser.why().status;
        out.sentence = parser.why().sentence;
        return out;
      }
      if (parser.at() == stage::complete) {
        out.requests.push_back(parser.take());
      } else if (used == 0 && parser.at() == before) {
        break;
      }
    }
  }
  out.left_over = pending.size();
  return out;
}

unsigned refusal_status(const std::string& stream) {
  return parse(stream).refused;
}

TEST(request_parser, takes_a_request_apart) {
  const auto out = parse(
      "POST /v1/events?wait=visible HTTP/1.1\r\nHost: localhost:8000\r\nContent-Type:  application/json \r\n"
      "Content-Length: 2\r\n\r\n{}");
  ASSERT_EQ(out.requests.size(), 1u);
  const request& in = out.requests.front();
  EXPECT_EQ(in.verb, method::post);
  EXPECT_EQ(in.path, "/v1/events");
  EXPECT_EQ(in.parameter("wait"), "visible");
  EXPECT_THAT(in.headers, ElementsAre(Pair("host", "localhost:8000"), Pair("content-type", "application/json"),
                                      Pair("content-length", "2")));
  EXPECT_EQ(in.body, "{}");
}

TEST(request_parser, knows_the_methods) {
  for (const method verb :
       {method::get, method::head, method::post, method::put, method::patch, method::delete_, method::options}) {
    const auto out = parse(std::string(to_string(verb)) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_EQ(out.requests.size(), 1u) << to_string(verb);
    EXPECT_EQ(out.requests.front().verb, verb);
  }
  EXPECT_EQ(parse("BREW / HTTP/1.1\r\nHost: a\r\n\r\n").requests.front().verb, method::other);
}

TEST(request_parser, one_empty_line_before_a_request_is_passed_over) {
  EXPECT_EQ(parse("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").requests.size(), 2u);
  EXPECT_EQ(refusal_status("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400u);
}

TEST(request_parser, the_size_of_the_pieces_makes_no_difference) {
  const std::string stream =
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nT: "
      "v\r\n\r\n"
      "POST /3 HTTP/1.0\r\nContent-Length: 4\r\n\r\nbody"
      "POST /4 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    const auto out = parse(stream, piece);
    ASSERT_EQ(out.requests.size(), 4u) << piece;
    EXPECT_EQ(out.requests[1].body, "abc0123456789");
    EXPECT_EQ(out.requests[2].body, "body");
    EXPECT_EQ(out.requests[3].body, "");
    EXPECT_EQ(out.left_over, 0u);
  }
}

struct smuggling_form {
  const char* name;
  const char* bytes;
  unsigned status;
};
class request_parser_refuses : public ::testing::TestWithParam<smuggling_form> {};

// Whole and byte by byte: a rule that depends on how the bytes arrive is no rule.
TEST_P(request_parser_refuses, the_form) {
  const std::string bytes = GetParam().bytes;
  for (const std::size_t piece : {bytes.size(), std::size_t{1}, std::size_t{7}}) {
    const auto out = parse(bytes, piece);
    EXPECT_EQ(out.refused, GetParam().status) << "pieces of " << piece << ": " << out.sentence;
    EXPECT_TRUE(out.requests.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(
    smuggling, request_parser_refuses,
    ::testing::ValuesIn(std::vector<smuggling_form>{
        {"cl_then_te", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         400},
        {"te_then_cl", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
         400},
        {"unknown_te_with_cl", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbody",
         400},
        {"te_twice",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         400},
        {"te_chunked_then_identity",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
         400},
        {"te_unknown", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
        {"te_list", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
        {"te_chunked_not_last", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 501},
        {"te_lookalike", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501},
        {"te_quoted", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", 501},
        {"te_empty", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", 400},
        {"te_vertical_tab", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400},
        {"te_space_before_colon", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
        {"te_on_http_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"cl_twice", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nbody", 400},
        {"cl_twice_different", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody", 400},
        {"cl_list", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\nbody", 400},
        {"cl_sign", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nbody", 400},
        {"cl_negative", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -4\r\n\r\nbody", 400},
        {"cl_hexadecimal", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\nbody", 400},
        {"cl_empty", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nbody", 400},
        {"cl_overflow", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\nbody", 400},
        {"cl_too_large", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413},
        {"host_twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        {"host_twice_on_http_1_0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"host_missing", "GET / HTTP/1.1\r\n\r\n", 400},
        {"host_list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
        {"host_path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"host_user", "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", 400},
        {"obs_fold", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400},
        {"obs_fold_tab", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n", 400},
        {"obs_fold_first", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"name_empty", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400},
        {"name_with_space", "GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", 400},
        {"name_with_control", "GET / HTTP/1.1\r\nHost: a\r\nX\x01: b\r\n\r\n", 400},
        {"name_not_ascii", "GET / HTTP/1.1\r\nHost: a\r\nX\xC3\xA9: b\r\n\r\n", 400},
        {"no_colon", "GET / HTTP/1.1\r\nHost: a\r\nXY\r\n\r\n", 400},
        {"value_with_control", "GET / HTTP/1.1\r\nHost: a\r\nX: b\x01\r\n\r\n", 400},
        {"bare_carriage_return", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n", 400},
        {"bare_line_feed", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
        {"bare_line_feeds_only", "GET / HTTP/1.1\nHost: a\n\n", 400},
        {"method_missing", " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"method_with_control", "G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"target_missing", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"target_with_space", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"target_without_slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"target_broken_escape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"connect", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400},
        {"two_spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"version_missing", "GET /\r\nHost: a\r\n\r\n", 400},
        {"version_0_9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
        {"version_1_2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
        {"version_2_0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"version_lower_case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
        {"tls", "\x16\x03\x01\x02", 400},
        {"expectation", "POST / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\n", 417},
        {"chunk_size_empty", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", 400},
        {"chunk_size_sign", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n", 400},
        {"chunk_size_prefix", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
         400},
        {"chunk_size_space", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n 1\r\na\r\n", 400},
        {"chunk_size_negative", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\na\r\n", 400},
        {"chunk_size_overflow",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000001\r\na\r\n", 400},
        {"chunk_too_large", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 413},
        {"chunk_longer_than_said",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400},
        {"chunk_without_end", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\naXX0\r\n\r\n", 400},
        {"chunk_bare_line_feed", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\r\n\r\n",
         400},
        {"chunk_bare_carriage_return",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\rX\r\na\r\n0\r\n\r\n", 400},
        {"chunk_extension_broken",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;=\r\na\r\n0\r\n\r\n", 400},
        {"chunk_extension_line_feed",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"\n\"\r\na\r\n0\r\n\r\n", 400},
        {"trailer_without_colon",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer\r\n\r\n", 400},
    }),
    [](const auto& form) { return std::string(form.param.name); });

TEST(request_parser, the_chunks_of_a_body_count_together) {
  std::string stream = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 10; ++i) stream += "64\r\n" + std::string(100, 'x') + "\r\n";
  EXPECT_EQ(parse(stream + "0\r\n\r\n").requests.front().body.size(), body_max);
  EXPECT_EQ(refusal_status(stream + "1\r\nx\r\n0\r\n\r\n"), 413u);
}

TEST(request_parser, a_long_target_is_414_complete_or_not) {
  const parser_limits limits{.header_bytes_max = 2000, .target_bytes_max = 1000};
  const auto with_target = [](std::size_t bytes) { return "GET /" + std::string(bytes - 1, 'a'); };
  const std::string rest = " HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(parse(with_target(1000) + rest, 100, limits).requests.size(), 1u);
  EXPECT_EQ(parse(with_target(1001) + rest, 100, limits).refused, 414u);
  EXPECT_EQ(parse(with_target(1800), 100, limits).refused, 414u);
  EXPECT_EQ(parse(with_target(5000) + rest, 100, limits).refused, 414u);
  EXPECT_EQ(parse(with_target(5000) + rest, 10'000, limits).refused, 414u);
}

TEST(request_parser, a_large_header_is_431_complete_or_not) {
  const parser_limits limits{.header_bytes_max = 2000, .target_bytes_max = 1000, .fields_max = 50};
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(parse(start + "X: " + std::string(2000, 'x') + "\r\n\r\n", 10'000, limits).refused, 431u);
  EXPECT_EQ(parse(start + "X: " + std::string(3000, 'x'), 10, limits).refused, 431u);
  std::string fields;
  for (int i = 0; i < 50; ++i) fields += "X: y\r\n";
  EXPECT_EQ(parse(start + fields + "\r\n", 10'000, limits).refused, 431u);
  EXPECT_EQ(parse(start + fields.substr(6) + "\r\n", 10'000, limits).requests.size(), 1u);
}

TEST(request_parser, trailers_and_chunk_headers_are_bounded) {
  const parser_limits limits{.header_bytes_max = 1000, .target_bytes_max = 500, .fields_max = 100};
  const std::string start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string long_trailer = "0\r\nT: " + std::string(1500, 't') + "\r\n\r\n";
  std::string many_trailers = "0\r\n";
  for (int i = 0; i < 200; ++i) many_trailers += "T: \r\n";
  many_trailers += "\r\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, std::size_t{100'000}}) {
    EXPECT_EQ(parse(start + long_trailer, piece, limits).refused, 431u) << piece;
    EXPECT_EQ(parse(start + many_trailers, piece, limits).refused, 431u) << piece;
  }
  EXPECT_EQ(parse(start + "1;a=" + std::string(3000, 'a'), 100, limits).refused, 431u);
  EXPECT_EQ(parse(start + std::string(3000, '0'), 100, limits).refused, 431u);
}

TEST(request_parser, trailers_do_not_become_headers) {
  const auto out = parse(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: Bearer x\r\nHost: "
      "b\r\n\r\n");
  ASSERT_EQ(out.requests.size(), 1u);
  EXPECT_EQ(out.requests.front().header("authorization"), std::nullopt);
  EXPECT_EQ(out.requests.front().header("host"), "a");
}

TEST(request_parser, nothing_behind_a_header_is_taken_before_the_body_is_allowed) {
  request_parser parser({});
  const std::string header = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
  EXPECT_EQ(parser.consume(header + "hello"), header.size());
  EXPECT_EQ(parser.at(), stage::body);
  EXPECT_EQ(parser.message().body, "");
  parser.limit_body(4);
  EXPECT_EQ(parser.at(), stage::refused);
  EXPECT_EQ(parser.why().status, 413u);
}

TEST(request_parser, tells_what_the_client_wants_of_the_connection) {
  const auto keeps = [](const std::string& bytes) {
    request_parser parser({});
    parser.consume(bytes);
    EXPECT_EQ(parser.at(), stage::complete) << bytes;
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: te, close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(request_parser, whatever_is_changed_in_a_stream_the_pieces_make_no_difference) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_source random(seed);
  const std::string valid =
      "POST /a?b=%20c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n"
      "PUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.0\r\n\r\n";
  for (int round = 0; round < 5'000; ++round) {
    std::string stream = valid;
    for (auto changes = 1 + random.below(3); changes > 0; --changes) {
      const auto at = random.below(stream.size());
      switch (random.below(3)) {
        case 0:
          stream[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          stream.erase(at, 1 + random.below(4));
          break;
        default:
          stream.insert(at, 1, "\r\n :;0aZ\t\0"[random.below(10)]);
      }
    }
    const auto whole = parse(stream);
    const auto pieces = parse(stream, 1 + random.below(20));
    ASSERT_EQ(whole.refused, pieces.refused) << stream;
    ASSERT_EQ(whole.requests.size(), pieces.requests.size()) << stream;
    for (std::size_t i = 0; i < whole.requests.size(); ++i) {
      ASSERT_EQ(whole.requests[i].target, pieces.requests[i].target) << stream;
      ASSERT_EQ(whole.requests[i].headers, pieces.requests[i].headers) << stream;
      ASSERT_EQ(whole.requests[i].body, pieces.requests[i].body) << stream;
    }
  }
}

}  // namespace
}  // namespace freshet::http
