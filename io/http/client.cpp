#include "io/http/client.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace freshet::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr std::uint32_t answer_header_bytes_max = 64 << 10;
constexpr std::uint64_t answer_body_bytes_max = 1 << 30;

/// Where to connect.
struct destination {
  std::string text;       // as it was given
  std::string unix_path;  // empty for TCP
  std::string host;
  std::string port;
};

result<destination> parse_address(const std::string& address) {
  constexpr std::string_view unix_scheme = "unix:", http_scheme = "http://";
  if (address.starts_with(unix_scheme) && address.size() > unix_scheme.size()) {
    return destination{.text = address, .unix_path = address.substr(unix_scheme.size()), .host = {}, .port = {}};
  }
  std::string rest = address.starts_with(http_scheme) ? address.substr(http_scheme.size()) : "";
  if (rest.ends_with('/')) rest.pop_back();
  const auto bracket = rest.find(']');  // "[::1]:8000"
  const auto colon = rest.find(':', bracket == std::string::npos ? 0 : bracket);
  std::string host = rest.substr(0, colon);
  std::string port = colon == std::string::npos ? "80" : rest.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || port.empty() || rest.find('/') != std::string::npos) {
    return error{error_code::invalid_argument,
                 "\"" + address + "\" is not the address of a server; give http://HOST:PORT or unix:PATH"};
  }
  return destination{.text = address, .unix_path = {}, .host = std::move(host), .port = std::move(port)};
}

response response_of(beast::http::response<beast::http::string_body> message) {
  response out{.status = message.result_int(), .content_type = {}, .body = std::move(message.body()), .headers = {}};
  for (const auto& field : message) {
    if (field.name() == beast::http::field::content_type) out.content_type = field.value();
    out.headers.emplace_back(field.name_string(), field.value());
  }
  return out;
}

class blocking_client final : public client {
 public:
  blocking_client(destination to, std::chrono::milliseconds timeout)
      : to_(std::move(to)), timeout_(timeout), socket_(context_) {}

  status open();
  result<response> send(method verb, const std::string& target, const field_list& headers, std::string body) override;

 private:
  /// Runs one asynchronous operation to its end or the deadline; a late one is cancelled.
  template <class Start>
  boost::system::error_code wait_for(const Start& start);
  std::vector<asio::generic::stream_protocol::endpoint> endpoints(boost::system::error_code& ec);
  bool was_closed();
  result<response> exchange_once(method verb, const std::string& head, const std::string& body);
  result<response> read_answer(method verb);
  error failed(const std::string& what, const boost::system::error_code& ec) const;

  const destination to_;
  const std::chrono::milliseconds timeout_;
  asio::io_context context_{1};
  asio::generic::stream_protocol::socket socket_;
  beast::flat_buffer buffer_;
  /// Whether the failure of the last exchange came before a byte of its answer.
  bool failed_before_answer_ = false;
};

template <class Start>
boost::system::error_code blocking_client::wait_for(const Start& start) {
  std::optional<boost::system::error_code> outcome;
  start([&](const boost::system::error_code& ec, auto&&...) { outcome = ec; });
  context_.restart();
  context_.run_for(timeout_);
  if (outcome) return *outcome;
  boost::system::error_code ignored;
  socket_.close(ignored);
  context_.run();
  return asio::error::timed_out;
}

error blocking_client::failed(const std::string& what, const boost::system::error_code& ec) const {
  if (ec == asio::error::timed_out) {
    return {error_code::unavailable,
            what + " " + to_.text + " took longer than " + std::to_string(timeout_.count()) + " ms"};
  }
  return {error_code::unavailable, what + " " + to_.text + " failed: " + ec.message()};
}

std::vector<asio::generic::stream_protocol::endpoint> blocking_client::endpoints(boost::system::error_code& ec) {
  using endpoint = asio::generic::stream_protocol::endpoint;
  if (!to_.unix_path.empty()) {
    constexpr std::size_t unix_path_bytes_max = 107;
    if (to_.unix_path.size() > unix_path_bytes_max) {
      ec = asio::error::name_too_long;
      return {};
    }
    return {endpoint(asio::local::stream_protocol::endpoint(to_.unix_path))};
  }
  std::vector<endpoint> found;
  for (const auto& each : asio::ip::tcp::resolver(context_).resolve(to_.host, to_.port, ec)) {
    found.emplace_back(each.endpoint());
  }
  return found;
}

