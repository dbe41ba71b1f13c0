// The description of the API says what the router does, no more and no less.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <map>
#include <regex>
#include <set>

#include "actors/http/routes.hpp"
#include "config/api_key_settings.hpp"
#include "io/http/document.hpp"

namespace freshet {
namespace {

namespace json = boost::json;

/// "get /recommend" -> scope, "" where no key is needed.
using operations = std::map<std::string, std::string>;

json::object document() {
  return json::parse(http::openapi_document().body).as_object();
}

operations routed() {
  operations found;
  for (const auto& each : all_routes()) {
    std::string verb(to_string(each.verb));
    std::transform(verb.begin(), verb.end(), verb.begin(), [](unsigned char c) { return std::tolower(c); });
    found[verb + " " + each.pattern] = each.scope == access_scope::none ? "" : std::string(name_of(each.scope));
  }
  return found;
}

/// The one scope that every way to authenticate asks for.
std::string scope_of(const json::object& operation) {
  std::set<std::string> scopes;
  for (const auto& way : operation.at("security").as_array()) {
    for (const auto& [scheme, wanted] : way.as_object()) {
      EXPECT_TRUE(document().at("components").at("securitySchemes").as_object().contains(scheme)) << scheme;
      for (const auto& scope : wanted.as_array()) scopes.insert(std::string(scope.as_string()));
    }
  }
  EXPECT_LE(scopes.size(), 1u);
  return scopes.empty() ? "" : *scopes.begin();
}

template <class Visit>
void for_each_operation(const json::object& described, Visit visit) {
  for (const auto& [path, verbs] : described.at("paths").as_object()) {
    for (const auto& [verb, operation] : verbs.as_object()) {
      visit(std::string(verb) + " " + std::string(path), operation.as_object());
    }
  }
}

TEST(openapi, has_the_operations_that_the_router_has_with_their_scopes) {
  operations described;
  for_each_operation(document(), [&](const std::string& name, const json::object& operation) {
    described[name] = scope_of(operation);
  });
  EXPECT_EQ(described, routed());
}

TEST(openapi, says_what_happens_without_a_key_wherever_one_is_needed) {
  for_each_operation(document(), [](const std::string& name, const json::object& operation) {
    const auto& responses = operation.at("responses").as_object();
    const bool needs_key = !scope_of(operation).empty();
    EXPECT_EQ(responses.contains("401"), needs_key) << name;
    EXPECT_EQ(responses.contains("403"), needs_key) << name;
    EXPECT_TRUE(responses.contains("429") && responses.contains("503")) << name;
  });
}

TEST(openapi, declares_every_placeholder_of_a_path_and_no_other) {
  const auto described = document();
  const std::regex placeholder(R"(\{(\w+)\})");
  for_each_operation(described, [&](const std::string& name, const json::object& operation) {
    std::set<std::string> wanted, declared;
    for (std::sregex_iterator at(name.begin(), name.end(), placeholder), end; at != end; ++at) wanted.insert((*at)[1]);
    if (const auto* parameters = operation.if_contains("parameters")) {
      for (const auto& each : parameters->as_array()) {
        const auto* reference = each.as_object().if_contains("$ref");
        const auto& parameter =
            reference ? json::value(described).at_pointer(std::string(reference->as_string()).substr(1)).as_object()
                      : each.as_object();
        if (parameter.at("in").as_string() == "path") declared.emplace(parameter.at("name").as_string());
      }
    }
    EXPECT_EQ(declared, wanted) << name;
  });
}

TEST(openapi, names_each_operation_once) {
  std::set<std::string> names;
  for_each_operation(document(), [&](const std::string& name, const json::object& operation) {
    EXPECT_TRUE(names.emplace(operation.at("operationId").as_string()).second) << name;
  });
}

TEST(openapi, leads_every_reference_somewhere) {
  const json::value described = document();
  const std::string text(http::openapi_document().body);
  const std::regex reference(R"re("\$ref": "#([^"]+)")re");
  std::size_t references = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), reference), end; at != end; ++at, ++references) {
    json::error_code missing;
    described.find_pointer(std::string((*at)[1]), missing);
    EXPECT_FALSE(missing) << (*at)[1];
  }
  EXPECT_GT(references, 0u);
}

TEST(openapi, is_of_the_version_of_this_program) {
  EXPECT_EQ(document().at("openapi").as_string(), "3.1.0");
  EXPECT_EQ(document().at("info").at("version").as_string(), FRESHET_VERSION);
}

}  // namespace
}  // namespace freshet
