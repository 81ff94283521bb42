// WORKSPACE.md as the tests read it: its rooms, and the arrows between them.
#ifndef NEPA_TESTS_HOUSE_WORKSPACE_MAP_H_
#define NEPA_TESTS_HOUSE_WORKSPACE_MAP_H_

#include <map>
#include <set>
#include <string>
#include <vector>

namespace nepa::house {

// What a room may include beside its own headers, Abseil, the standard library and, unless it is
// pure, the system's.
struct Arrows {
  std::set<std::string> rooms;
  std::set<std::string> libraries;  // by the names of LibraryOf()
};

struct WorkspaceMap {
  std::set<std::string> rooms;  // folders of the table "Rooms"
  std::set<std::string> pure;   // those that are marked as *pure*
  std::map<std::string, Arrows> arrows;
};

// Reads the two tables of WORKSPACE.md in the current folder. `a/{b,c}` stands for `a/b`, `a/c`.
WorkspaceMap ReadWorkspaceMap();

// Name of the library that a header belongs to: "gRPC", "LibTorch", …; "system" for the C library
// and the kernel, "" for the C++ standard library and Abseil, "unknown" for a header of neither.
std::string LibraryOf(const std::string& include);

}  // namespace nepa::house

#endif  // NEPA_TESTS_HOUSE_WORKSPACE_MAP_H_
