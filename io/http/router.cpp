#include "io/http/router.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/check.hpp"
#include "io/http/problem.hpp"
#include "io/http/target.hpp"

namespace freshet::http {
namespace {

bool is_placeholder(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

/// "/a//b" -> "a", "", "b".
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    segments.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(segments.back().size());
  }
  return segments;
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path) {
  return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                    [](const std::string& expected, std::string_view given) {
                      return is_placeholder(expected) ? !given.empty() : expected == given;
                    });
}

/// Whether `first` has the literal where the two patterns part.
bool more_specific(const std::vector<std::string>& first, const std::vector<std::string>& second) {
  for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
    if (is_placeholder(first[i]) != is_placeholder(second[i])) return is_placeholder(second[i]);
  }
  return false;
}

/// Decodes from the target as it came: in the path an encoded slash still stands as "%2F". Requests that were made by
/// hand may have a path only.
path_parameters parameters_of(const std::vector<std::string>& pattern, const request& in) {
  const auto segments = split(in.target.empty() ? std::string_view(in.path) : encoded_path(in.target));
  path_parameters values;
  for (std::size_t i = 0; i < std::min(pattern.size(), segments.size()); ++i) {
    if (!is_placeholder(pattern[i])) continue;
    auto decoded = percent_decode(segments[i], decode_as::path_segment);
    values.push_back(decoded ? *std::move(decoded) : std::string(segments[i]));
  }
  return values;
}

}  // namespace

void router::add(route entry) {
  FRESHET_CHECK(entry.pattern.starts_with('/'), "a pattern starts with a slash");
  FRESHET_CHECK(entry.handle != nullptr, "a route needs a handler");
  auto where = std::find_if(resources_.begin(), resources_.end(),
                            [&](const resource& known) { return known.pattern == entry.pattern; });
  if (where == resources_.end()) {
    const auto segments = split(entry.pattern);
    const bool has_placeholders = std::any_of(segments.begin(), segments.end(), is_placeholder);
    resources_.push_back({entry.pattern, {segments.begin(), segments.end()}, has_placeholders, {}});
    where = std::prev(resources_.end());
    const auto id = static_cast<std::size_t>(where - resources_.begin());
    if (has_placeholders) {
      templates_.push_back(id);
      std::stable_sort(templates_.begin(), templates_.end(), [&](std::size_t a, std::size_t b) {
        return more_specific(resources_[a].segments, resources_[b].segments);
      });
    } else {
      literal_.emplace(entry.pattern, id);
    }
  }
  for (const std::size_t other : where->route_ids) {
    FRESHET_CHECK(routes_[other].verb != entry.verb, "two routes with one method and pattern");
  }
  where->route_ids.push_back(routes_.size());
  routes_.push_back(std::move(entry));
}

std::string_view router::dispatch(const exchange_ptr& call) const {
  const request& in = call->in();
  const resource* where = find(in.path);
  if (where == nullptr) {
    if (in.path == "*" && in.verb == method::options) {
      call->answer({.status = 204, .content_type = "", .body = "", .headers = {}});
    } else {
      call->answer(problem(404, "Nothing is served at " + in.path.substr(0, 256), in));
    }
    return "";
  }
  if (const route* chosen = find(*where, in.verb)) {
    chosen->handle(call, where->has_placeholders ? parameters_of(where->segments, in) : path_parameters{});
    return where->pattern;
  }
  if (in.verb == method::options) {
    call->answer({.status = 204, .content_type = "", .body = "", .headers = {{"Allow", allowed_methods(*where)}}});
    return where->pattern;
  }
  const std::string allowed = allowed_methods(*where);
  response out = problem(405, "This path does not take the method of the request; it takes " + allowed, in);
  out.headers.emplace_back("Allow", allowed);
  call->answer(std::move(out));
  return where->pattern;
}

std::string router::methods_at(std::string_view path) const {
  const resource* where = find(path);
  return where != nullptr ? allowed_methods(*where) : std::string();
}

std::string_view router::pattern_of(std::string_view path) const {
  const auto* where = find(path);
  return where ? std::string_view(where->pattern) : std::string_view();
}

const route* router::match(method verb, std::string_view path) const {
  const resource* where = find(path);
  return where != nullptr ? find(*where, verb) : nullptr;
}

const router::resource* router::find(std::string_view path) const {
  if (const auto exact = literal_.find(path); exact != literal_.end()) return &resources_[exact->second];
  if (templates_.empty()) return nullptr;
  const auto segments = split(path);
  for (const std::size_t id : templates_) {
    if (matches(resources_[id].segments, segments)) return &resources_[id];
  }
  return nullptr;
}

const route* router::find(const resource& where, method verb) const {
  const route* get = nullptr;
  for (const std::size_t id : where.route_ids) {
    if (routes_[id].verb == verb) return &routes_[id];
    if (routes_[id].verb == method::get) get = &routes_[id];
  }
  return verb == method::head ? get : nullptr;
}

std::string router::allowed_methods(const resource& where) const {
  std::string list;
  for (const method verb : {method::get, method::head, method::post, method::put, method::patch, method::delete_}) {
    if (find(where, verb) == nullptr) continue;
    list += to_string(verb);
    list += ", ";
  }
  return list + "OPTIONS";
}

}  // namespace freshet::http
