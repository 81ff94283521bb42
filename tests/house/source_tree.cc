#include "tests/house/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <utility>

namespace nepa::house {
namespace {

SourceFile Read(const std::string& path) {
  static const std::regex include(R"(^\s*#include\s+["<]([^">]+)[">])");
  SourceFile file{.path = path, .lines = ReadLines(path)};
  for (const std::string& line : file.lines) {
    std::smatch match;
    if (std::regex_search(line, match, include)) file.includes.push_back(match[1]);
  }
  return file;
}

// Folders of the root that .gitignore names, such as "build".
std::set<std::string> IgnoredFolders() {
  std::set<std::string> names;
  for (std::string line : ReadLines(".gitignore")) {
    if (!line.ends_with('/')) continue;
    line.pop_back();
    names.insert(line.starts_with('/') ? line.substr(1) : line);
  }
  return names;
}

}  // namespace

std::string SourceFile::folder() const {
  return std::filesystem::path(path).parent_path().generic_string();
}

bool SourceFile::IsHeader() const { return path.ends_with(".h"); }

std::vector<std::string> ReadLines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> AllFiles() {
  namespace fs = std::filesystem;
  const std::set<std::string> ignored = IgnoredFolders();
  std::vector<std::string> files;
  for (auto it = fs::recursive_directory_iterator("."); it != fs::end(it); ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory()) {
      const bool root = it.depth() == 0;
      if (name.starts_with('.') ||
          (root && (ignored.contains(name) || name.starts_with("build")))) {
        it.disable_recursion_pending();
      }
      continue;
    }
    files.push_back(it->path().lexically_relative(".").generic_string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<SourceFile> ReadSourceTree() {
  std::vector<SourceFile> files;
  for (const std::string& path : AllFiles()) {
    if (path.ends_with(".h") || path.ends_with(".cc")) files.push_back(Read(path));
  }
  return files;
}

bool IsUnder(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

}  // namespace nepa::house