status blocking_client::open() {
  boost::system::error_code ec;
  socket_.close(ec);
  buffer_.clear();
  for (const auto& candidate : endpoints(ec)) {
    socket_.close(ec);
    socket_.open(candidate.protocol(), ec);
    if (ec) continue;
    ec = wait_for([&](auto done) { socket_.async_connect(candidate, done); });
    if (ec) continue;
    boost::system::error_code unsupported;  // by Unix sockets
    socket_.set_option(asio::ip::tcp::no_delay(true), unsupported);
    return success{};
  }
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (ec == asio::error::connection_refused || ec == boost::system::errc::no_such_file_or_directory) {
    return error{error_code::unavailable, "nobody listens at " + to_.text + "; is the service running?"};
  }
  return failed("connecting to", ec);
}

/// Whether the server ended the connection since the last answer.
bool blocking_client::was_closed() {
  if (!socket_.is_open()) return true;
  boost::system::error_code ec;
  socket_.non_blocking(true, ec);
  char byte = 0;
  socket_.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, ec);
  // A byte that nobody asked for is no answer to what is sent next.
  return ec != asio::error::would_block;
}

result<response> blocking_client::exchange_once(method verb, const std::string& head, const std::string& body) {
  failed_before_answer_ = true;
  const std::vector<asio::const_buffer> message{asio::buffer(head), asio::buffer(body)};
  auto ec = wait_for([&](auto done) { asio::async_write(socket_, message, done); });
  // A server that refuses early stops reading: its answer may be there all the same.
  if (ec && ec != asio::error::broken_pipe && ec != asio::error::connection_reset) return failed("sending to", ec);
  return read_answer(verb);
}

result<response> blocking_client::read_answer(method verb) {
  for (;;) {
    beast::http::response_parser<beast::http::string_body> answer;
    answer.header_limit(answer_header_bytes_max);
    answer.body_limit(answer_body_bytes_max);
    answer.skip(verb == method::head);
    auto ec = wait_for([&](auto done) { beast::http::async_read_header(socket_, buffer_, answer, done); });
    failed_before_answer_ = !answer.got_some();
    // An interim answer (100 Continue): the answer is still to come.
    if (!ec && answer.get().result_int() < 200) continue;
    if (!ec && !answer.is_done()) {
      ec = wait_for([&](auto done) { beast::http::async_read(socket_, buffer_, answer, done); });
    }
    boost::system::error_code ignored;
    if (ec || !answer.keep_alive()) socket_.close(ignored);
    if (ec && answer.got_some() && ec.category() == beast::http::make_error_code(beast::http::error{}).category() &&
        ec != beast::http::error::partial_message) {
      return error{error_code::corrupted, "the answer of " + to_.text + " is not HTTP: " + ec.message()};
    }
    if (ec) return failed("reading the answer of", ec);
    return response_of(answer.release());
  }
}

result<response> blocking_client::send(method verb, const std::string& target, const field_list& headers,
                                       std::string body) {
  std::string head = std::string(to_string(verb)) + " " + target + " HTTP/1.1\r\nHost: ";
  if (!to_.unix_path.empty()) {
    head += "localhost";
  } else {
    head += (to_.host.find(':') != std::string::npos ? "[" + to_.host + "]" : to_.host) + ":" + to_.port;
  }
  head += "\r\n";
  for (const auto& [name, value] : headers) head += name + ": " + value + "\r\n";
  if (!body.empty() || verb == method::post || verb == method::put || verb == method::patch) {
    head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  head += "\r\n";

  const bool reused = !was_closed();
  if (!reused) FRESHET_TRY(open());
  auto answered = exchange_once(verb, head, body);
  // The server may have closed the connection while the request was on its way; only what may be done twice is sent
  // again.
  const bool repeatable = verb != method::post && verb != method::patch;
  if (!answered && reused && failed_before_answer_ && repeatable) {
    FRESHET_TRY(open());
    return exchange_once(verb, head, body);
  }
  return answered;
}

}  // namespace

result<std::unique_ptr<client>> client::connect(const std::string& address, std::chrono::milliseconds timeout) {
  FRESHET_ASSIGN(auto to, parse_address(address));
  auto opened = std::make_unique<blocking_client>(std::move(to), timeout);
  FRESHET_TRY(opened->open());
  return std::unique_ptr<client>(std::move(opened));
}

}  // namespace freshet::http
