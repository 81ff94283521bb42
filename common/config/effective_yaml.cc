#include "common/config/effective_yaml.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/job_binding.h"
#include "common/config/quantities.h"
#include "nlohmann/json.hpp"

namespace nepa::config {
namespace {

// Words that mean something else than their letters to one YAML reader or another.
bool IsTakenWord(const std::string& text) {
  const std::string word = absl::AsciiStrToLower(text);
  for (const char* taken : {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "~"}) {
    if (word == taken) return true;
  }
  return false;
}

bool IsSafePlain(const std::string& text) {
  if (text.empty() || IsTakenWord(text) || ReadReal(text)) return false;
  // Starts with a letter or a path, and holds nothing that YAML gives a meaning to.
  if (!absl::ascii_isalpha(text[0]) && text[0] != '/') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("/._-@+", absl::string_view(&c, 1));
  });
}

std::string ScalarText(const std::string& text, bool quoted) {
  if (!quoted || IsSafePlain(text)) return text;
  // A JSON text is a YAML text in double quotes.
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string InlineText(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "null";
    case Node::Kind::kScalar:
      return ScalarText(node.text, node.quoted);
    case Node::Kind::kSequence: {
      std::vector<std::string> items;
      for (const Node& item : node.items) items.push_back(InlineText(item));
      return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
    }
    case Node::Kind::kMapping:
      break;
  }
  std::vector<std::string> entries;
  for (const Node::Entry& entry : node.entries) {
    entries.push_back(absl::StrCat(ScalarText(entry.key, true), ": ", InlineText(entry.value)));
  }
  return absl::StrCat("{", absl::StrJoin(entries, ", "), "}");
}

void AppendBlock(const Node& node, const std::string& indent, std::string& text) {
  for (const Node::Entry& entry : node.entries) {
    absl::StrAppend(&text, indent, ScalarText(entry.key, true), ":");
    if (entry.value.is_mapping() && !entry.value.entries.empty()) {
      text += "\n";
      AppendBlock(entry.value, indent + "  ", text);
    } else {
      absl::StrAppend(&text, " ", InlineText(entry.value), "\n");
    }
  }
}

}  // namespace

std::string EffectiveYaml(const JobSpec& spec) { return YamlText(ToNode(spec)); }

std::string YamlText(const Node& node) {
  if (!node.is_mapping() || node.entries.empty()) return InlineText(node) + "\n";
  std::string text;
  AppendBlock(node, "", text);
  return text;
}

}  // namespace nepa::config
