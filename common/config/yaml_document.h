// YAML text to a tree with positions. The only file that knows yaml-cpp, and the place where its
// exceptions end.
//
// Of YAML, what a job file needs: one document of mappings, lists and scalars. Anchors, aliases and
// tags are refused (an alias repeated ten deep is a thousand million nodes), as are duplicate keys,
// text that is not UTF-8 and nesting deeper than kMostDepth.
#ifndef NEPA_COMMON_CONFIG_YAML_DOCUMENT_H_
#define NEPA_COMMON_CONFIG_YAML_DOCUMENT_H_

#include <string>
#include <vector>

#include "common/config/node.h"

namespace nepa::config {

struct YamlFault {
  Position position;
  std::string field;  // dotted, as far as it is known
  std::string message;
};

struct YamlDocument {
  Node root;
  bool empty = false;  // no document at all
  // Of what was read; `root` holds what could be understood. With `broken`, reading ended early and
  // `root` is worth nothing.
  std::vector<YamlFault> faults;
  bool broken = false;
};

inline constexpr size_t kMostDepth = 16;
inline constexpr size_t kMostNodes = 100'000;

YamlDocument ReadYaml(const std::string& text);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_YAML_DOCUMENT_H_
