#include "cli/disk_check.h"

#include <sys/mman.h>

#include <cerrno>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cli/child_process.h"
#include "cli/failure.h"
#include "cli/programs.h"
#include "cli/state_folder.h"
#include "common/base/status.h"
#include "common/config/job_spec_json.h"
#include "common/frames/frames.h"
#include "common/frames/trainer_job.h"
#include "common/io/file.h"
#include "common/io/unique_fd.h"
#include "common/io/write_all.h"

namespace nepa::cli {
namespace {

constexpr size_t kMaxOutputBytes = 4 * frames::kMaxFrameBytes;
constexpr size_t kErrorLines = 10;

// A file in memory, without a name that could stay behind.
absl::StatusOr<io::UniqueFd> MakeMemoryFile(const char* name) {
  io::UniqueFd fd(::memfd_create(name, MFD_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, "making a file in memory");
  return fd;
}

std::string PathOf(const io::UniqueFd& fd) { return absl::StrCat("/proc/self/fd/", fd.get()); }

absl::Status Refusal(const frames::Exit& exit) {
  if (exit.faults.empty()) return absl::InvalidArgumentError(exit.message);
  std::vector<v1::JobFileFault> faults;
  for (const frames::Fault& fault : exit.faults) {
    v1::JobFileFault& message = faults.emplace_back();
    message.set_file(fault.file);
    message.set_line(static_cast<int32_t>(fault.line));
    message.set_column(static_cast<int32_t>(fault.column));
    message.set_field(fault.field);
    message.set_message(fault.message);
  }
  return RefusedFile(faults);
}

absl::StatusOr<std::string> Verdict(const frames::Exit& exit) {
  switch (exit.kind) {
    case frames::ExitKind::kSucceeded:
      return exit.message;
    case frames::ExitKind::kInvalidJob:
      return Refusal(exit);
    case frames::ExitKind::kStorage:
      return absl::UnavailableError(exit.message);
    default:
      return absl::InternalError(absl::StrCat("checking the job's data: ", exit.message));
  }
}

}  // namespace

absl::StatusOr<std::string> CheckDisk(const config::JobFile& job, const std::string& purpose) {
  NEPA_ASSIGN_OR_RETURN(const std::string trainer, ProgramBeside("nepa-trainer", purpose));
  NEPA_ASSIGN_OR_RETURN(const io::UniqueFd in, MakeMemoryFile("job"));
  NEPA_ASSIGN_OR_RETURN(const io::UniqueFd out, MakeMemoryFile("frames"));
  NEPA_ASSIGN_OR_RETURN(const io::UniqueFd err, MakeMemoryFile("log"));
  const std::string order = frames::Encode(
      frames::TrainerJob{.folder = job.folder, .job_file_json = config::ToJson(job)});
  NEPA_RETURN_IF_ERROR(io::WriteAll(in.get(), order, "the trainer's job"));
  NEPA_ASSIGN_OR_RETURN(
      ChildProcess child,
      ChildProcess::Start({trainer, "--config", "/dev/stdin", "--check", "--frames-fd", "1"},
                          {.in = in.get(), .out = out.get(), .err = err.get()},
                          ChildProcess::AfterUs::kIsEnded));
  while (!child.Wait(absl::Hours(1))) {
  }
  NEPA_ASSIGN_OR_RETURN(const std::string said, io::ReadFile(PathOf(out), kMaxOutputBytes));
  // The last frame is the only one of a check.
  const std::vector<absl::string_view> lines = absl::StrSplit(absl::StripSuffix(said, "\n"), '\n');
  const absl::string_view last = lines.back();
  const auto frame = frames::DecodeFrame(std::string_view(last.data(), last.size()));
  if (frame.ok() && std::holds_alternative<frames::Exit>(*frame)) {
    return Verdict(std::get<frames::Exit>(*frame));
  }
  return absl::InternalError(absl::StrCat(trainer, " ended with exit code ", *child.exit_code(),
                                          " without a verdict on the job's data; its last words:\n",
                                          LastLines(PathOf(err), kErrorLines)));
}

bool StartsFromRegistry(const config::JobFile& job) {
  const std::string& from = job.spec.model.from;
  return absl::StartsWith(from, "job/") || absl::StartsWith(from, "checkpoint/");
}

}  // namespace nepa::cli
