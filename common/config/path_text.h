// Paths as text: nothing here looks at a disk.
#ifndef NEPA_COMMON_CONFIG_PATH_TEXT_H_
#define NEPA_COMMON_CONFIG_PATH_TEXT_H_

#include <string>

namespace nepa::config {

// `path` itself if it is absolute, else counted from `folder` (absolute); without ".", "..", double
// and trailing slashes.
std::string AbsolutePath(const std::string& folder, const std::string& path);

// "c.yaml" of "a/b/c.yaml".
std::string FileName(const std::string& path);

// "c" of "c.yaml"; ".c" stays.
std::string WithoutEnding(const std::string& name);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_PATH_TEXT_H_
