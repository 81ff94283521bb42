// The checked-in C++ sources as text, for tests about the house itself.
#ifndef NEPA_TESTS_HOUSE_SOURCE_TREE_H_
#define NEPA_TESTS_HOUSE_SOURCE_TREE_H_

#include <string>
#include <vector>

namespace nepa::house {

struct SourceFile {
  std::string path;  // relative to the source root, with '/'
  std::vector<std::string> lines;
  std::vector<std::string> includes;  // as written between quotes or angle brackets

  std::string folder() const;  // "coordinator/core"
  bool IsHeader() const;
};

// Paths of all files of the tree but those in hidden folders and those that .gitignore names,
// sorted. Reads from the current folder, which ctest sets to the source root.
std::vector<std::string> AllFiles();

// Its .h and .cc files, sorted by path.
std::vector<SourceFile> ReadSourceTree();

std::vector<std::string> ReadLines(const std::string& path);

// Whether `path` is `folder` or lies under it.
bool IsUnder(const std::string& path, const std::string& folder);

}  // namespace nepa::house

#endif  // NEPA_TESTS_HOUSE_SOURCE_TREE_H_
