#include "worker/train/loop/allowed_paths.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nepa::loop {
namespace {

namespace fs = std::filesystem;

// Without links and "..", as far as the path exists.
fs::path Real(const std::string& path) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(path, error);
  return error ? fs::path(path).lexically_normal() : real;
}

bool IsWithin(const fs::path& path, const fs::path& root) {
  // A root with a trailing '/' ends with an empty part.
  const fs::path folder = root.has_filename() ? root : root.parent_path();
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

class Roots {
 public:
  explicit Roots(const std::vector<std::string>& allowed) : allowed_(allowed) {}

  void Check(const std::string& field, const std::string& path, JobFaults& faults) const {
    if (path.empty()) return;
    const fs::path real = Real(path);
    for (const std::string& root : allowed_) {
      if (IsWithin(real, Real(root))) return;
    }
    const std::string leads =
        real == fs::path(path) ? "" : absl::StrCat(" leads to ", real.string(), ", which");
    faults.Add(field, absl::StrCat(path, leads, " lies outside what this worker lets jobs read (",
                                   absl::StrJoin(allowed_, ", "),
                                   "); put it there, or start nepa-worker with --allow-path"));
  }
  void Check(const std::string& field, const config::DataSource& source, JobFaults& faults) const {
    Check(field + ".path", source.path, faults);
    Check(field + ".labels", source.labels, faults);
  }

 private:
  const std::vector<std::string>& allowed_;
};

}  // namespace

void CheckAllowedPaths(const frames::TrainerJob& order, const config::JobFile& job,
                       JobFaults& faults) {
  if (!order.allowed_paths.has_value()) return;
  const Roots roots(*order.allowed_paths);
  roots.Check("data.train", job.spec.data.train, faults);
  if (job.spec.data.eval.has_value()) roots.Check("data.eval", *job.spec.data.eval, faults);
  const std::string& from = job.spec.model.from;
  if (absl::StartsWith(from, "/")) roots.Check("model.from", from, faults);
  if (order.model_from != from) roots.Check("model.from", order.model_from, faults);
}

}  // namespace nepa::loop
