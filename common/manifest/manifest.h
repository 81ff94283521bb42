// manifest.json: what a checkpoint folder consists of, with the size and the SHA-256 of each file.
// The trainer writes it last; the trainer before it resumes, and the coordinator for `checkpoints
// verify`, check a folder against it. docs/formats/checkpoint.md describes it.
//
// Any thread.
#ifndef NEPA_COMMON_MANIFEST_MANIFEST_H_
#define NEPA_COMMON_MANIFEST_MANIFEST_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nepa::manifest {

inline constexpr char kFileName[] = "manifest.json";
inline constexpr size_t kMaxManifestBytes = 1 << 20;

struct File {
  int64_t bytes = 0;
  std::string sha256;  // lower-case hex
  bool operator==(const File&) const = default;
};

struct Manifest {
  int64_t step = 0;                   // optimizer steps done
  int64_t attempt = 0;                // of the job, that wrote the folder
  std::map<std::string, File> files;  // by name; all but manifest.json itself
  bool operator==(const Manifest&) const = default;
};

std::string Encode(const Manifest& manifest);

// DATA_LOSS if `text` is no manifest, FAILED_PRECONDITION if it is one of another format. A file
// name with a "/" is none: a manifest never speaks of anything outside its folder.
absl::StatusOr<Manifest> Decode(absl::string_view text);

// Size and hash of every file of `folder`, which has no sub-folders. Errors as io::ReadFile.
absl::StatusOr<std::map<std::string, File>> HashFiles(const std::string& folder);

// The manifest of `folder`, once each file that it names was found as it says. DATA_LOSS names the
// file that is missing, too short, too long or different; NOT_FOUND if there is no such folder;
// errors of io::ReadFile where the disk or the rights of this process are at fault.
// Files that the manifest does not name are ignored.
absl::StatusOr<Manifest> Verify(const std::string& folder);

}  // namespace nepa::manifest

#endif  // NEPA_COMMON_MANIFEST_MANIFEST_H_
