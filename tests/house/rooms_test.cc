// The map of WORKSPACE.md against the tree: rooms, and which may include which.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/house/source_tree.h"
#include "tests/house/workspace_map.h"

namespace nepa::house {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

// Where a folder of the folder is part of the same room.
bool HasInnerFolders(const std::string& room) {
  return room == "tests" || room == "proto" || room == "docs" || room == "examples";
}

// The room that a file or a header belongs to; "" for none.
std::string RoomOf(const WorkspaceMap& map, const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().generic_string();
  for (const std::string& room : map.rooms) {
    if (folder == room || (HasInnerFolders(room) && IsUnder(folder, room))) return room;
  }
  return path.starts_with("nepa/v1/") ? "proto" : "";
}

// The rooms of the programs: all that have C++ of their own, but for the tests.
std::set<std::string> CodeRooms(const WorkspaceMap& map) {
  std::set<std::string> rooms;
  for (const SourceFile& file : ReadSourceTree()) {
    const std::string room = RoomOf(map, file.path);
    if (!room.empty() && room != "tests") rooms.insert(room);
  }
  return rooms;
}

TEST(Rooms, EverySourceFileStandsInARoomOfTheMap) {
  const WorkspaceMap map = ReadWorkspaceMap();
  std::set<std::string> outside;
  for (const std::string& path : AllFiles()) {
    const bool source = path.ends_with(".cc") || path.ends_with(".h") || path.ends_with(".proto");
    if (source && RoomOf(map, path).empty()) outside.insert(path);
  }
  EXPECT_THAT(outside, IsEmpty()) << "give the folder a line in WORKSPACE.md";
}

TEST(Rooms, EveryRoomOfTheMapIsAFolderWithFiles) {
  const WorkspaceMap map = ReadWorkspaceMap();
  std::set<std::string> gone = map.rooms;
  for (const std::string& path : AllFiles()) {
    for (std::string folder = path; folder.find('/') != std::string::npos;) {
      folder = folder.substr(0, folder.rfind('/'));
      if (folder == std::filesystem::path(path).parent_path() || HasInnerFolders(folder)) {
        gone.erase(folder);
      }
    }
  }
  EXPECT_THAT(gone, IsEmpty()) << "the map has rooms that are not there";
}

TEST(Rooms, EveryRoomOfCodeHasItsArrowsAndNoOtherDoes) {
  const WorkspaceMap map = ReadWorkspaceMap();
  std::set<std::string> with_arrows;
  for (const auto& [room, arrows] : map.arrows) {
    with_arrows.insert(room);
    for (const std::string& target : arrows.rooms) {
      EXPECT_THAT(map.rooms, Contains(target)) << room;
    }
  }
  EXPECT_EQ(with_arrows, CodeRooms(map));
}

TEST(Rooms, NoFileIncludesMoreThanItsRoomMay) {
  const WorkspaceMap map = ReadWorkspaceMap();
  std::vector<std::string> faults;
  for (const SourceFile& file : ReadSourceTree()) {
    const auto arrows = map.arrows.find(file.folder());
    if (arrows == map.arrows.end()) continue;
    for (const std::string& include : file.includes) {
      const std::string room = RoomOf(map, include);
      if (room == file.folder()) continue;
      const std::string library = room.empty() ? LibraryOf(include) : "";
      const bool allowed = !room.empty() ? arrows->second.rooms.contains(room)
                           : library == "system"
                               ? !map.pure.contains(file.folder())
                               : library.empty() || arrows->second.libraries.contains(library);
      if (!allowed) faults.push_back(file.path + " includes " + include);
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

// All rooms and libraries that `room` sees, itself or through others.
std::set<std::string> Seen(const WorkspaceMap& map, const std::string& room) {
  std::set<std::string> seen;
  std::vector<std::string> open = {room};
  while (!open.empty()) {
    const std::string next = open.back();
    open.pop_back();
    if (!seen.insert(next).second) continue;
    if (next == "proto") seen.insert("protobuf");
    const auto arrows = map.arrows.find(next);
    if (arrows == map.arrows.end()) continue;
    seen.insert(arrows->second.libraries.begin(), arrows->second.libraries.end());
    open.insert(open.end(), arrows->second.rooms.begin(), arrows->second.rooms.end());
  }
  return seen;
}

TEST(Rooms, NoPathOfArrowsLeadsToWhatTheMapForbids) {
  const WorkspaceMap map = ReadWorkspaceMap();
  std::map<std::string, std::vector<std::string>> forbidden = {
      {"worker/train", {"gRPC", "protobuf", "Prometheus", "httplib"}},
      {"common/config", {"protobuf", "gRPC"}},
      {"cli", {"LibTorch", "SQLite"}},
      {"worker/runtime", {"LibTorch"}},
      {"coordinator", {"LibTorch"}},
  };
  for (const std::string& pure : map.pure) {
    forbidden[pure] = {"gRPC", "protobuf", "SQLite", "Prometheus", "httplib", "spdlog", "CLI11"};
  }
  for (const auto& [room, arrows] : map.arrows) {
    const std::set<std::string> seen = Seen(map, room);
    for (const auto& [folder, targets] : forbidden) {
      if (!IsUnder(room, folder)) continue;
      for (const std::string& target : targets) {
        EXPECT_THAT(seen, Not(Contains(target))) << room << " sees " << target;
      }
    }
    // The three programs' own rooms never see each other.
    for (const std::string& other : seen) {
      for (const char* program : {"coordinator", "worker", "cli"}) {
        if (!IsUnder(other, program)) continue;
        EXPECT_TRUE(IsUnder(room, program) || room == "benchmarks") << room << " sees " << other;
      }
    }
  }
}

}  // namespace
}  // namespace nepa::house
