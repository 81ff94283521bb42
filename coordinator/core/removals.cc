
#include <optional>
#include <string>

#include "coordinator/core/operations.h"

namespace nepa::core {
namespace {

void ForgetRemoval(Draft& draft, const std::string& path) {
  draft.Record(state::DeleteRemoval{path});
  std::optional<std::string> checkpoint;
  for (const auto& [id, row] : draft.state().checkpoints) {
    if (row.path == path && row.state == state::CheckpointState::kDeleting) checkpoint = id;
  }
  if (checkpoint.has_value()) draft.Record(state::DeleteCheckpoint{*checkpoint});
}

}  // namespace

void FolderRemoved(Draft& draft, const std::string& path) { draft.live().removed.insert(path); }

void ForgetSettled(state::Live& live) {
  live.removed.clear();
  std::erase_if(live.notifying, [](const auto& each) { return each.second.has_value(); });
}

void ForgetRemovals(Draft& draft) {
  for (const std::string& path : draft.live().removed) {
    if (draft.state().removals.contains(path)) ForgetRemoval(draft, path);
  }
}

}  // namespace nepa::core
