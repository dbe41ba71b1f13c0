#include "config/render.hpp"

#include <cctype>
#include <vector>

#include "config/setting_kinds.hpp"

namespace freshet {

namespace {

constexpr std::string_view heading =
    "# Every setting of Freshet with its default. Copy what you change; the rest may be left out.\n"
    "#\n"
    "# Stronger than this file, the stronger first: flags of the command, the environment, a .env file in the working\n"
    "# directory. Each setting has a variable FRESHET_<SECTION>__<KEY>, such as FRESHET_SERVER__PORT; with _FILE at "
    "the\n"
    "# end the variable names a file that holds the value, for secrets.\n"
    "#\n"
    "# freshet check-config FILE   says whether a file is right and where each effective value comes from.\n"
    "# SIGHUP rereads the settings marked [live]; the others need a restart.\n";

std::vector<std::string> split(const std::string& key) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (auto dot = key.find('.'); dot != std::string::npos; dot = key.find('.', from)) {
    parts.push_back(key.substr(from, dot - from));
    from = dot + 1;
  }
  parts.push_back(key.substr(from));
  return parts;
}

std::string in_yaml_quotes(const std::string& value) {
  std::string quoted = "\"";
  for (const char letter : value) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + "\"";
}

std::string written(setting_kind kind, const std::string& value) {
  if (kind == setting_kind::text) return in_yaml_quotes(value);
  if (kind != setting_kind::list) return value;
  std::string all;
  for (const auto& entry : setting_kinds::split_list(value)) all += (all.empty() ? "" : ", ") + in_yaml_quotes(entry);
  return "[" + all + "]";
}

class yaml_writer {
 public:
  void comment(const std::string& text) { text_ += indent() + "# " + text + "\n"; }

  // Opens the sections of `path` that are not open yet.
  void enter(const std::vector<std::string>& path) {
    std::size_t shared = 0;
    while (shared < open_.size() && shared < path.size() && open_[shared] == path[shared]) ++shared;
    open_.resize(shared);
    text_ += "\n";
    for (; shared < path.size(); ++shared) {
      text_ += indent() + path[shared] + ":\n";
      open_.push_back(path[shared]);
    }
  }
  void value(const std::string& name, const std::string& text) { text_ += indent() + name + ": " + text + "\n"; }

  std::string take() { return std::move(text_); }

 private:
  std::string indent() const { return std::string(2 * open_.size(), ' '); }

  std::vector<std::string> open_;
  std::string text_{heading};
};

// "A whole number from 1 to 1000. Environment: MAX_RECOMMENDATIONS. [live]"
std::string limits(const setting& declared) {
  std::string sentence;
  if (declared.kind == setting_kind::number || declared.kind == setting_kind::choice ||
      declared.kind == setting_kind::list) {
    sentence = declared.accepts + ".";
    sentence.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(sentence.front())));
  }
  const auto separate = [&sentence] { return sentence.empty() ? "" : " "; };
  for (std::size_t i = 0; i < declared.environment.size(); ++i) {
    sentence += i == 0 ? separate() + std::string("Environment: ") : std::string(", ");
    sentence += declared.environment[i];
  }
  if (!declared.environment.empty()) sentence += ".";
  if (declared.live) sentence += separate() + std::string("[live]");
  return sentence;
}

void write_setting(const setting& declared, const options& values, yaml_writer& to) {
  auto path = split(declared.key);
  const std::string name = std::move(path.back());
  path.pop_back();
  to.enter(path);
  to.comment(declared.documentation);
  const std::string bounds = limits(declared);
  if (!bounds.empty()) to.comment(bounds);
  to.value(name, written(declared.kind, declared.get(values)));
}

void write_family(const setting_family& family, const options& values, yaml_writer& to) {
  to.enter(split(family.prefix.substr(0, family.prefix.size() - 1)));
  to.comment(family.documentation + (family.take ? " [live]" : ""));
  for (const auto& [name, value] : family.get(values)) to.value(name, written(family.kind, value));
}

}  // namespace

std::string render_yaml(const options& values) {
  yaml_writer out;
  const auto& all = all_settings();
  for (std::size_t i = 0; i < all.size(); ++i) {
    write_setting(all[i], values, out);
    const auto section = all[i].key.substr(0, all[i].key.find('.') + 1);
    if (i + 1 < all.size() && all[i + 1].key.starts_with(section)) continue;
    for (const auto& family : setting_families()) {
      if (!section.empty() && family.prefix.starts_with(section)) write_family(family, values, out);
    }
  }
  return out.take();
}

}  // namespace freshet
