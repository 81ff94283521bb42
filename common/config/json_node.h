// Trees (node.h) as JSON and back. Used inside this folder.
#ifndef NEPA_COMMON_CONFIG_JSON_NODE_H_
#define NEPA_COMMON_CONFIG_JSON_NODE_H_

#include "common/config/node.h"
#include "nlohmann/json.hpp"

namespace nepa::config {

inline constexpr size_t kMostJsonBytes = 4 << 20;

// A plain scalar becomes a number or a truth value where it looks like one, else text.
nlohmann::ordered_json JsonFromNode(const Node& node);

Node NodeFromJson(const nlohmann::ordered_json& json);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_JSON_NODE_H_
