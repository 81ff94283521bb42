#include "cli/programs.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace nepa::cli {

absl::StatusOr<std::string> ProgramBeside(const std::string& name, const std::string& purpose) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return ErrnoStatus(error.value(), "finding the folder of nepactl");
  const std::string path = (self.parent_path() / name).string();
  if (::access(path.c_str(), X_OK) != 0) {
    return absl::InternalError(
        absl::StrCat(path, " is missing or cannot be run: ", purpose, " needs it beside nepactl"));
  }
  return path;
}

}  // namespace nepa::cli
