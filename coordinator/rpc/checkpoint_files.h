// The files of a checkpoint folder, for clients. Reads the disk: for gRPC's threads, not the
// loop's.
#ifndef NEPA_COORDINATOR_RPC_CHECKPOINT_FILES_H_
#define NEPA_COORDINATOR_RPC_CHECKPOINT_FILES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nepa::coordinator {

// What is wrong with the folder, one a line; empty if every file is as the manifest says and the
// manifest has the hash `sha256`. UNAVAILABLE if the disk refuses, which is no finding.
absl::StatusOr<std::vector<std::string>> FindCheckpointFaults(const std::string& folder,
                                                              const std::string& sha256);

inline constexpr size_t kPieceBytes = 1 << 20;

// Hands every file over in pieces of at most kPieceBytes, in order; an empty file as one empty
// piece. Stops with OK when `take` returns false.
absl::Status ReadCheckpointFiles(
    const std::string& folder,
    const std::function<bool(const std::string& file, absl::string_view piece)>& take);

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RPC_CHECKPOINT_FILES_H_
