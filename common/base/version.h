// The version of all programs of one build.
#ifndef NEPA_COMMON_BASE_VERSION_H_
#define NEPA_COMMON_BASE_VERSION_H_

namespace nepa {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace nepa

#endif  // NEPA_COMMON_BASE_VERSION_H_
