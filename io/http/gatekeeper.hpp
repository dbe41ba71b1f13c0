// What:    decides with the header of a request alone whether its body is worth reading: preflights are answered, the
//          rate is limited, the key is checked; and says what every answer carries besides.
// Why:     who may not ask costs no more than a header; handlers know nothing of keys.
// Order:   preflight (204), an admin route on another port than server.admin_port (404), too many requests (429), no
//          key or a wrong one (401), a key without the route's scope (403).
// Free:    routes of the scope none are neither limited nor do they need a key: probes come often. Paths that do not
//          exist need no key, but count. The owner's Unix socket may do everything.
// Pages:   a browser that opens a page (route::page) without a key gets the page with the 401, to ask for the key.
// Without keys: everybody may do everything; the engine sees to it that such a service listens on loopback only. One
//          exception: a browser would send what any web page tells it to, so pages of other origins, unless they are
//          allowed, may not call routes that change something (403).
// Threads: `check` and `reconfigure` from any thread.
// Source:  RFC 6750, section 3 (401, 403); draft-ietf-httpapi-ratelimit-headers-10 (RateLimit, RateLimit-Policy).
#pragma once

#include <memory>
#include <mutex>

#include "config/options.hpp"
#include "io/http/router.hpp"
#include "io/http/server.hpp"

namespace freshet::http {

class gatekeeper {
 public:
  /// `routes` must outlive the gatekeeper.
  gatekeeper(const router& routes, const options& settings);
  ~gatekeeper();

  header_decision check(const request& in) const;

  /// Takes over keys, rate limit and origins. Buckets begin anew where the limit changes.
  void reconfigure(const options& settings);

 private:
  struct rules;

  std::shared_ptr<const rules> current() const;

  const router& routes_;
  const bool has_admin_port_;
  mutable std::mutex mutex_;
  std::shared_ptr<const rules> rules_;
};

}  // namespace freshet::http
