// What to say about a field that does not exist.
#ifndef NEPA_COMMON_CONFIG_UNKNOWN_FIELD_H_
#define NEPA_COMMON_CONFIG_UNKNOWN_FIELD_H_

#include <string>

namespace nepa::config {

// "unknown field; allowed: …; did you mean …?" for `key` in `section` (dotted).
std::string UnknownFieldMessage(const std::string& section, const std::string& key);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_UNKNOWN_FIELD_H_
