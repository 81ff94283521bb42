#include "cli/data_paths.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/failure.h"

namespace nepa::cli {
namespace {

namespace fs = std::filesystem;

class Faults {
 public:
  explicit Faults(const config::JobFile& job) : job_(job) {}

  void Add(const std::string& field, const std::string& message) {
    v1::JobFileFault& fault = faults_.emplace_back();
    fault.set_file(job_.file);
    // A field that --set gave has no place in the file.
    if (const auto place = job_.positions.find(field); place != job_.positions.end()) {
      fault.set_line(place->second.line);
      fault.set_column(place->second.column);
    }
    fault.set_field(field);
    fault.set_message(message);
  }
  absl::Status status() const { return faults_.empty() ? absl::OkStatus() : RefusedFile(faults_); }

 private:
  const config::JobFile& job_;
  std::vector<v1::JobFileFault> faults_;
};

// What keeps `path` from being read; empty if it is there.
std::string WhyAbsent(const std::string& path) {
  std::error_code error;
  if (fs::exists(path, error)) return "";
  return absl::StrCat(
      path, error ? absl::StrCat(" cannot be looked at: ", error.message()) : " does not exist");
}

bool HasIdxImages(const std::string& folder, const std::string& split) {
  std::error_code error;
  const std::string images = absl::StrCat(folder, "/", split, "-images-idx3-ubyte");
  return fs::exists(images, error) || fs::exists(images + ".gz", error);
}

void CheckSource(const config::DataSource& source, const std::string& field, Faults* faults) {
  if (source.format == config::DataFormat::kSynthetic) return;
  std::error_code error;
  if (const std::string why = WhyAbsent(source.path); !why.empty()) {
    faults->Add(field + ".path", why);
  } else if (source.format == config::DataFormat::kImageFolder &&
             !fs::is_directory(source.path, error)) {
    faults->Add(field + ".path", absl::StrCat(source.path, " is no folder"));
  } else if (source.format == config::DataFormat::kIdx && fs::is_directory(source.path, error) &&
             !HasIdxImages(source.path, source.split)) {
    faults->Add(field + ".path", absl::StrCat(source.path, " has no ", source.split,
                                              "-images-idx3-ubyte, plain or .gz"));
  }
  if (source.labels.empty()) return;
  if (const std::string why = WhyAbsent(source.labels); !why.empty()) {
    faults->Add(field + ".labels", why);
  }
}

// Of the forms of model.from, only a folder lies on this machine.
void CheckModel(const std::string& from, Faults* faults) {
  if (from.empty() || absl::StartsWith(from, "job/") || absl::StartsWith(from, "checkpoint/")) {
    return;
  }
  if (const std::string why = WhyAbsent(from); !why.empty()) {
    faults->Add("model.from", why);
    return;
  }
  for (const char* name : {"config.json", "model.safetensors"}) {
    std::error_code error;
    if (!fs::exists(absl::StrCat(from, "/", name), error)) {
      faults->Add("model.from", absl::StrCat(from, " has no ", name));
    }
  }
}

}  // namespace

absl::Status CheckPaths(const config::JobFile& job) {
  Faults faults(job);
  CheckModel(job.spec.model.from, &faults);
  CheckSource(job.spec.data.train, "data.train", &faults);
  if (job.spec.data.eval.has_value()) CheckSource(*job.spec.data.eval, "data.eval", &faults);
  return faults.status();
}

}  // namespace nepa::cli
