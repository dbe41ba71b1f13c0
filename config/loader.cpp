#include "config/loader.hpp"

#include <optional>

#include "config/api_key_settings.hpp"
#include "config/assignment.hpp"
#include "config/later_settings.hpp"
#include "config/settings.hpp"
#include "config/stored_settings.hpp"
#include "config/yaml_file.hpp"

namespace freshet {

namespace {

std::vector<std::string> known_keys() {
  std::vector<std::string> keys;
  for (const auto& declared : all_settings()) keys.push_back(declared.key);
  for (const auto& later : later_settings()) {
    if (!later.ends_with('.')) keys.push_back(later);
  }
  return keys;
}

// A word without a dot that is nearly one of our own kafka keys is a slip, not a property of librdkafka.
bool is_misspelled_family_member(const std::string& key, const std::vector<std::string>& known) {
  if (!key.starts_with("kafka.") || key.find('.', 6) != std::string::npos) return false;
  const std::string near = nearest_key(key, known);
  return near.starts_with("kafka.") && edit_distance(near, key) <= 2;
}

// A key below `section`, or nothing when no such section exists.
std::optional<std::string> member_of_section(const std::string& section) {
  for (const auto& declared : all_settings()) {
    if (declared.key.starts_with(section + ".")) return declared.key;
  }
  for (const auto& family : setting_families()) {
    if (family.prefix == section + ".") return family.prefix + "<name>";
  }
  return std::nullopt;
}

class loading {
 public:
  void apply_all(const assignments& given) {
    for (const auto& one : given) apply(one);
  }

  void warn(std::string sentence) { loaded_.warnings.push_back(std::move(sentence)); }
  void blame(std::string problem) { problems_.push_back(std::move(problem)); }

  result<loaded_settings> finish() {
    if (loaded_.values.supervisor.backoff_min > loaded_.values.supervisor.backoff_max) {
      blame("supervisor.backoff_min_ms is above supervisor.backoff_max_ms; lower the first or raise the second");
    }
    const auto& server = loaded_.values.server;
    if (server.admin_port != 0 && server.admin_port == server.port) {
      blame("server.admin_port and server.port are both " + std::to_string(server.port) + "; choose another for one");
    }
    if (auto incomplete = find_incomplete_key(loaded_.values.security)) blame(*std::move(incomplete));
    if (!problems_.empty()) {
      std::string all = problems_.front();
      for (std::size_t i = 1; i < problems_.size(); ++i) all += "\n  " + problems_[i];
      return error{error_code::invalid_argument, std::move(all)};
    }
    if (!later_.empty()) {
      std::string sentence = "these settings are known but have no effect in this version:";
      for (const auto& [key, origin] : later_) sentence += "\n    " + key + " (" + origin + ")";
      warn(std::move(sentence));
    }
    return std::move(loaded_);
  }

 private:
  void apply(const assignment& given) {
    if (is_later_setting(given.key)) {
      later_[given.key] = given.origin;
      return;
    }
    if (const setting* declared = find_setting(given.key)) {
      const bool right_form = !given.is_list || declared->kind == setting_kind::list;
      accept(given, declared->accepts, right_form && declared->set(loaded_.values, given.value));
      return;
    }
    for (const auto& family : setting_families()) {
      const bool is_empty_list = given.is_list && given.value.empty() && family.takes_lists;
      if (is_empty_list && family.prefix == given.key + ".") return;
      if (!given.key.starts_with(family.prefix) || given.key.size() == family.prefix.size()) continue;
      if (is_misspelled_family_member(given.key, known_)) break;
      const std::string name = given.key.substr(family.prefix.size());
      const bool right_form = !given.is_list || family.takes_lists;
      accept(given, family.accepts, right_form && family.set(loaded_.values, name, given.value));
      return;
    }
    if (const auto member = member_of_section(given.key)) {
      blame(given.origin + ": " + given.key + " is a section; set what is in it, such as " + *member);
      return;
    }
    blame(given.origin + ": unknown setting " + given.key + "; did you mean " + nearest_key(given.key, known_) + "?");
  }

  void accept(const assignment& given, const std::string& accepts, bool accepted) {
    if (accepted) {
      loaded_.origins[given.key] = given.origin;
      return;
    }
    const std::string value = is_secret(given.key) ? "a secret" : given.is_list ? "a list" : "\"" + given.value + "\"";
    blame(given.origin + ": " + given.key + " is " + value + "; expected " + accepts);
  }

  loaded_settings loaded_;
  std::map<std::string, std::string> later_;
  std::vector<std::string> problems_;
  const std::vector<std::string> known_ = known_keys();
};

void apply_files(const std::vector<std::filesystem::path>& paths, loading& to) {
  for (const auto& path : paths) {
    const auto files = yaml_files_of(path);
    if (!files) {
      to.blame(files.failure().message);
      continue;
    }
    for (const auto& file : *files) {
      if (is_later_file(file.filename().string())) {
        to.warn(file.string() + " is known but has no effect in this version");
        continue;
      }
      const auto given = read_yaml_file(file);
      if (given) {
        to.apply_all(*given);
      } else {
        to.blame(given.failure().message);
      }
    }
  }
}

void apply_environment(const result<environment_variables>& variables, const std::string& source, loading& to) {
  const auto given = variables ? settings_in(*variables, source) : result<environment_settings>(variables.failure());
  if (!given) {
    to.blame(given.failure().message);
    return;
  }
  to.apply_all(given->values);
  for (const auto& sentence : given->warnings) to.warn(sentence);
}

}  // namespace

result<loaded_settings> load_settings(const settings_sources& sources) {
  const auto load = [&](const std::filesystem::path& stored) {
    loading all;
    if (!stored.empty()) apply_files({stored}, all);
    apply_files(sources.files, all);
    if (!sources.dotenv.empty()) apply_environment(read_dotenv(sources.dotenv), sources.dotenv.string() + " ", all);
    apply_environment(sources.environment, "environment ", all);
    for (const auto& [key, value] : sources.flags) all.apply_all({{key, value, "command line"}});
    return all.finish();
  };
  auto loaded = load({});
  if (!loaded || !sources.with_stored) return loaded;
  const auto stored = stored_settings_file(loaded->values.store.path);
  std::error_code unknown;
  return std::filesystem::exists(stored, unknown) ? load(stored) : std::move(loaded);
}

}  // namespace freshet
