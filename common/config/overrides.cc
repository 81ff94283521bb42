#include "common/config/overrides.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/config/fault.h"
#include "common/config/yaml_document.h"

namespace nepa::config {
namespace {

constexpr std::pair<const char*, const char*> kRivals[] = {
    {"schedule.steps", "schedule.epochs"},
    {"model.from", "model.preset"},
    {"data.train.limit", "data.train.limit_per_class"},
    {"data.eval.limit", "data.eval.limit_per_class"},
};

// An override does not stand in the file.
void ForgetPositions(Node& node) {
  node.position = {};
  for (Node& item : node.items) ForgetPositions(item);
  for (Node::Entry& entry : node.entries) {
    entry.position = {};
    ForgetPositions(entry.value);
  }
}

void Put(Node& root, const std::vector<std::string>& path, Node value) {
  Node* node = &root;
  for (const std::string& key : path) {
    if (!node->is_mapping()) *node = Mapping();
    node = &node->At(key);
  }
  *node = std::move(value);
}

// Takes `dotted` out where it stands in the file; another override stays.
void RemoveFromFile(Node& root, const std::string& dotted) {
  const std::vector<std::string> path = absl::StrSplit(dotted, '.');
  Node* node = &root;
  for (size_t i = 0; i + 1 < path.size() && node != nullptr; ++i) node = node->Find(path[i]);
  if (node == nullptr) return;
  for (auto entry = node->entries.begin(); entry != node->entries.end(); ++entry) {
    if (entry->key != path.back() || entry->value.position.line == 0) continue;
    node->entries.erase(entry);
    return;
  }
}

void RemoveRivals(Node& root, const std::string& key) {
  for (const auto& [one, other] : kRivals) {
    if (key == one) RemoveFromFile(root, other);
    if (key == other) RemoveFromFile(root, one);
  }
}

}  // namespace

void ApplyOverrides(const std::vector<std::string>& overrides, Node& root,
                    std::vector<Fault>& faults) {
  for (const std::string& text : overrides) {
    const auto refuse = [&faults](std::string key, std::string message) {
      faults.push_back({kOverrideFile, {}, std::move(key), std::move(message)});
    };
    const size_t equals = text.find('=');
    const std::string key = text.substr(0, equals);
    const std::vector<std::string> path = absl::StrSplit(key, '.');
    bool named = true;
    for (const std::string& part : path) named = named && !part.empty();
    if (equals == std::string::npos || !named || path.size() > kMostDepth) {
      refuse(key, "found no `key=value`, e.g. schedule.epochs=1");
      continue;
    }
    YamlDocument value = ReadYaml(text.substr(equals + 1));
    for (YamlFault& fault : value.faults) {
      const std::string field = fault.field.empty() ? key : absl::StrCat(key, ".", fault.field);
      refuse(field, std::move(fault.message));
    }
    if (value.broken) continue;
    ForgetPositions(value.root);
    RemoveRivals(root, key);
    Put(root, path, std::move(value.root));
  }
}

}  // namespace nepa::config
