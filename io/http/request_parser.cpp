#include "io/http/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cctype>
#include <optional>
#include <utility>

#include "core/base/check.hpp"
#include "io/http/target.hpp"

namespace freshet::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

/// Method, spaces and version of a request line; what is longer than a target and this has a target that is too long.
constexpr std::size_t request_line_rest_max = 64;

method method_of(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get:
      return method::get;
    case beast_http::verb::head:
      return method::head;
    case beast_http::verb::post:
      return method::post;
    case beast_http::verb::put:
      return method::put;
    case beast_http::verb::patch:
      return method::patch;
    case beast_http::verb::delete_:
      return method::delete_;
    case beast_http::verb::options:
      return method::options;
    default:
      return method::other;
  }
}

std::string lower_case(string_view text) {
  std::string out(text.size(), '\0');
  std::transform(text.begin(), text.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return out;
}

/// The bytes a method may consist of; the first byte of anything that is HTTP.
bool is_token_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

refusal refusal_of(const error_code& ec, std::string_view request_line) {
  using beast_http::error;
  if (ec == error::bad_version) return bad_version(request_line);
  if (ec == error::bad_method) return {400, "The request line does not start with a method"};
  if (ec == error::bad_target) return {400, "The target of the request line has a character that must be escaped"};
  if (ec == error::bad_field) return {400, "A header name is empty or has a character that is not allowed in it"};
  if (ec == error::bad_value) return {400, "A header value has a character that is not allowed in it"};
  if (ec == error::bad_content_length || ec == error::multiple_content_length) {
    return {400, "Send one Content-Length, a number of bytes, and no Transfer-Encoding with it"};
  }
  if (ec == error::bad_transfer_encoding) {
    return {400, "Send one Transfer-Encoding, and no Content-Length with it"};
  }
  if (ec == error::bad_chunk || ec == error::bad_chunk_extension) {
    return {400, "A chunk does not start with its size in hexadecimal digits, or does not end where that says"};
  }
  return {400, "The bytes received are not an HTTP/1.1 request"};
}

/// Beast's parser with its events turned into our request; good for one message.
class message_reader final : public beast_http::basic_parser<true> {
 public:
  message_reader(const parser_limits& limits, request& out) : limits_(limits), out_(out) {
    // Sizes are limited by request_parser, which knows which answer each deserves.
    header_limit(UINT32_MAX);
    body_limit(boost::none);
    eager(true);
  }

  framing header;
  std::optional<refusal> refused;
  std::size_t body_bytes_max = 0;

 private:
  void stop(error_code& ec, refusal reason) {
    refused = std::move(reason);
    ec = beast_http::error::bad_alloc;  // any failure does: `refused` is what counts
  }

  void on_request_impl(beast_http::verb verb, string_view, string_view target, int version, error_code& ec) override {
    out_.verb = method_of(verb);
    header.http_1_1 = version == 11;
    if (target.size() > limits_.target_bytes_max) {
      return stop(ec, {414, "The target has " + std::to_string(target.size()) + " bytes; at most " +
                                std::to_string(limits_.target_bytes_max) + " are accepted"});
    }
    if (auto parsed = http::parse_target({target.data(), target.size()}, out_); !parsed) {
      stop(ec, {400, std::move(parsed).failure().message});
    }
  }

  void on_response_impl(int, string_view, int, error_code&) override {}

  void on_field_impl(beast_http::field name, string_view text, string_view value, error_code& ec) override {
    if (++fields_ > limits_.fields_max) {
      return stop(ec, {431, "The header has more than " + std::to_string(limits_.fields_max) + " fields"});
    }
    if (in_trailers_) {
      trailer_bytes_ += text.size() + value.size() + 4;
      if (trailer_bytes_ > limits_.header_bytes_max) stop(ec, {431, "The trailers are larger than a header may be"});
      return;
    }
    const auto note = [&](unsigned& count, std::string& last) {
      ++count;
      last.assign(value.data(), value.size());
    };
    switch (name) {
      case beast_http::field::host:
        note(header.hosts, header.host);
        break;
      case beast_http::field::content_length:
        note(header.content_lengths, header.content_length);
        break;
      case beast_http::field::transfer_encoding:
        note(header.transfer_encodings, header.transfer_encoding);
        break;
      case beast_http::field::expect:
        header.expect.assign(value.data(), value.size());
        break;
      default:
        break;
    }
    out_.headers.emplace_back(lower_case(text), std::string(value.data(), value.size()));
  }

  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}

  std::size_t on_body_impl(string_view body, error_code& ec) override {
    if (body.size() > body_bytes_max - out_.body.size()) {
      stop(ec, too_large());
      return 0;
    }
    out_.body.append(body.data(), body.size());
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override {
    // A quoted string may hold anything in Beast's eyes; a lone line feed in it ends the line in those of others.
    if (std::any_of(extensions.begin(), extensions.end(), [](char c) { return c >= 0 && c < 0x20 && c != '\t'; })) {
      return stop(ec, {400, "A chunk extension has a control character"});
    }
    if (size > body_bytes_max - out_.body.size()) return stop(ec, too_large());
    in_trailers_ = size == 0;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) override {
    return on_body_impl(body, ec);
  }

  void on_finish_impl(error_code&) override {}

  refusal too_large() const {
    return {413, "The body has more than the " + std::to_string(body_bytes_max) + " bytes accepted here"};
  }

  const parser_limits& limits_;
  request& out_;
  std::size_t fields_ = 0;
  std::size_t trailer_bytes_ = 0;
  bool in_trailers_ = false;
};

}  // namespace

struct request_parser::state {
  explicit state(const parser_limits& limits_given) : limits(limits_given) { begin(); }

