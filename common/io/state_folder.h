// Folders in which a program keeps what outlives it, and which no other may use. Any thread.
#ifndef NEPA_COMMON_IO_STATE_FOLDER_H_
#define NEPA_COMMON_IO_STATE_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nepa::io {

enum class Program { kCoordinator, kWorker, kRun };  // kRun: nepactl run

// Makes the state folder of `program` where it is missing. FAILED_PRECONDITION if `path` is that of
// another program: nothing in it is touched then. Other errors are those of MakeFolders, with what
// to do.
absl::Status MakeStateFolder(const std::string& path, Program program);

// `status`, of making or writing what `flag` names, with what to do about it: about permissions, a
// file in the way, a full disk. OK stays OK.
absl::Status WithAdvice(const absl::Status& status, absl::string_view flag);

}  // namespace nepa::io

#endif  // NEPA_COMMON_IO_STATE_FOLDER_H_
