#include "tests/house/workspace_map.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <regex>
#include <sstream>
#include <utility>

namespace nepa::house {
namespace {

std::vector<std::string> Cells(const std::string& row) {
  std::vector<std::string> cells;
  std::stringstream stream(row.substr(1));
  for (std::string cell; std::getline(stream, cell, '|');) cells.push_back(cell);
  return cells;
}

// The texts between backticks, with {a,b} written out.
std::vector<std::string> Names(const std::string& cell) {
  static const std::regex quoted("`([^`]+)`");
  std::vector<std::string> names;
  for (std::sregex_iterator it(cell.begin(), cell.end(), quoted), end; it != end; ++it) {
    const std::string name = (*it)[1];
    const size_t brace = name.find('{');
    if (brace == std::string::npos) {
      names.push_back(name);
      continue;
    }
    std::stringstream inner(name.substr(brace + 1, name.find('}') - brace - 1));
    for (std::string each; std::getline(inner, each, ',');) {
      names.push_back(name.substr(0, brace) + each);
    }
  }
  return names;
}

std::set<std::string> Words(const std::string& cell) {
  std::set<std::string> words;
  std::string text = cell;
  std::replace(text.begin(), text.end(), ',', ' ');
  std::stringstream stream(text);
  for (std::string word; stream >> word;) words.insert(word);
  return words;
}

}  // namespace

WorkspaceMap ReadWorkspaceMap() {
  WorkspaceMap map;
  std::ifstream stream("WORKSPACE.md");
  std::string heading;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("## ")) heading = line.substr(3);
    if (!line.starts_with("| `")) continue;
    const std::vector<std::string> cells = Cells(line);
    for (const std::string& room : Names(cells[0])) {
      if (heading == "Rooms") {
        map.rooms.insert(room);
        if (cells.at(1).find("*pure*") != std::string::npos) map.pure.insert(room);
      } else if (heading == "Arrows") {
        const std::vector<std::string> rooms = Names(cells.at(1));
        map.arrows[room] = {{rooms.begin(), rooms.end()}, Words(cells.at(2))};
      }
    }
  }
  return map;
}

std::string LibraryOf(const std::string& include) {
  using Entry = std::pair<const char*, const char*>;
  static constexpr auto kPrefixes = std::to_array<Entry>({
      {"absl/", ""},
      {"grpc", "gRPC"},
      {"google/protobuf/", "protobuf"},
      {"nlohmann/", "JSON"},
      {"yaml-cpp/", "YAML"},
      {"sqlite3.h", "SQLite"},
      {"prometheus/", "Prometheus"},
      {"httplib.h", "httplib"},
      {"curl/", "libcurl"},
      {"torch/", "LibTorch"},
      {"ATen/", "LibTorch"},
      {"c10/", "LibTorch"},
      {"CLI/", "CLI11"},
      {"openssl/", "OpenSSL"},
      {"spdlog/", "spdlog"},
      {"libdeflate.h", "libdeflate"},
      {"zlib.h", "zlib"},
      {"jpeglib.h", "libjpeg"},
      {"jerror.h", "libjpeg"},
      {"png.h", "libpng"},
      {"uuid/", "libuuid"},
      {"cairo.h", "cairo"},
      {"benchmark/", "benchmark"},
      {"immintrin.h", "system"},
  });
  for (const auto& [prefix, library] : kPrefixes) {
    if (include.starts_with(prefix)) return library;
  }
  static const std::regex system(R"((sys|arpa|net|netinet|linux)/\w+\.h|\w+\.h)");
  if (std::regex_match(include, system)) return "system";
  return include.find_first_of("/.") == std::string::npos ? "" : "unknown";
}

}  // namespace nepa::house