  void begin() {
    in = request{};
    reader.emplace(limits, in);
    at = stage::header;
    scanned = line_start = 0;
    skipped_empty_line = false;
  }
  void refuse(refusal reason) {
    at = stage::refused;
    why = std::move(reason);
  }

  std::size_t consume_header(std::string_view bytes);
  std::size_t consume_body(std::string_view bytes);
  std::optional<std::size_t> find_end_of_header(std::string_view bytes);
  void parse_header(std::string_view header);

  const parser_limits limits;
  request in;
  std::optional<message_reader> reader;
  stage at = stage::header;
  refusal why;
  /// Of the header: bytes looked at, start of the line that is being looked at.
  std::size_t scanned = 0;
  std::size_t line_start = 0;
  bool skipped_empty_line = false;
  bool keep_alive = false;
};

/// Looks at each byte once, however slowly they come, and refuses at the first that no header can contain: lines that
/// end in a bare line feed, and lines that go on (obs-fold), which Beast would join.
std::optional<std::size_t> request_parser::state::find_end_of_header(std::string_view bytes) {
  while (scanned < bytes.size()) {
    const bool first_line = line_start == 0;
    if (scanned == line_start && !first_line && (bytes[scanned] == ' ' || bytes[scanned] == '\t')) {
      refuse({400, "A header field goes on in a second line; put it into one"});
      return std::nullopt;
    }
    const auto end = bytes.find('\n', scanned);
    if (first_line && std::min(end, bytes.size()) > limits.target_bytes_max + request_line_rest_max) {
      refuse({414, "The target has more than the " + std::to_string(limits.target_bytes_max) + " bytes accepted here"});
      return std::nullopt;
    }
    if (end == std::string_view::npos) {
      scanned = bytes.size();
      return std::nullopt;
    }
    if (end == line_start || bytes[end - 1] != '\r') {
      refuse({400, "A line of the header ends in a bare line feed; end it in CR LF"});
      return std::nullopt;
    }
    scanned = end + 1;
    if (end - 1 == line_start) return scanned;
    line_start = scanned;
  }
  return std::nullopt;
}

std::size_t request_parser::state::consume_header(std::string_view bytes) {
  if (scanned == 0) {
    // Some clients end a body with one line end too many (RFC 9112, section 2.2).
    if (!skipped_empty_line && bytes.starts_with("\r\n")) {
      skipped_empty_line = true;
      return 2;
    }
    if (!skipped_empty_line && bytes == "\r") return 0;
    if (!is_token_character(bytes.front())) {
      refuse({400, "The bytes received are not an HTTP/1.1 request; if this is TLS, it ends at a proxy before here"});
      return 0;
    }
  }
  const auto end = find_end_of_header(bytes);
  if (at == stage::refused) return 0;
  if (end.value_or(bytes.size()) > limits.header_bytes_max) {
    refuse({431, "The header has more than the " + std::to_string(limits.header_bytes_max) + " bytes accepted here"});
    return 0;
  }
  if (!end) return 0;
  parse_header(bytes.substr(0, *end));
  return *end;
}

void request_parser::state::parse_header(std::string_view header) {
  error_code ec;
  reader->put(boost::asio::const_buffer(header.data(), header.size()), ec);
  if (reader->refused) return refuse(*std::move(reader->refused));
  if (ec) return refuse(refusal_of(ec, header.substr(0, header.find('\r'))));
  if (auto refused = check_framing(reader->header)) return refuse(*std::move(refused));
  keep_alive = reader->keep_alive();
  at = reader->is_done() ? stage::complete : stage::body;
}

std::size_t request_parser::state::consume_body(std::string_view bytes) {
  error_code ec;
  const std::size_t used = reader->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (reader->refused) {
    refuse(*std::move(reader->refused));
  } else if (ec && ec != beast_http::error::need_more) {
    refuse(refusal_of(ec, ""));
  } else if (reader->is_done()) {
    at = stage::complete;
  } else if (bytes.size() - used > limits.header_bytes_max) {
    refuse({431, "A chunk header or the trailers have more than the " + std::to_string(limits.header_bytes_max) +
                     " bytes accepted here"});
  }
  return used;
}

request_parser::request_parser(const parser_limits& limits) : state_(std::make_unique<state>(limits)) {}
request_parser::~request_parser() = default;

std::size_t request_parser::consume(std::string_view bytes) {
  if (bytes.empty()) return 0;
  if (state_->at == stage::header) return state_->consume_header(bytes);
  if (state_->at == stage::body) return state_->consume_body(bytes);
  return 0;
}

request_parser::stage request_parser::at() const {
  return state_->at;
}

void request_parser::limit_body(std::size_t bytes_max) {
  FRESHET_CHECK(state_->at == stage::body);
  state_->reader->body_bytes_max = bytes_max;
  const auto declared = state_->reader->content_length();
  if (declared && *declared > bytes_max) {
    refuse({413, "The body has " + std::to_string(*declared) + " bytes; at most " + std::to_string(bytes_max) +
                     " are accepted here"});
  }
}

void request_parser::refuse(refusal reason) {
  state_->refuse(std::move(reason));
}
const refusal& request_parser::why() const {
  return state_->why;
}
request& request_parser::message() {
  return state_->in;
}
bool request_parser::keep_alive() const {
  return state_->keep_alive;
}
bool request_parser::http_1_1() const {
  return state_->reader->header.http_1_1;
}
bool request_parser::expects_continue() const {
  return http_1_1() && !state_->reader->header.expect.empty();
}

request request_parser::take() {
  FRESHET_CHECK(state_->at == stage::complete);
  request out = std::move(state_->in);
  state_->begin();
  return out;
}

}  // namespace freshet::http
